import type { Checker } from '../model/checker.ts';
import type { CallView, HistoryIndex, TaskView } from '../model/history-index.ts';
import { createFindingList, judged, vacuous } from './finding-list.ts';
import { describeLate, lateEffect } from './late-effect.ts';
import { NO_EFFECTS, NO_TASKS } from './situations/situation.ts';

/**
 * No effect of a task after a read or a notification has shown it as ended, cancelled included. What the server wrote before
 * it answered stands before the answer, so the order of the history is the order of the server. Left out (skipped) are calls
 * that may have a second task: sent more than once, or delivered twice. A second effect is S3's. Where effects are only
 * counted, what counts is an effect seen after the last final read. Counts: tasks (judged), skipped, late.
 */
export const lateEffects: Checker = {
  meta: {
    id: 'late-effects',
    title: 'No effect after a task was shown as ended',
    description:
      'A worker that lost its task and does not know it: the client was told cancelled or failed, asked elsewhere, and then the work happened all the same.',
    invariants: ['S7'],
    requires: ['terminal-reads', 'effects'],
    judges: 'server',
  },
  applicable({ target }) {
    if (target.dialect === 'blocking') return NO_TASKS;
    return target.facts.effects === 'none' ? NO_EFFECTS : null;
  },
  check({ plan, history }) {
    const findings = createFindingList();
    const counts = { tasks: 0, skipped: 0, late: 0 };
    for (const { call, task } of endedTasks(history)) {
      const late = lateEffect({ plan, history }, call, task);
      if (late === 'several') counts.skipped += 1;
      else counts.tasks += 1;
      if (late === 'several' || late === null) continue;
      counts.late += 1;
      findings.add('S7', describeLate(history, call, late), [late.shown.event.seq, late.commit.seq]);
    }
    if (counts.tasks === 0) return vacuous('no task that stands for a call alone was shown as ended', counts);
    return judged(findings, counts);
  },
};

function* endedTasks(history: HistoryIndex): Generator<{ readonly call: CallView; readonly task: TaskView }> {
  for (const call of history.calls) {
    for (const id of call.tasks) {
      const task = history.tasks.get(id);
      if (task !== undefined && task.settled !== null) yield { call, task };
    }
  }
}
