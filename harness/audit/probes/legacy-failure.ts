import { isTerminal } from '../../model/operation.ts';
import { type Answer, described } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { patienceMs } from '../audit-session.ts';
import type { ToolCall } from '../audit-tools.ts';
import { createLegacyClient, type LegacyClient } from '../legacy-client.ts';
import {
  createLegacyTask,
  followLegacyTask,
  INTERNAL_ERROR,
  legacyStatusOf,
  taskCall,
  whyNoLegacyTask,
} from '../legacy-task.ts';
import { broken, judged, met, noneApply, noneSeen, notObservable, type Observation, type Probe } from '../probe.ts';

const OBSERVES = ['2025-19', '2025-20', '2025-25', '2025-28'];

/** Work that fails: with a result that says so, and with a JSON-RPC error. */
export const legacyFailure: Probe = {
  meta: {
    id: 'legacy-failure',
    title: 'work that fails',
    description: 'Calls tools that fail as tasks, and compares what tasks/result gives with the plain call.',
    observes: OBSERVES,
    dialects: ['tasks-2025-11-25'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const client = createLegacyClient(await session.link(), session.limits.requestMs);
    const failing = await observeFailing(session, client, taskCall(session, 'failing'));
    const throwing = taskCall(session, 'throwing');
    if (typeof throwing === 'string') {
      const isSeen = failing.some(({ requirement }) => requirement === '2025-28');
      return isSeen ? failing : [...failing, ...noneApply(['2025-28'], throwing)];
    }
    return [...failing, ...(await observeFailing(session, client, throwing))];
  },
};

async function observeFailing(
  session: AuditSession,
  client: LegacyClient,
  call: ToolCall | string,
): Promise<readonly Observation[]> {
  if (typeof call === 'string') return noneApply(['2025-19', '2025-20'], call);
  const receipt = await createLegacyTask(client, call, { task: { ttl: 60_000 } });
  const { taskId } = receipt;
  if (taskId === null) return noneSeen(['2025-19', '2025-20'], whyNoLegacyTask(receipt));
  const reads = await followLegacyTask(session, client, { taskId, withinMs: patienceMs(session, call) });
  const last = reads.at(-1);
  const status = legacyStatusOf(last);
  if (last === undefined || !isTerminal(status)) return noneSeen(['2025-19', '2025-20'], 'the task did not end');
  const fetched = await client.request('tasks/result', { taskId });
  return [...observeStatus(last, fetched), ...(await observeError(session, client, { call, last, fetched }))];
}

function observeStatus(last: Answer, fetched: Answer): Observation[] {
  const status = legacyStatusOf(last);
  const message = last.result?.statusMessage;
  const isError = fetched.result?.isError === true;
  return [
    ...(status === 'failed'
      ? [
          judged(
            '2025-19',
            typeof message === 'string' && message !== '',
            { met: `it said "${String(message).slice(0, 80)}"`, broken: 'it is failed, and says nothing of why' },
            last,
          ),
        ]
      : []),
    ...(isError
      ? [
          judged(
            '2025-20',
            status === 'failed',
            { met: 'work that ended with isError was failed', broken: `work that ended with isError is ${status}` },
            last,
            fetched,
          ),
        ]
      : []),
  ];
}

interface Failed {
  readonly call: ToolCall;
  readonly last: Answer;
  readonly fetched: Answer;
}

/** What the same call gives without a task, where it can be called so. */
async function observeError(
  session: AuditSession,
  client: LegacyClient,
  { call, last, fetched }: Failed,
): Promise<Observation[]> {
  if (session.tools.listed.get(call.name)?.taskSupport !== 'optional') {
    if (fetched.result !== null) return [];
    if (fetched.error?.code === INTERNAL_ERROR && legacyStatusOf(last) === 'failed') {
      return [
        broken('2025-25', `tasks/result of a failed task is an internal error: ${described(fetched)}`, last, fetched),
      ];
    }
    return [notObservable('2025-28', 'the tool cannot be called without a task, so there is no error to compare with')];
  }
  const withinMs = patienceMs(session, call);
  const plain = await client.request('tools/call', { name: call.name, arguments: call.arguments }, { withinMs });
  if (plain.error === null) {
    if (fetched.error === null) return [];
    return [broken('2025-28', `the plain call gives a result, tasks/result ${described(fetched)}`, plain, fetched)];
  }
  const isSame = fetched.error?.code === plain.error.code && fetched.error.message === plain.error.message;
  if (isSame) return [met('2025-28', `both gave ${plain.error.code}`)];
  return [
    broken('2025-28', `the plain call gives ${described(plain)}, tasks/result ${described(fetched)}`, plain, fetched),
  ];
}
