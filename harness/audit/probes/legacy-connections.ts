import { randomUUID } from 'node:crypto';
import { isTerminal } from '../../model/operation.ts';
import { described } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { patienceMs } from '../audit-session.ts';
import { greetings } from '../greetings.ts';
import { createLegacyClient } from '../legacy-client.ts';
import { createLegacyTask, followLegacyTask, legacyStatusOf, taskCall, whyNoLegacyTask } from '../legacy-task.ts';
import { judged, notApplicable, notObservable, type Observation, type Probe } from '../probe.ts';

const WORK_MS = 1_000;
const BREAK_AFTER_MS = 200;

/** Connections that break and sessions that nobody knows. */
export const legacyConnections: Probe = {
  meta: {
    id: 'legacy-connections',
    title: 'broken connections and unknown sessions',
    description: 'Breaks the connection of a waiting tasks/result; sends the id of a session that does not exist.',
    observes: ['2025-55', '2025-56'],
    dialects: ['tasks-2025-11-25'],
    transports: ['http'],
  },
  run: async (session) => [await observeBreak(session), await observeSession(session)],
};

async function observeBreak(session: AuditSession): Promise<Observation> {
  const call = taskCall(session, 'work', WORK_MS);
  if (typeof call === 'string') return notApplicable('2025-55', call);
  const client = createLegacyClient(await session.link(), session.limits.requestMs);
  const receipt = await createLegacyTask(client, call, { task: { ttl: 60_000 } });
  const { taskId } = receipt;
  if (taskId === null) return notObservable('2025-55', whyNoLegacyTask(receipt));
  const waiting = client.open('tasks/result', { taskId });
  await session.clock.sleep(BREAK_AFTER_MS, session.signal);
  const isWaiting = waiting.ended() === null;
  waiting.close();
  if (!isWaiting) return notObservable('2025-55', 'tasks/result did not wait, so there was nothing to break');
  const reads = await followLegacyTask(session, client, { taskId, withinMs: patienceMs(session, call) });
  const last = reads.at(-1);
  if (last === undefined || (last.result !== null && !isTerminal(legacyStatusOf(last)))) {
    return notObservable('2025-55', 'the task did not end');
  }
  const words = { met: 'the work went on to its end', broken: `after the break: ${described(last)}` };
  return judged('2025-55', legacyStatusOf(last) === 'completed', words, waiting, last);
}

async function observeSession(session: AuditSession): Promise<Observation> {
  const link = await session.open({ greeted: false });
  const greeting = await greetings['tasks-2025-11-25'](link, session.limits.requestMs);
  if (greeting.headers['mcp-session-id'] === undefined) return notApplicable('2025-56', 'it gives no session ids');
  const client = createLegacyClient(link, session.limits.requestMs);
  const answer = await client.request('tools/list', {}, { headers: { 'mcp-session-id': randomUUID() } });
  const words = { met: 'it was answered with 404', broken: `a session id that does not exist: ${described(answer)}` };
  return judged('2025-56', answer.status === 404, words, answer);
}
