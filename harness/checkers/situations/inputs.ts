import { answersOf } from '../../model/answer.ts';
import type { HistoryIndex, TaskView } from '../../model/history-index.ts';
import type { PlannedTarget } from '../../model/plan.ts';
import { type Situation, withProcess, withTasks } from './situation.ts';

const NOTHING_ASKED = 'this target asks for nothing while it works';

export const inputRequired: Situation = {
  meta: {
    id: 'input-required',
    title: 'A task was read while it waited for input, and its agent answered',
    description: 'Work that needs a word from its caller is where clients and servers hang. Counted per task.',
  },
  applicable: withQuestions,
  find: ({ history }) => {
    const answers = answersOf(history);
    return waitingTasks(history).flatMap(({ task, seq }) => {
      const answer = answers.get(task.id)?.find(({ end }) => end.seq > seq);
      return answer === undefined ? [] : [answer.end.seq];
    });
  },
};

export const inputOverRestart: Situation = {
  meta: {
    id: 'input-over-restart',
    title: 'A task waited for input in one boot and was read or answered in a later one',
    description:
      'The question and the answer are state as much as the result is: a restart must lose neither. Counted per task.',
  },
  applicable: (target) => withProcess(target) ?? withQuestions(target),
  find({ history }) {
    const answers = answersOf(history);
    return waitingTasks(history).flatMap(({ task, seq }) => {
      const waits = task.sightings
        .filter(({ event }) => event.status === 'input_required')
        .map(({ event }) => event.seq);
      const boot = history.bootAt(seq);
      const taken = (answers.get(task.id) ?? []).map(({ end }) => end.seq);
      const later = [...waits, ...taken].filter((one) => history.bootAt(one) > boot);
      return later.length === 0 ? [] : [Math.min(...later)];
    });
  },
};

function withQuestions(target: PlannedTarget): string | null {
  return withTasks(target) ?? (target.facts.asking ? null : NOTHING_ASKED);
}

/** Tasks that somebody saw waiting, with the seq of the first such sighting. */
function waitingTasks(history: HistoryIndex): readonly { readonly task: TaskView; readonly seq: number }[] {
  return [...history.tasks.values()].flatMap((task) => {
    const first = task.sightings.find(({ event }) => event.status === 'input_required');
    return first ? [{ task, seq: first.event.seq }] : [];
  });
}
