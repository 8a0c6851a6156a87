import { type CaseArbitrary, SMALL } from './arbitrary.ts';
import { callCountOf, type ExplorationCase } from './exploration-case.ts';
import { RESENDING, resentCalls } from './resent-calls.ts';
import { caseSeed } from './search-seed.ts';
import { type ShrinkOptions, type Shrunk, shrinkCase } from './shrink.ts';

// Shares of the time: shrinking ends early nearly always, drawing only when it is out of luck.
const SHRINKING_UNTIL = 0.6;
const DRAWING_UNTIL = 0.85;

// A bug that a small case shows at all shows within hundreds; this many take seconds.
const DRAWS_MAX = 4000;

/** A case and the seed of the plan that is made of it. */
export interface SeededCase {
  readonly case: ExplorationCase;
  readonly seed: number;
}

export interface SmallestCaseOptions extends Omit<ShrinkOptions, 'arbitrary' | 'fails'> {
  readonly arbitrary: Pick<CaseArbitrary, 'smaller' | 'drawSmall' | 'families'>;
  /** The case, planned with this seed, still shows what the first one showed. */
  readonly fails: (one: ExplorationCase, seed: number) => Promise<boolean>;
}

/**
 * Shrinks a case; where what is left is still not small, small ones are drawn afresh until one fails in the same way. A case
 * only shrinks to what can be had by leaving out: four calls that take a server past its limit are not two calls, each sent
 * twice, which do the same.
 */
export async function smallestCase(first: SeededCase, options: SmallestCaseOptions): Promise<Shrunk & SeededCase> {
  const { nowMs, limitMs } = options;
  const startMs = nowMs();
  const leftMs = (share: number) => Math.max(0, limitMs * share - (nowMs() - startMs));
  const shrink = ({ case: one, seed }: SeededCase, ms: number) =>
    shrinkCase(one, { ...options, limitMs: ms, fails: (smaller) => options.fails(smaller, seed) });
  const shrunk = await shrink(first, leftMs(SHRINKING_UNTIL));
  const reached = { case: shrunk.case, seed: first.seed };
  const fresh = isSmall(shrunk.case) ? null : await madeAnew(reached, leftMs(DRAWING_UNTIL), options);
  const tried = shrunk.tried + (fresh?.tried ?? 0);
  const from = fresh?.found ?? reached;
  if (from === reached && shrunk.isSmallest) return { ...shrunk, ...reached, tried };
  const last = await shrink(from, leftMs(1));
  return { ...last, seed: from.seed, steps: shrunk.steps + last.steps, tried: tried + last.tried };
}

function isSmall(one: ExplorationCase): boolean {
  return callCountOf(one) <= SMALL.calls && one.faults.length <= SMALL.faults;
}

/** The first small case that fails: what is left with one call in the place of many, then anything at all. */
async function madeAnew(
  { case: one, seed }: SeededCase,
  limitMs: number,
  { arbitrary, fails, nowMs, isStopped, onStep }: SmallestCaseOptions,
): Promise<{ readonly found: SeededCase | null; readonly tried: number }> {
  const endMs = nowMs() + limitMs;
  let tried = 0;
  for (const candidate of candidates(one, seed, arbitrary)) {
    if (isStopped() || nowMs() >= endMs) break;
    tried += 1;
    if (!(await fails(candidate.case, candidate.seed))) continue;
    onStep?.(candidate.case);
    return { found: candidate, tried };
  }
  return { found: null, tried };
}

function* candidates(
  one: ExplorationCase,
  seed: number,
  { families, drawSmall }: SmallestCaseOptions['arbitrary'],
): Iterable<SeededCase> {
  if (families.includes(RESENDING)) {
    for (const resent of resentCalls(one)) yield { case: resent, seed };
  }
  for (let draw = 0; draw < DRAWS_MAX; draw += 1) {
    const own = caseSeed({ seed, worker: 0, iteration: draw });
    yield { case: drawSmall(own), seed: own };
  }
}
