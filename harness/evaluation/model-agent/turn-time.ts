import type { Prng } from '../../model/prng.ts';
import { UsageError } from '../../model/usage-error.ts';

/** How long one turn of a model takes in an episode, ms: always the same, what it took, or drawn evenly between two ends. */
export type TurnTime =
  | { readonly kind: 'fixed'; readonly ms: number }
  | { readonly kind: 'measured' }
  | { readonly kind: 'random'; readonly fromMs: number; readonly toMs: number };

const TURN_MS_MAX = 3_600_000;

/** `fixed:1500`, `measured`, `random:500-2000`; without numbers around `agentMs`. Throws a UsageError for anything else. */
export function readTurnTime(text: string, agentMs: number): TurnTime {
  if (text === 'fixed') return { kind: 'fixed', ms: agentMs };
  if (text === 'measured') return { kind: 'measured' };
  if (text === 'random') return { kind: 'random', fromMs: Math.ceil(agentMs / 2), toMs: 2 * agentMs };
  const [, fixed, from, to] = /^(?:fixed:(\d{1,7})|random:(\d{1,7})-(\d{1,7}))$/.exec(text) ?? [];
  const isWithin = (ms: number) => ms >= 1 && ms <= TURN_MS_MAX;
  if (fixed !== undefined && isWithin(Number(fixed))) return { kind: 'fixed', ms: Number(fixed) };
  const [fromMs, toMs] = [Number(from), Number(to)];
  if (isWithin(fromMs) && isWithin(toMs) && fromMs <= toMs) return { kind: 'random', fromMs, toMs };
  throw new UsageError(`--turn ${text}: expected fixed:MS, measured or random:MS-MS, each from 1 to ${TURN_MS_MAX} ms`);
}

export function turnTimeText(time: TurnTime): string {
  if (time.kind === 'fixed') return `fixed:${time.ms}`;
  return time.kind === 'measured' ? 'measured' : `random:${time.fromMs}-${time.toMs}`;
}

/** What this turn takes, ms; `measuredMs` is what the model took. */
export function turnMs(time: TurnTime, measuredMs: number, draw: Prng): number {
  if (time.kind === 'fixed') return time.ms;
  return time.kind === 'measured' ? measuredMs : draw.integer(time.fromMs, time.toMs);
}
