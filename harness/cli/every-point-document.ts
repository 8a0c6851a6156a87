import type { PlannedTarget } from '../model/plan.ts';
import type { EveryPoint } from './every-point-command.ts';
import { counterexampleSummary, rounded, targetSummary } from './exploration-document.ts';

/** The one JSON document of --every-point. */
export const EVERY_POINT_SCHEMA = 'claimcheck/every-point@1';

export function everyPointDocument(
  survey: EveryPoint,
  { target, exitCode }: { readonly target: PlannedTarget; readonly exitCode: number },
): unknown {
  const { plan, tally, broken, unknown, counterexamples, faultless } = survey;
  const failures = faultless === null ? broken : [faultless, ...broken];
  return {
    schema: EVERY_POINT_SCHEMA,
    exitCode,
    interrupted: survey.isInterrupted,
    seed: plan.seed,
    target: targetSummary(target),
    agents: plan.agents.count,
    calls: plan.calls.length,
    points: survey.points,
    pointCount: survey.pointCount,
    pointsRun: survey.pointsRun,
    pairsRun: survey.pairsRun,
    workers: survey.workers,
    seconds: rounded(survey.seconds),
    situations: tally.situations,
    broken: failures.map(({ what, invariant, checker, message, faults }) => ({
      ...{ what, invariant, checker, message, faults },
    })),
    unknown,
    counterexamples: counterexamples.map(counterexampleSummary),
  };
}
