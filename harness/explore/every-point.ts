import type { Plan } from '../model/plan.ts';
import { createPrng } from '../model/prng.ts';
import { kindOf } from './failure-kind.ts';
import { sha256 } from './history-hash.ts';
import { type Point, planAt, pointsOf } from './point.ts';
import { confirmed, type Found } from './search.ts';
import { createTallying, type Tally } from './tally.ts';
import { type Attempt, historyText, type Trial } from './trial.ts';

export interface EveryPointOptions {
  readonly trial: Trial;
  /** Its faults are left out. */
  readonly plan: Plan;
  /** This worker takes the points whose number leaves `worker` when divided by `workers`. */
  readonly worker: number;
  readonly workers: number;
  /** So many pairs of points after the single ones, over all workers. */
  readonly pairsMax: number;
  isStopped(): boolean;
  onRun(attempt: Attempt): void;
  /** Why a run is unknown; only asked about those. */
  explain(plan: Plan, attempt: Attempt): string;
}

/** What one worker's share came to. */
export interface EveryPointResult {
  readonly tally: Tally;
  /** SHA-256 of the history without faults, which must be the same in every worker. */
  readonly baseline: string;
  /** The plan breaks an invariant with no fault at all. */
  readonly faultless: PointFailure | null;
  /** Points there are, over all workers, by kind. */
  readonly points: Readonly<Record<string, number>>;
  readonly pointsRun: number;
  readonly pairsRun: number;
  /** Points and pairs that break an invariant. */
  readonly broken: readonly PointFailure[];
  /** Points and pairs nothing can be said about, by reason. */
  readonly unknown: readonly { readonly what: string; readonly reason: string; readonly faults: number }[];
}

export interface PointFailure {
  readonly what: string;
  readonly invariant: string;
  readonly checker: string;
  readonly message: string;
  /** How many faults it takes: 0, 1 or 2. */
  readonly faults: number;
  /** For the first one of its kind: all that a counterexample needs. */
  readonly found: PointFound | null;
}

export type PointFound = Pick<
  Found,
  'invariant' | 'checker' | 'violations' | 'isOurs' | 'plan' | 'history' | 'isReproduced'
>;

/** One worker's share of all points of a small plan, and then of pairs of them. Not random: complete for one fault. */
export async function runEveryPoint(options: EveryPointOptions): Promise<EveryPointResult> {
  const plain: Plan = { ...options.plan, faults: [], mustReach: [], thresholds: [], notApplicable: [] };
  const baseline = await options.trial(plain);
  const session = createSession(options);
  const faultless = await session.judge(plain, baseline, 'without any fault', 0);
  const points = pointsOf(plain, baseline.events);
  const counts: Record<string, number> = {};
  for (const { kind } of points) counts[kind] = (counts[kind] ?? 0) + 1;
  let pointsRun = 0;
  let pairsRun = 0;
  if (faultless === null) {
    for (let index = options.worker; index < points.length && !options.isStopped(); index += options.workers) {
      const point = points[index];
      if (point === undefined) break;
      await session.run(planAt(plain, [point]), point.what, 1);
      pointsRun += 1;
    }
    for (const [one, other] of pairsOf(points, options)) {
      if (options.isStopped()) break;
      await session.run(planAt(plain, [one, other]), `${one.what} and ${other.what}`, 2);
      pairsRun += 1;
    }
  }
  return {
    ...{
      tally: session.tally(),
      baseline: sha256(historyText(baseline.events)),
      faultless,
      points: counts,
      pointsRun,
      pairsRun,
    },
    ...{ broken: session.broken, unknown: session.unknown },
  };
}

/** Runs and judges, and keeps what is worth telling. */
function createSession(options: EveryPointOptions) {
  const tallying = createTallying();
  const kinds = new Set<string>();
  const broken: PointFailure[] = [];
  const unknown: { what: string; reason: string; faults: number }[] = [];
  const judge = async (plan: Plan, attempt: Attempt, what: string, faults: number): Promise<PointFailure | null> => {
    const violation = attempt.ours[0] ?? attempt.violations[0];
    if (violation === undefined) {
      if (attempt.valid !== true) unknown.push({ what, reason: options.explain(plan, attempt), faults });
      return null;
    }
    const { checker, finding } = violation;
    const { invariant, message } = finding;
    const kind = kindOf(violation, attempt.events);
    const isFirst = !kinds.has(kind);
    kinds.add(kind);
    const isOurs = attempt.ours.length > 0;
    const violations = (isOurs ? attempt.ours : attempt.violations).filter(
      (one) => one.finding.invariant === invariant,
    );
    const proof = isFirst ? await confirmed(options.trial, plan, attempt) : null;
    const found = proof && { invariant, checker, violations, isOurs, plan, ...proof };
    return { what, invariant, checker, message, faults, found };
  };
  return {
    judge,
    broken,
    unknown,
    tally: (): Tally => tallying.read(),
    async run(plan: Plan, what: string, faults: number): Promise<void> {
      const attempt = await options.trial(plan);
      tallying.add(attempt);
      options.onRun(attempt);
      const failure = await judge(plan, attempt, what, faults);
      if (failure !== null) broken.push(failure);
    },
  };
}

/** This worker's share of the pairs, drawn without repetition by the plan's seed: all of them where they fit. */
function* pairsOf(points: readonly Point[], options: EveryPointOptions): Generator<readonly [Point, Point]> {
  const { worker, workers, pairsMax } = options;
  // Pair number n is (low, high) with n = high * (high - 1) / 2 + low.
  const all = (points.length * (points.length - 1)) / 2;
  const own = Math.ceil((all - worker) / workers);
  const share = Math.min(own, Math.ceil(pairsMax / workers));
  const draw = createPrng(options.plan.seed).fork(`pairs/${worker}`);
  const seen = new Set<number>();
  while (seen.size < share) {
    const number = worker + workers * draw.integer(0, own - 1);
    if (seen.has(number)) continue;
    seen.add(number);
    const high = Math.floor((1 + Math.sqrt(1 + 8 * number)) / 2);
    const one = points[number - (high * (high - 1)) / 2];
    const other = points[high];
    if (one !== undefined && other !== undefined) yield [one, other];
  }
}
