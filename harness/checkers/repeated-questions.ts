import { answersOf } from '../model/answer.ts';
import type { Checker } from '../model/checker.ts';
import type { Acked, HistoryIndex, Sighting, TaskView } from '../model/history-index.ts';
import type { Plan } from '../model/plan.ts';
import { createFindingList, type FindingList, judged, quoted, when } from './finding-list.ts';

const NO_KEYS = 'in this dialect a question is asked on a stream and has no key';
const NO_QUESTIONS = 'no call of this plan asks for anything while it works';

/**
 * A key names one request for all of its task's life, and one that was answered and gone never comes back: a second question
 * under an old name would get the old answer, and a question asked twice is a decision made twice. An acknowledged answer may
 * take a while to show (2026-31), so only a read that no longer shows the key starts the count. Unknown when no read showed
 * what a task asks for. Counts: keys, reads (compared), changed, returned. Source: requirements 2026-26, 2026-27.
 */
export const repeatedQuestions: Checker = {
  meta: {
    id: 'repeated-questions',
    title: 'Nothing is asked twice, and no two things under one name',
    description: 'Clients answer each key once: a key that comes back, or changes its meaning, hangs or misleads them.',
    invariants: ['S19'],
    requires: ['reads'],
    judges: 'server',
  },
  applicable: (plan) => notApplicable(plan),
  check({ history }) {
    const findings = createFindingList();
    const counts = { keys: 0, reads: 0, changed: 0, returned: 0 };
    const answers = answersOf(history);
    for (const task of history.tasks.values()) {
      // Notifications may come late, so only reads are compared.
      const reads = task.sightings.filter(({ inv, event }) => inv?.op === 'get' && event.status !== undefined);
      const keys = new Set(reads.flatMap(({ event }) => event.inputs ?? []));
      counts.keys += keys.size;
      counts.reads += keys.size === 0 ? 0 : reads.length;
      for (const key of keys) {
        const about = { key, task, history, findings };
        if (reportChange(about, reads)) counts.changed += 1;
        if (reportReturn(about, reads, answers.get(task.id) ?? [])) counts.returned += 1;
      }
    }
    if (counts.keys > 0) return judged(findings, counts);
    return { ...judged(findings, counts), valid: 'unknown', reason: 'no read showed what a task asks for' };
  },
};

interface About {
  readonly key: string;
  readonly task: TaskView;
  readonly history: HistoryIndex;
  readonly findings: FindingList;
}

function notApplicable({ target, calls }: Plan): string | null {
  if (target.dialect === 'blocking' || target.dialect === 'tasks-2025-11-25') return NO_KEYS;
  return calls.some(({ tool }) => tool === 'asking') ? null : NO_QUESTIONS;
}

/** Another request under the same key. */
function reportChange({ key, task, history, findings }: About, reads: readonly Sighting[]): boolean {
  const shown = reads.filter(({ event }) => event.inputShas?.[key] !== undefined);
  const [first] = shown;
  const other = shown.find(({ event }) => event.inputShas?.[key] !== first?.event.inputShas?.[key]);
  if (first === undefined || other === undefined) return false;
  findings.add(
    'S19',
    `task ${task.id} asked one thing under the key ${quoted(key)} at ${when(history, first.event)} and another at ` +
      when(history, other.event),
    [first.event.seq, other.event.seq],
  );
  return true;
}

/** Shown, answered, gone, and shown again by a read that was sent after one had shown it gone. */
function reportReturn(about: About, reads: readonly Sighting[], answers: readonly Acked[]): boolean {
  const { key, task, history, findings } = about;
  const answer = answers.find(({ inv }) => inv.inputs?.includes(key));
  if (answer === undefined) return false;
  const gone = reads.find(({ inv, event }) => (inv?.seq ?? 0) > answer.inv.seq && !event.inputs?.includes(key));
  if (gone === undefined) return false;
  const back = reads.find(({ inv, event }) => (inv?.seq ?? 0) > gone.event.seq && event.inputs?.includes(key));
  if (back === undefined) return false;
  findings.add(
    'S19',
    `task ${task.id} was answered for the key ${quoted(key)} at ${when(history, answer.end)}, did not ask for it at ` +
      `${when(history, gone.event)} and asked again at ${when(history, back.event)}`,
    [answer.end.seq, gone.event.seq, back.event.seq],
  );
  return true;
}
