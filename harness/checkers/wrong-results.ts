import { type Answer, addPushes, addReplies, carriesToken, sortedBySeq } from '../model/answer.ts';
import type { Checker } from '../model/checker.ts';
import type { CallView, HistoryIndex } from '../model/history-index.ts';
import { createFindingList, judged, quoted, when, who } from './finding-list.ts';

/**
 * A successful result carries the token of the call it is the result of. A result in which nothing is found where the token
 * should stand is wrong as well. Calls meant to fail are left out. Unknown when no result could be compared. Counts: results
 * compared, wrong.
 */
export const wrongResults: Checker = {
  meta: {
    id: 'wrong-results',
    title: 'Every result belongs to its call',
    description: 'Results mixed up between calls look perfect one by one; only the token inside tells.',
    invariants: ['S8'],
    requires: ['results'],
    judges: 'server',
  },
  applicable: (plan) =>
    plan.target.facts.echo ? null : 'the profile names no place in the result where the token comes back (echo)',
  check({ history }) {
    const findings = createFindingList();
    const owners = new Map(history.calls.map(({ planned }) => [planned.token, planned.call]));
    let results = 0;
    for (const call of history.calls) {
      for (const event of answersTo(call, history)) {
        const isRight = carriesToken(call.planned, event);
        if (isRight === null) continue;
        results += 1;
        if (isRight) continue;
        const other = event.echo == null ? undefined : owners.get(event.echo);
        const what =
          event.echo == null
            ? 'a result without any token'
            : other === undefined
              ? `a result with the token ${quoted(event.echo)}, which no call has`
              : `the result of call ${other}`;
        findings.add('S8', `${who(call)} was given ${what} at ${when(history, event)}`, [event.seq]);
      }
    }
    const counts = { results, wrong: findings.count };
    if (results === 0) {
      return {
        valid: 'unknown',
        reason: 'no successful result could be compared with its token',
        counts,
        findings: [],
      };
    }
    return judged(findings, counts);
  },
};

function answersTo(call: CallView, history: HistoryIndex): readonly Answer[] {
  const answers: Answer[] = [];
  addReplies(answers, call.creates, false);
  addReplies(answers, call.reads, false);
  for (const id of call.tasks) {
    const task = history.tasks.get(id);
    // A task that two calls were given belongs to neither for certain.
    if (task?.calls.length === 1) addPushes(answers, task);
  }
  return sortedBySeq(answers);
}
