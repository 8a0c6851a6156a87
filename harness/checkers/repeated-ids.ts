import type { Checker } from '../model/checker.ts';
import type { HistoryIndex, TaskView } from '../model/history-index.ts';
import type { Plan } from '../model/plan.ts';
import { principalOf } from '../model/principal.ts';
import { createFindingList, judged, quoted, vacuous, when } from './finding-list.ts';
import { isSequential, randomBits } from './id-randomness.ts';
import { NO_TASKS } from './situations/situation.ts';

/** What a UUID v4 has is 122; less than this is guessable with patience. */
export const RANDOM_BITS_MIN = 112;

/**
 * No two calls share a task id, over all boots, unless they share a key; and ids cannot be guessed: sequential ones violate, those
 * that look shorter than 112 random bits get a warning. Counts: ids, repeated, randomBits (as they look, of the shortest).
 * Source: SEP-2663, task ids are unguessable; where there is no authorization, the id is the only lock.
 */
export const repeatedIds: Checker = {
  meta: {
    id: 'repeated-ids',
    title: 'Task ids are unique and cannot be guessed',
    description: 'A counter that starts over at boot hands one agent the work of another.',
    invariants: ['S12'],
    requires: ['acks'],
    judges: 'server',
  },
  applicable: (plan) => (plan.target.dialect === 'blocking' ? NO_TASKS : null),
  check({ plan, history }) {
    const findings = createFindingList();
    const warnings = createFindingList();
    const tasks = [...history.tasks.values()].filter(({ acks }) => acks.length > 0);
    if (tasks.length === 0) return vacuous('the server answered every call directly, without a task', { ids: 0 });
    const repeated = tasks.filter((task) => task.calls.length > 1 && !isShared(plan, task));
    for (const task of repeated)
      findings.add(
        'S12',
        describeRepeat(task, history),
        firstAcks(task).map(({ seq }) => seq),
      );
    const ids = tasks.map(({ id }) => id);
    const bits = Math.floor(randomBits(ids));
    const ackSeqs = tasks.slice(0, 3).map(({ acks }) => acks[0]?.end.seq ?? 0);
    const sample = ids.slice(0, 3).map(quoted).join(', ');
    if (isSequential(ids)) findings.add('S12', `task ids count up and can be guessed: ${sample}`, ackSeqs);
    else if (bits < RANDOM_BITS_MIN) {
      warnings.add('S12', `task ids look like ${bits} random bits, fewer than ${RANDOM_BITS_MIN}: ${sample}`, ackSeqs);
    }
    return judged(findings, { ids: ids.length, repeated: repeated.length, randomBits: bits }, warnings);
  },
};

/** Calls with one agent and one key are one piece of work; whether they may share it is S13. */
function isShared(plan: Plan, task: TaskView): boolean {
  const scopes = new Set(
    task.acks.map(({ inv }) => {
      const agent = principalOf(plan.target.facts, inv.agent);
      return inv.key === undefined ? `call ${inv.call}` : `key ${agent} ${inv.key}`;
    }),
  );
  return scopes.size === 1;
}

function firstAcks(task: TaskView) {
  return task.calls
    .flatMap((call) => task.acks.filter(({ inv }) => inv.call === call).slice(0, 1))
    .map(({ end }) => end);
}

function describeRepeat(task: TaskView, history: HistoryIndex): string {
  const given = task.calls.map((call) => {
    const ack = task.acks.find(({ inv }) => inv.call === call);
    return `call ${call}${ack ? ` (agent ${ack.inv.agent}) at ${when(history, ack.end)}` : ''}`;
  });
  const shown = given.length > 4 ? [...given.slice(0, 4), `${given.length - 4} more`] : given;
  return `the task id ${quoted(task.id)} was given to ${shown.join(' and to ')}`;
}
