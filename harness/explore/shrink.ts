import type { CaseArbitrary } from './arbitrary.ts';
import { ddmin } from './ddmin.ts';
import { aimedAt, callCountOf, type ExplorationCase, withFaultsAimed } from './exploration-case.ts';
import { simplifications } from './simplification.ts';

export interface ShrinkOptions {
  readonly arbitrary: Pick<CaseArbitrary, 'smaller'>;
  /** The case still shows what the first one showed. */
  readonly fails: (one: ExplorationCase) => Promise<boolean>;
  /** Monotonic, ms. */
  readonly nowMs: () => number;
  /** Ends the search for smaller ones after so many ms; what is smallest by then is the result. */
  readonly limitMs: number;
  readonly isStopped: () => boolean;
  readonly onStep?: (smallest: ExplorationCase) => void;
}

export interface Shrunk {
  readonly case: ExplorationCase;
  /** How often a smaller one was found. */
  readonly steps: number;
  /** How many were tried. */
  readonly tried: number;
  /** Nothing smaller of its form fails; false: the time was up. */
  readonly isSmallest: boolean;
}

// Cases are small and come up again and again; so many are remembered.
const REMEMBERED_MAX = 50_000;

/**
 * A smaller case that fails in the same way: first as few faults as possible, then as few calls, then the plainest values;
 * all over again until a whole round finds nothing.
 */
export async function shrinkCase(first: ExplorationCase, options: ShrinkOptions): Promise<Shrunk> {
  const endMs = options.nowMs() + options.limitMs;
  const seen = new Set<string>();
  const isOver = () => options.isStopped() || options.nowMs() >= endMs;
  let smallest = withFaultsAimed(first);
  let steps = 0;
  let tried = 0;
  const fails = async (one: ExplorationCase): Promise<boolean> => {
    const text = JSON.stringify(one);
    // What was tried before did not fail, or was the smallest once: going back to it would go round for ever.
    if (seen.has(text) || isOver() || callCountOf(one) === 0) return false;
    if (seen.size < REMEMBERED_MAX) seen.add(text);
    tried += 1;
    const isFailing = await options.fails(one);
    if (isFailing) {
      steps += 1;
      smallest = one;
      options.onStep?.(one);
    }
    return isFailing;
  };
  for (;;) {
    const before = JSON.stringify(smallest);
    await fewerFaults(smallest, fails);
    await fewerCalls(smallest, fails);
    await plainerValues(() => smallest, options.arbitrary, { fails, isOver });
    if (isOver()) return { case: smallest, steps, tried, isSmallest: false };
    if (JSON.stringify(smallest) === before) return { case: smallest, steps, tried, isSmallest: true };
  }
}

type Fails = (one: ExplorationCase) => Promise<boolean>;

async function fewerFaults(one: ExplorationCase, fails: Fails): Promise<void> {
  await ddmin(one.faults, (faults) => fails({ ...one, faults }));
}

async function fewerCalls(one: ExplorationCase, fails: Fails): Promise<void> {
  const numbers = Array.from({ length: callCountOf(one) }, (_, index) => index + 1);
  await ddmin(numbers, (kept) => fails(withCalls(one, new Set(kept))));
}

/** Takes the first smaller one that fails, again and again. */
async function plainerValues(
  smallest: () => ExplorationCase,
  arbitrary: ShrinkOptions['arbitrary'],
  { fails, isOver }: { readonly fails: Fails; readonly isOver: () => boolean },
): Promise<void> {
  for (;;) {
    const before = smallest();
    for (const candidate of plainer(before, arbitrary)) {
      if (isOver()) return;
      if (await fails(withFaultsAimed(candidate))) break;
    }
    if (smallest() === before) return;
  }
}

function* plainer(one: ExplorationCase, arbitrary: ShrinkOptions['arbitrary']): Iterable<ExplorationCase> {
  yield* simplifications(one);
  yield* arbitrary.smaller(one);
}

/** Only these calls; a fault that aims at another goes with it, and agents without calls do too. */
export function withCalls(one: ExplorationCase, kept: ReadonlySet<number>): ExplorationCase {
  const newNumbers = new Map<number, number>();
  let number = 0;
  const agents = one.agents.map((calls) =>
    calls.filter(() => {
      number += 1;
      if (kept.has(number)) newNumbers.set(number, newNumbers.size + 1);
      return kept.has(number);
    }),
  );
  const faults = one.faults.flatMap((fault) => {
    if (!('call' in fault.trigger)) return [fault];
    const call = newNumbers.get(fault.trigger.call);
    return call === undefined ? [] : [aimedAt(fault, call)];
  });
  return { ...one, agents: agents.filter((calls) => calls.length > 0), faults };
}
