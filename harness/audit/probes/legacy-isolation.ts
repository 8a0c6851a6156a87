import { isObject } from '../../wire/json-rpc.ts';
import { type Answer, described } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import type { ToolCall } from '../audit-tools.ts';
import { createLegacyClient, type LegacyClient } from '../legacy-client.ts';
import { createLegacyTask, getLegacyTask, METHOD_NOT_FOUND, taskCall, whyNoLegacyTask } from '../legacy-task.ts';
import {
  broken,
  met,
  noneApply,
  noneSeen,
  notApplicable,
  notObservable,
  type Observation,
  type Probe,
} from '../probe.ts';

const OBSERVES = ['2025-50', '2025-52'];
const WORK_MS = 1_000;

/** One client asks for what another has, and the same client from a new session for its own. */
export const legacyIsolation: Probe = {
  meta: {
    id: 'legacy-isolation',
    title: 'whose task it is',
    description:
      'Another principal reads, fetches, cancels and lists a task; a new session of the same client reads it.',
    observes: OBSERVES,
    dialects: ['tasks-2025-11-25'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const call = taskCall(session, 'work', WORK_MS);
    if (typeof call === 'string') return noneApply(OBSERVES, call);
    const own = createLegacyClient(await session.link(), session.limits.requestMs);
    const receipt = await createLegacyTask(own, call, { task: { ttl: 60_000 } });
    const { taskId } = receipt;
    if (taskId === null) return noneSeen(OBSERVES, whyNoLegacyTask(receipt));
    if (session.transport === 'http') await noteNewSession(session, taskId);
    if (session.samePrincipal !== null) {
      return [notApplicable('2025-50', session.samePrincipal), await observeUnknownList(session, taskId)];
    }
    const why = 'its clients can be told apart';
    return [await observeOther(session, own, taskId, call), notApplicable('2025-52', why)];
  },
};

async function observeOther(
  session: AuditSession,
  own: LegacyClient,
  taskId: string,
  call: ToolCall,
): Promise<Observation> {
  const other = createLegacyClient(await session.link(2), session.limits.requestMs);
  const tries: Answer[] = [];
  for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel'])
    tries.push(await other.request(method, { taskId }));
  const list = await other.request('tasks/list', {});
  const read = await getLegacyTask(own, taskId);
  const reached = tries.find(({ result }) => result !== null);
  if (reached !== undefined) return broken('2025-50', `another principal got ${described(reached)}`, reached);
  if (isListed(list, taskId)) return broken('2025-50', 'another principal finds it in its list', list);
  if (read.result?.status === 'cancelled')
    return broken('2025-50', 'the cancel of another principal worked', ...tries, read);
  const silent = tries.find(({ reply }) => reply === null);
  if (silent !== undefined) return notObservable('2025-50', `another principal: ${described(silent)}`);
  return met('2025-50', `another principal was refused three times, and does not find ${call.name} in its list`);
}

function isListed({ result }: Answer, taskId: string): boolean {
  return Array.isArray(result?.tasks) && result.tasks.some((task) => isObject(task) && task.taskId === taskId);
}

/** Clients that nobody tells apart must not learn of each other from a list. */
async function observeUnknownList(session: AuditSession, taskId: string): Promise<Observation> {
  if (session.transport === 'stdio') return notApplicable('2025-52', 'over stdio there is one client');
  const stranger = createLegacyClient(await session.open(), session.limits.requestMs);
  const list = await stranger.request('tasks/list', {});
  if (isListed(list, taskId)) {
    return broken(
      '2025-52',
      'a client with another session, and nothing else to tell it by, finds the task in its list',
      list,
    );
  }
  if (list.error?.code === METHOD_NOT_FOUND) return met('2025-52', 'it lists no tasks');
  return met('2025-52', `another session does not find it: ${described(list)}`);
}

/** What becomes of tasks whose session is gone, the revision leaves open; a client that reconnects wants to know. */
async function noteNewSession(session: AuditSession, taskId: string): Promise<void> {
  const fresh = createLegacyClient(await session.open(), session.limits.requestMs);
  const read = await getLegacyTask(fresh, taskId);
  const { frames } = read;
  if (read.result !== null)
    session.note({ kind: 'good', text: 'a new session of the same client finds its task', frames: [] });
  else
    session.note({
      kind: 'bad',
      text: `a new session of the same client does not find its task: ${described(read)}`,
      frames,
    });
}
