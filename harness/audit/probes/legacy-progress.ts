import { isTerminal } from '../../model/operation.ts';
import { isObject, type JsonObject } from '../../wire/json-rpc.ts';
import { answerTo, receivedAt } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { patienceMs } from '../audit-session.ts';
import { createLegacyClient, type LegacyClient } from '../legacy-client.ts';
import { followLegacyTask, legacyStatusOf, receiptIn, relatedTask, taskCall, whyNoLegacyTask } from '../legacy-task.ts';
import { broken, met, noneApply, noneSeen, type Observation, type Probe } from '../probe.ts';
import type { RawExchange } from '../raw-link.ts';

const OBSERVES = ['2025-30', '2025-32', '2025-38', '2025-39'];

const WORK_MS = 1_000;
// Progress that was on its way when the end was read is no fault.
const ON_ITS_WAY_MS = 250;

/** Notifications that come while a task is at work, and after its end. */
export const legacyProgress: Probe = {
  meta: {
    id: 'legacy-progress',
    title: 'what comes unasked',
    description: 'Calls the work tool as a task with a progress token, and listens on every stream there is.',
    observes: OBSERVES,
    dialects: ['tasks-2025-11-25'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const call = taskCall(session, 'work', WORK_MS);
    if (typeof call === 'string') return noneApply(OBSERVES, call);
    const client = createLegacyClient(await session.link(), session.limits.requestMs);
    const progressToken = `progress of ${call.token}`;
    const streams = standingStreams(session, client);
    const params = { name: call.name, arguments: call.arguments, task: { ttl: 60_000 }, _meta: { progressToken } };
    const calling = client.open('tools/call', params);
    const receipt = receiptIn(await answerTo(calling, session.limits.requestMs, { keep: true }));
    const { taskId } = receipt;
    if (taskId === null) return noneSeen(OBSERVES, whyNoLegacyTask(receipt));
    const waiting = client.open('tasks/result', { taskId });
    try {
      const reads = await followLegacyTask(session, client, { taskId, withinMs: patienceMs(session, call) });
      await session.clock.sleep(session.limits.quietMs + ON_ITS_WAY_MS, session.signal);
      const last = reads.at(-1);
      const endMs = last !== undefined && isTerminal(legacyStatusOf(last)) ? receivedAt(last) : null;
      return observeNotices(noticesOf([...streams, calling, waiting]), { taskId, progressToken, endMs });
    } finally {
      for (const stream of [...streams, calling, waiting]) stream.close();
    }
  },
};

/** Over HTTP the server may have a stream of its own to say what it wants. */
function standingStreams({ transport }: AuditSession, { link }: LegacyClient): readonly RawExchange[] {
  if (transport !== 'http') return [];
  return [link.open({ id: null, text: '', httpMethod: 'GET', headers: { accept: 'text/event-stream' } })];
}

interface Notice {
  readonly method: unknown;
  readonly params: JsonObject;
  readonly atMs: number;
  readonly stream: RawExchange;
}

/** Each once: over stdio what comes unasked is heard on everything that is open. */
function noticesOf(streams: readonly RawExchange[]): readonly Notice[] {
  const seen = new Map<string, Notice>();
  for (const stream of streams) {
    for (const { message, text, atMs } of stream.arrivals) {
      if (!isObject(message) || typeof message.method !== 'string' || 'id' in message) continue;
      const params = isObject(message.params) ? message.params : {};
      if (!seen.has(text)) seen.set(text, { method: message.method, params, atMs, stream });
    }
  }
  return [...seen.values()];
}

interface Expected {
  readonly taskId: string;
  readonly progressToken: string;
  readonly endMs: number | null;
}

function observeNotices(notices: readonly Notice[], expected: Expected): Observation[] {
  const progress = notices.filter(({ method }) => method === 'notifications/progress');
  const statuses = notices.filter(({ method }) => method === 'notifications/tasks/status');
  return [...observeProgress(progress, expected), ...observeStatuses(statuses)];
}

function observeProgress(progress: readonly Notice[], { taskId, progressToken, endMs }: Expected): Observation[] {
  if (progress.length === 0) return [...noneSeen(['2025-38', '2025-39'], 'no progress came, and none has to')];
  const foreign = progress.find(({ params }) => params.progressToken !== progressToken);
  const unnamed = progress.find(({ params }) => relatedTask(params) !== taskId);
  const late = progress.find(({ atMs }) => endMs !== null && atMs > endMs + ON_ITS_WAY_MS);
  return [
    foreign === undefined
      ? met('2025-38', `${progress.length} notifications carried it`)
      : broken('2025-38', `progress carried the token ${JSON.stringify(foreign.params.progressToken)}`, foreign.stream),
    unnamed === undefined
      ? met('2025-30', `${progress.length} notifications of progress name it`)
      : broken('2025-30', 'a notification of progress does not name its task in _meta', unnamed.stream),
    ...(endMs === null
      ? noneSeen(['2025-39'], 'the task did not end')
      : [
          late === undefined
            ? met('2025-39', 'none came after the end')
            : broken('2025-39', `progress came ${late.atMs - endMs} ms after the end was read`, late.stream),
        ]),
  ];
}

function observeStatuses(statuses: readonly Notice[]): readonly Observation[] {
  if (statuses.length === 0) return noneSeen(['2025-32'], 'no notification of the status came, and none has to');
  const named = statuses.find(({ params }) => relatedTask(params) !== undefined);
  if (named === undefined) return [met('2025-32', `${statuses.length} notifications of the status name none`)];
  return [broken('2025-32', 'a notification of the status names its task in _meta as well', named.stream)];
}
