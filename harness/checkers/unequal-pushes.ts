import { canonicalJson } from '../model/canonical.ts';
import type { Checker } from '../model/checker.ts';
import type { EventOf } from '../model/event.ts';
import type { HistoryIndex, TaskView } from '../model/history-index.ts';
import { isTerminal } from '../model/operation.ts';
import { createFindingList, type FindingList, judged, quoted, vacuous, when } from './finding-list.ts';
import { NO_TASKS } from './situations/situation.ts';

type Push = EventOf<'push'>;

/**
 * What a server tells unasked is what it would have answered: a terminal status in a notification or a callback is the one
 * that reads show. A delivery id carries one state of one task however often it is sent, and the end of a task goes out under
 * one id only, or its receiver takes it for two. Not applicable when nothing was told. Counts: pushes, deliveries (ids), violations.
 */
export const unequalPushes: Checker = {
  meta: {
    id: 'unequal-pushes',
    title: 'What is told unasked is what a read says, once',
    description: 'Who acts on a notification that reads contradict, or on one end of a task twice, has acted wrongly.',
    invariants: ['S22'],
    requires: ['acks'],
    judges: 'server',
  },
  applicable: (plan) => (plan.target.dialect === 'blocking' ? NO_TASKS : null),
  check({ history }) {
    const findings = createFindingList();
    const pushes: Push[] = [];
    for (const task of history.tasks.values()) {
      const own = task.sightings.flatMap(({ event }) => (event.kind === 'push' ? [event] : []));
      pushes.push(...own);
      againstReads(task, own, history, findings);
      endsOnce(task, own, history, findings);
    }
    oneStateEach(pushes, history, findings);
    const deliveries = new Set(pushes.flatMap(({ delivery }) => (delivery === undefined ? [] : [delivery])));
    const counts = { pushes: pushes.length, deliveries: deliveries.size, violations: findings.count };
    return pushes.length === 0 ? vacuous('the server told nothing unasked', counts) : judged(findings, counts);
  },
};

function againstReads(task: TaskView, pushes: readonly Push[], history: HistoryIndex, findings: FindingList): void {
  const read = task.sightings.find(({ event, inv }) => inv?.op === 'get' && isTerminal(event.status));
  const told = pushes.find(({ status }) => isTerminal(status) && status !== read?.event.status);
  if (read === undefined || told === undefined) return;
  findings.add(
    'S22',
    `task ${task.id} (agent ${task.owner}) was told to be ${quoted(told.status ?? '')} at ${when(history, told)}, and a read at ` +
      `${when(history, read.event)} says ${quoted(read.event.status ?? '')}`,
    [read.event.seq, told.seq].sort((a, b) => a - b),
  );
}

function endsOnce(task: TaskView, pushes: readonly Push[], history: HistoryIndex, findings: FindingList): void {
  const ends = pushes.filter(({ status, delivery }) => delivery !== undefined && isTerminal(status));
  const [first] = ends;
  const other = ends.find(({ delivery }) => delivery !== first?.delivery);
  if (first === undefined || other === undefined) return;
  findings.add(
    'S22',
    `the end of task ${task.id} (agent ${task.owner}) went out under the id ${first.delivery} at ${when(history, first)} and under ` +
      `${other.delivery} at ${when(history, other)}: its receiver cannot know that both are one`,
    [first.seq, other.seq],
  );
}

function oneStateEach(pushes: readonly Push[], history: HistoryIndex, findings: FindingList): void {
  const firsts = new Map<string, Push>();
  for (const push of [...pushes].sort((a, b) => a.seq - b.seq)) {
    if (push.delivery === undefined) continue;
    const first = firsts.get(push.delivery);
    if (first === undefined) firsts.set(push.delivery, push);
    else if (stateOf(first) !== stateOf(push)) {
      findings.add(
        'S22',
        `the delivery ${push.delivery} carried task ${first.task} as ${quoted(first.status ?? '')} at ${when(history, first)} and task ` +
          `${push.task} as ${quoted(push.status ?? '')} at ${when(history, push)}`,
        [first.seq, push.seq],
      );
    }
  }
}

function stateOf({ task, status, result, resultSha, error }: Push): string {
  return canonicalJson({ task, status, result: result ?? resultSha ?? null, error: error ?? null });
}
