import { exponential } from '../backoffs/exponential.ts';
import { fixed } from '../backoffs/fixed.ts';
import { linear } from '../backoffs/linear.ts';
import { serverHint } from '../backoffs/server-hint.ts';
import { stepped } from '../backoffs/stepped.ts';
import type { Backoff } from '../model/backoff.ts';
import type { Plan, PlannedCall } from '../model/plan.ts';
import { createPrng } from '../model/prng.ts';

/** Farther from every poll than this, nothing but a stalled machine moves an end past a poll, ms. */
export const POLL_MARGIN_MS_MAX = 1000;

// What the reference server asks for unless it is set otherwise.
export const HINT_MS = 500;

/** Backoffs whose polls fall at instants that are known beforehand. */
const KNOWN_INSTANTS: Readonly<Record<string, Backoff>> = {
  fixed,
  exponential,
  linear,
  stepped,
  'server-hint': serverHint,
};

export interface CalmPlan {
  readonly plan: Plan;
  /** The smallest distance that is kept, ms; null: these polls fall at instants nobody knows, and the plan is as it was. */
  readonly marginMs: number | null;
}

/**
 * The same plan with work that ends well between two polls: an end that falls together with a poll is found by that poll or by
 * the next, as chance has it, and no two runs then have the same number of polls. Each duration moves to the nearest one that
 * keeps its distance from the instants at which its agent polls, at most half of the way between two of them.
 */
export function keepFromPolls(plan: Plan): CalmPlan {
  const delayMs = pollDelays(plan, plan.target.settings?.pollIntervalMs ?? HINT_MS);
  if (delayMs === null) return { plan, marginMs: null };
  let marginMs = POLL_MARGIN_MS_MAX;
  const calls = plan.calls.map((call): PlannedCall => {
    const moved = moveFromPolls(call.ms, delayMs);
    marginMs = Math.min(marginMs, moved.marginMs);
    return { ...call, ms: moved.ms };
  });
  return { plan: { ...plan, calls }, marginMs };
}

/** The delay before poll n (1 is the first) where the server asks for `hintMs`; null: it is drawn, or reckoned otherwise. */
export function pollDelays(plan: Plan, hintMs: number | null): ((poll: number) => number) | null {
  const { id, options } = plan.agents.backoff;
  const backoff = Object.hasOwn(KNOWN_INSTANTS, id) ? KNOWN_INSTANTS[id] : undefined;
  if (backoff === undefined) return null;
  const draw = createPrng(0); // None of these draws anything.
  // Nor do they look at what was before.
  const before = { previousMs: null, elapsedMs: 0, pastMs: [] };
  const delayMs = (poll: number) => backoff.delayMs({ poll, ...before, hintMs, options, draw });
  return delayMs(1) > 0 ? delayMs : null;
}

function moveFromPolls(ms: number, delayMs: (poll: number) => number): { ms: number; marginMs: number } {
  let fromMs = 0;
  for (let poll = 1; ; poll += 1) {
    const gapMs = delayMs(poll);
    if (gapMs <= 0) return { ms, marginMs: 0 };
    const toMs = fromMs + gapMs;
    if (ms < toMs) {
      const marginMs = Math.min(POLL_MARGIN_MS_MAX, Math.floor(gapMs / 2));
      return { ms: Math.round(Math.min(Math.max(ms, fromMs + marginMs), toMs - marginMs)), marginMs };
    }
    fromMs = toMs;
  }
}
