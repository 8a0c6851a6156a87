import type { EveryPoint } from './every-point-command.ts';
import { counterexampleLines } from './exploration-text.ts';
import { count, perMinute, several } from './exploration-words.ts';
import { seconds } from './progress-text.ts';

// Longer lists are for the JSON document.
const LISTED_MAX = 20;

/** What every point of a plan came to; the sentence that can be quoted comes first. */
export function concludeEveryPoint(survey: EveryPoint, where: string): string {
  const { plan, points, tally, broken, unknown, counterexamples, isInterrupted } = survey;
  const kinds = Object.entries(points).map(([kind, number]) => `${kind} ${count(number)}`);
  const rate = survey.seconds === 0 ? 0 : (tally.runs / survey.seconds) * 60;
  return [
    `${sentence(survey)}${isInterrupted ? ' Interrupted.' : ''}`,
    `  plan      ${several(plan.calls.length, 'call')} by ${several(plan.agents.count, 'agent')}, seed ${plan.seed}; ${where}`,
    `  points    ${kinds.join(', ') || 'none'}`,
    `  runs      ${count(tally.runs)} in ${seconds(survey.seconds * 1000)} with ${several(survey.workers, 'worker')}, ${perMinute(rate)}`,
    ...listed(broken.map(({ what, invariant, message }) => `  broken    ${what}: ${invariant}: ${message}`)),
    ...reasonsOf(unknown),
    ...counterexamples.flatMap(counterexampleLines),
  ].join('\n');
}

function sentence(survey: EveryPoint): string {
  const { faultless, broken, unknown, pointCount, pointsRun, pairsRun } = survey;
  if (faultless !== null) return `The plan breaks ${faultless.invariant} without any fault: ${faultless.message}.`;
  if (pointCount === 0) return 'The plan has no point at which a fault could strike.';
  const single = broken.filter(({ faults }) => faults === 1).length;
  const paired = broken.filter(({ faults }) => faults === 2).length;
  const all =
    pointsRun === pointCount
      ? `any of ${count(pointCount)} points`
      : `${count(pointsRun)} of ${count(pointCount)} points (the time was up)`;
  const singles =
    single === 0
      ? `No single fault at ${all} breaks an invariant`
      : `A single fault at ${count(single)} of ${count(pointsRun)} points breaks an invariant`;
  const pairs =
    pairsRun === 0
      ? ''
      : paired === 0
        ? `, and none of ${count(pairsRun)} pairs of them does`
        : `, and ${count(paired)} of ${count(pairsRun)} pairs of them do`;
  const undecided = unknown.filter(({ faults }) => faults < 2).length;
  const halves = unknown.length - undecided;
  const rest =
    (undecided === 0 ? '' : `; ${several(undecided, 'point')} could not be judged`) +
    (halves === 0 ? '' : `; of ${several(halves, 'pair')} only one fault came to strike`);
  return `${singles}${pairs}${rest}.`;
}

function listed(lines: readonly string[]): readonly string[] {
  if (lines.length <= LISTED_MAX) return lines;
  return [...lines.slice(0, LISTED_MAX), `            and ${count(lines.length - LISTED_MAX)} more (--json lists all)`];
}

/** One line a reason, with how often and one example. */
function reasonsOf(unknown: EveryPoint['unknown']): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { what, reason } of unknown) groups.set(reason, [...(groups.get(reason) ?? []), what]);
  const lines = [...groups]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([reason, whats]) => `  unknown   ${count(whats.length)} × ${reason}, for example ${whats[0]}`);
  return listed(lines);
}
