import type { Plan } from '../model/plan.ts';
import { messageOf, UsageError } from '../model/usage-error.ts';
import type { CaseArbitrary } from './arbitrary.ts';
import { planOf } from './case-plan.ts';
import { type CaseSetting, callCountOf, type ExplorationCase } from './exploration-case.ts';
import { kindOf } from './failure-kind.ts';
import { caseSeed } from './search-seed.ts';
import { smallestCase } from './smallest-case.ts';
import { createTallying, type Tally } from './tally.ts';
import { type Attempt, historyText, type Trial, type Violation } from './trial.ts';

/** A counterexample is run so often again; every history must be the same. */
export const CONFIRMATIONS = 3;

export interface SearchOptions {
  readonly trial: Trial;
  readonly arbitrary: CaseArbitrary;
  readonly setting: Omit<CaseSetting, 'seed'>;
  readonly seed: number;
  /** 0, 1 …: which stream of seeds. */
  readonly worker: number;
  /** Runs at most. */
  readonly runsMax: number;
  /** Go on after a failure, and shrink one of each kind. */
  readonly keepsGoing: boolean;
  readonly shrinkMs: number;
  readonly nowMs: () => number;
  /** Asked before every run. */
  isStopped(): boolean;
  /** A shrink ends at once too, with what it has. */
  isAborted(): boolean;
  /** A run of the search (not of a shrink) is over. */
  onRun(attempt: Attempt): void;
  /** Claims this kind of failure: false when it is shrunk elsewhere already. */
  claim(kind: string): boolean;
  onStep(step: ShrinkStep): void;
  onFound(found: Found): void;
}

export interface ShrinkStep {
  readonly invariant: string;
  readonly faults: number;
  readonly calls: number;
}

/** A failing plan as small as it got. */
export interface Found {
  readonly invariant: string;
  readonly checker: string;
  readonly violations: readonly Violation[];
  /** The harness's own fault, not the server's. */
  readonly isOurs: boolean;
  readonly plan: Plan;
  readonly history: string;
  /** All of the runs after it gave the same bytes. */
  readonly isReproduced: boolean;
  readonly worker: number;
  readonly iteration: number;
  /** Runs of this worker until it was found. */
  readonly runs: number;
  readonly shrink: {
    readonly steps: number;
    readonly tried: number;
    readonly isSmallest: boolean;
    readonly from: Size;
    readonly to: Size;
  };
}

export interface Size {
  readonly agents: number;
  readonly calls: number;
  readonly faults: number;
}

/** One worker's search: draws, runs and judges cases until it is told to stop. The first failure of a kind is shrunk. */
export async function search(options: SearchOptions): Promise<Tally> {
  const tallying = createTallying();
  for (let iteration = 0; iteration < options.runsMax && !options.isStopped(); iteration += 1) {
    const seed = caseSeed({ seed: options.seed, worker: options.worker, iteration });
    const drawn = options.arbitrary.draw(seed);
    const attempt = await attemptAt(options, drawn, { seed, iteration });
    tallying.add(attempt);
    options.onRun(attempt);
    const isOurs = attempt.ours.length > 0;
    // Of several failures of a run, the first that is not being shrunk already.
    const failures = isOurs ? attempt.ours : attempt.violations;
    const violation = failures.find((one) => options.claim(kindOf(one, attempt.events)));
    if (violation === undefined) continue;
    const kind = kindOf(violation, attempt.events);
    const found = await shrinkFailure(options, { drawn, seed, iteration, violation, kind, isOurs });
    options.onFound(found);
    if (!options.keepsGoing || found.isOurs) break;
  }
  return tallying.read();
}

async function attemptAt(
  options: SearchOptions,
  drawn: ExplorationCase,
  { seed, iteration }: { readonly seed: number; readonly iteration: number },
): Promise<Attempt> {
  try {
    return await options.trial(planOf(drawn, { ...options.setting, seed }));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const where = `seed ${options.seed}, worker ${options.worker}, run ${iteration}`;
    const why = messageOf(error);
    throw new Error(`the run of ${where} ended with: ${why}`, { cause: error });
  }
}

interface Failure {
  readonly drawn: ExplorationCase;
  readonly seed: number;
  readonly iteration: number;
  readonly violation: Violation;
  readonly kind: string;
  readonly isOurs: boolean;
}

async function shrinkFailure(options: SearchOptions, failure: Failure): Promise<Found> {
  const { drawn, seed, iteration, violation, kind, isOurs } = failure;
  const { invariant } = violation.finding;
  const { trial } = options;
  const same = (attempt: Attempt) =>
    (isOurs ? attempt.ours : attempt.violations).filter(
      (one) => one.finding.invariant === invariant && kindOf(one, attempt.events) === kind,
    );
  const shrunk = await smallestCase(
    { case: drawn, seed },
    {
      arbitrary: options.arbitrary,
      fails: async (one, at) => same(await trial(planOf(one, { ...options.setting, seed: at }))).length > 0,
      nowMs: options.nowMs,
      limitMs: options.shrinkMs,
      isStopped: options.isAborted,
      onStep: (one) => options.onStep({ invariant, faults: one.faults.length, calls: callCountOf(one) }),
    },
  );
  const small = planOf(shrunk.case, { ...options.setting, seed: shrunk.seed });
  const last = await trial(small);
  const { history, isReproduced } = await confirmed(trial, small, last);
  return {
    invariant,
    checker: same(last)[0]?.checker ?? violation.checker,
    violations: same(last),
    isOurs,
    plan: small,
    history,
    isReproduced: isReproduced && same(last).length > 0,
    worker: options.worker,
    iteration,
    runs: iteration + 1,
    shrink: {
      steps: shrunk.steps,
      tried: shrunk.tried,
      isSmallest: shrunk.isSmallest,
      from: sizeOf(drawn),
      to: sizeOf(shrunk.case),
    },
  };
}

/** Runs the plan again: the same bytes each time, or it is no proof. */
export async function confirmed(
  trial: Trial,
  plan: Plan,
  first: Attempt,
): Promise<{ readonly history: string; readonly isReproduced: boolean }> {
  const history = historyText(first.events);
  for (let run = 0; run < CONFIRMATIONS; run += 1) {
    const again = await trial(plan);
    if (historyText(again.events) !== history) return { history, isReproduced: false };
  }
  return { history, isReproduced: true };
}

function sizeOf(one: ExplorationCase): Size {
  return { agents: one.agents.length, calls: callCountOf(one), faults: one.faults.length };
}
