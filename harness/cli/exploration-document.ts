import { situations } from '../checkers/situations.ts';
import type { PlannedTarget } from '../model/plan.ts';
import type { WrittenCounterexample } from './counterexample-output.ts';
import type { Exploration } from './exploration.ts';

/** The one JSON document of a search. */
export const EXPLORATION_SCHEMA = 'claimcheck/exploration@1';

export function explorationDocument(
  exploration: Exploration,
  { target, exitCode }: { readonly target: PlannedTarget; readonly exitCode: number },
): unknown {
  const { tally, known, counterexamples } = exploration;
  const { kinds, ...counts } = tally;
  return {
    schema: EXPLORATION_SCHEMA,
    exitCode,
    interrupted: exploration.isInterrupted,
    seed: exploration.seed,
    target: targetSummary(target),
    workers: exploration.workers,
    seconds: rounded(exploration.seconds),
    runsPerMinute: Math.round(exploration.runsPerMinute),
    ...counts,
    kindsOfRuns: kinds.length,
    situationsNever: Object.keys(situations).filter((id) => !Object.hasOwn(tally.situations, id)),
    known: known.map(({ file, invariant, state, detail }) => ({ file, invariant, state, detail })),
    counterexamples: counterexamples.map(counterexampleSummary),
  };
}

/** Without the plan: the file has it. */
export function counterexampleSummary({ counterexample, file, run }: WrittenCounterexample): unknown {
  const { plan, schema: _schema, claimcheck: _claimcheck, ...rest } = counterexample;
  return { file, directory: run.directory, ...rest, calls: plan.calls.length, faults: plan.faults };
}

export function targetSummary({ kind, dialect, transport, store, queue }: PlannedTarget): unknown {
  return { kind, dialect, transport, store, queue };
}

export function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
