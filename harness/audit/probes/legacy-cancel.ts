import { isTerminal } from '../../model/operation.ts';
import { type Answer, described } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { patienceMs } from '../audit-session.ts';
import type { ToolCall } from '../audit-tools.ts';
import { createLegacyClient, type LegacyClient } from '../legacy-client.ts';
import { observeTimes, tasksIn } from '../legacy-reads.ts';
import {
  createLegacyTask,
  followLegacyTask,
  getLegacyTask,
  INTERNAL_ERROR,
  INVALID_PARAMS,
  legacyStatusOf,
  relatedTask,
  taskCall,
  whyNoLegacyTask,
} from '../legacy-task.ts';
import { broken, judged, met, noneApply, noneSeen, notObservable, type Observation, type Probe } from '../probe.ts';

const OBSERVES = ['2025-13', '2025-14', '2025-18', '2025-25', '2025-31', '2025-46', '2025-47', '2025-48'];

const WORK_MS = 1_200;
// After the time the work would have taken: what it then does to a task that is cancelled is to be seen.
const AFTER_MS = 500;

/** Cancels a task at work, and looks again when the work would have been done; cancels one that has ended. */
export const legacyCancel: Probe = {
  meta: {
    id: 'legacy-cancel',
    title: 'cancelling a task',
    description: 'Cancels a task at work, fetches it, and reads it again after its work would have ended.',
    observes: OBSERVES,
    dialects: ['tasks-2025-11-25'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const call = taskCall(session, 'work', WORK_MS);
    if (typeof call === 'string') return noneApply(OBSERVES, call);
    const client = createLegacyClient(await session.link(), session.limits.requestMs);
    const ended = await cancelEnded(session, client);
    const receipt = await createLegacyTask(client, call, { task: { ttl: 60_000 } });
    const { taskId } = receipt;
    if (taskId === null) return [...noneSeen(OBSERVES, whyNoLegacyTask(receipt)), ...ended];
    const cancel = await client.request('tasks/cancel', { taskId });
    if (cancel.result === null) {
      return [
        ...ended,
        broken('2025-47', `tasks/cancel of a task at work: ${described(cancel)}`, receipt.answer, cancel),
      ];
    }
    const read = await getLegacyTask(client, taskId);
    const again = await client.request('tasks/cancel', { taskId });
    const fetched = await client.request('tasks/result', { taskId });
    return [
      ...ended,
      ...observeTimes(tasksIn([cancel])),
      observeAck(cancel, read),
      relatedTask(cancel.result) === undefined
        ? met('2025-31', 'the answer of tasks/cancel names no task in _meta')
        : broken('2025-31', 'the answer of tasks/cancel names its task in _meta as well', cancel),
      refusedCancel(again),
      observeFetch(fetched),
      ...(await observeLater(session, client, { taskId, call, cancel })),
    ];
  },
};

function observeAck(cancel: Answer, read: Answer): Observation {
  const said = legacyStatusOf(cancel);
  // A server may forget a task as soon as it is cancelled.
  const isSo = legacyStatusOf(read) === 'cancelled' || read.error?.code === INVALID_PARAMS;
  if (said !== 'cancelled') return broken('2025-47', `tasks/cancel was answered with ${described(cancel)}`, cancel);
  const words = { met: 'the answer and the next reading said so', broken: `the next reading said: ${described(read)}` };
  return judged('2025-47', isSo, words, cancel, read);
}

function refusedCancel(answer: Answer): Observation {
  const words = { met: 'a second cancel was refused', broken: `a cancel of an ended task: ${described(answer)}` };
  return judged('2025-46', answer.error?.code === INVALID_PARAMS, words, answer);
}

/** Nothing came out of a cancelled task, and that is no fault of the server: any error may say so but that one. */
function observeFetch(fetched: Answer): Observation {
  if (fetched.reply === null)
    return broken('2025-25', `tasks/result of a cancelled task: ${described(fetched)}`, fetched);
  if (fetched.error?.code !== INTERNAL_ERROR) return met('2025-25', `of a cancelled task: ${described(fetched)}`);
  return broken('2025-25', `tasks/result of a cancelled task is an internal error: ${described(fetched)}`, fetched);
}

async function cancelEnded(session: AuditSession, client: LegacyClient): Promise<Observation[]> {
  const call = taskCall(session, 'work', 0);
  if (typeof call === 'string') return [];
  const { taskId } = await createLegacyTask(client, call, { task: { ttl: 60_000 } });
  if (taskId === null) return [];
  const reads = await followLegacyTask(session, client, { taskId, withinMs: patienceMs(session, call) });
  if (!isTerminal(legacyStatusOf(reads.at(-1)))) return [notObservable('2025-46', 'no task ended')];
  return [refusedCancel(await client.request('tasks/cancel', { taskId }))];
}

interface Cancelled {
  readonly taskId: string;
  readonly call: ToolCall;
  readonly cancel: Answer;
}

/** The work of a cancelled task that was not stopped comes to its end now, and must change nothing. */
async function observeLater(
  session: AuditSession,
  client: LegacyClient,
  { taskId, call, cancel }: Cancelled,
): Promise<Observation[]> {
  await session.clock.sleep(call.takesMs + AFTER_MS, session.signal);
  const late = await getLegacyTask(client, taskId);
  const after = `${call.takesMs + AFTER_MS} ms after the cancel`;
  if (late.reply === null) {
    const what = `${after} the server was gone, with the tasks of everybody: ${described(late)}`;
    return [broken('2025-18', what, cancel, late), broken('2025-48', `the work went on: ${what}`, cancel, late)];
  }
  const isSo = legacyStatusOf(late) === 'cancelled' || late.error?.code === INVALID_PARAMS;
  const words = { met: `it was cancelled ${after}`, broken: `${after}: ${described(late)}` };
  return [judged('2025-18', isSo, words, cancel, late)];
}
