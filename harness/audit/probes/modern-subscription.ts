import { canonicalJson } from '../../model/canonical.ts';
import { isTerminal } from '../../model/operation.ts';
import { isObject, type JsonObject } from '../../wire/json-rpc.ts';
import { type Answer, answerTo, described } from '../answer.ts';
import { patienceMs } from '../audit-session.ts';
import { createModernClient, type ModernClient } from '../modern-client.ts';
import { createTask, followTask, statusIn, statusOf, whyNoTask } from '../modern-task.ts';
import {
  broken,
  judged,
  met,
  noneApply,
  noneSeen,
  notObservable,
  type Observation,
  type Probe,
  type Shown,
} from '../probe.ts';
import type { RawExchange } from '../raw-link.ts';

const OBSERVES = ['2026-40', '2026-41', '2026-42', '2026-43'];
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const TOLD = 'notifications/tasks';
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';
const UNKNOWN_TASK = '00000000-0000-4000-8000-000000000000';

/** A subscription to one task and to one that does not exist, from the acknowledgement to the end of the task. */
export const modernSubscription: Probe = {
  meta: {
    id: 'modern-subscription',
    title: 'a subscription to a task',
    description:
      'Listens to a task that asked for progress until it ends: what comes first, for which tasks, with which id, and what else comes.',
    observes: OBSERVES,
    dialects: ['tasks-2026-07-28', 'grace'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const call = session.tools.call('work', { ms: 800 });
    if (call === null) return noneApply(OBSERVES, session.tools.missing('work'));
    // A connection of its own: over stdio everything that is said on it is heard.
    const client = createModernClient(await session.link(), session.limits.requestMs);
    const receipt = await createTask(client, call, { meta: { progressToken: `audit-${call.token}` } });
    const { taskId } = receipt;
    if (taskId === null) return noneSeen(OBSERVES, whyNoTask(receipt));
    const exchange = client.open('subscriptions/listen', { notifications: { taskIds: [taskId, UNKNOWN_TASK] } });
    const first = await exchange.wait(() => true, session.limits.requestMs);
    if (first === null || isRefusal(first.message)) {
      const answer = await answerTo(exchange, 0);
      const why = `no subscription: ${described(answer)}`;
      return answer.error?.code === -32_601
        ? noneApply(OBSERVES, 'the server has no subscriptions/listen')
        : noneSeen(OBSERVES, why);
    }
    const withinMs = patienceMs(session, call);
    const reads = await followTask(session, client, { taskId, withinMs });
    await exchange.wait(({ message }) => isEndOf(message, taskId), session.limits.quietMs * 3);
    end(client, exchange);
    return observe(exchange, { taskId, reads });
  },
};

/** Over stdio closing is a notification; over HTTP it is the end of the connection. */
function end({ link }: ModernClient, exchange: RawExchange): void {
  if (link.transport === 'stdio' && exchange.ended() === null) {
    const params = { requestId: exchange.id, reason: 'heard enough' };
    link
      .open({ id: null, text: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }) })
      .close();
  }
  exchange.close();
}

function observe(exchange: RawExchange, about: About): Observation[] {
  const messages = exchange.arrivals.flatMap(({ message }) => (isObject(message) ? [message] : []));
  const notices = messages.filter(({ method }) => typeof method === 'string');
  const told = notices.filter(({ method }) => method === TOLD);
  return [
    acknowledgement(notices, exchange, about.taskId),
    identified(
      notices.filter(({ method }) => method === TOLD || method === ACKNOWLEDGED),
      exchange,
    ),
    ...truthful(told, exchange, about),
    quiet(notices, exchange),
  ];
}

interface About {
  readonly taskId: string;
  readonly reads: readonly Answer[];
}

function acknowledgement(notices: readonly JsonObject[], shown: Shown, taskId: string): Observation {
  const [first] = notices;
  if (first?.method !== ACKNOWLEDGED) {
    return broken(
      '2026-40',
      `the first message was ${String(first?.method ?? 'a reply')}, not the acknowledgement`,
      shown,
    );
  }
  const granted = grantedIn(first);
  const ungranted = granted.filter((id) => id !== taskId && id !== UNKNOWN_TASK);
  if (ungranted.length > 0)
    return broken('2026-40', `it granted what was not asked for: ${ungranted.join(', ')}`, shown);
  const stray = notices.find((notice) => notice.method === TOLD && !granted.includes(String(paramsOf(notice).taskId)));
  const words = {
    met: 'it was acknowledged first, and told of granted tasks only',
    broken: `it told of the task ${String(paramsOf(stray).taskId)}, which it had not granted`,
  };
  return judged('2026-40', stray === undefined, words, shown);
}

function identified(notices: readonly JsonObject[], exchange: RawExchange): Observation {
  const wrong = notices.find((notice) => metaOf(notice)[SUBSCRIPTION] !== exchange.id);
  const words = {
    met: `all ${notices.length} messages carry the id`,
    broken: `${String(wrong?.method)} carries ${JSON.stringify(metaOf(wrong)[SUBSCRIPTION]) ?? 'no id'}, not ${String(exchange.id)}`,
  };
  return judged('2026-41', wrong === undefined, words, exchange);
}

/** Each notification against a reading in the same status. */
function truthful(told: readonly JsonObject[], shown: Shown, { taskId, reads }: About): Observation[] {
  const own = told.map(paramsOf).filter((task) => task.taskId === taskId);
  if (own.length === 0) return [notObservable('2026-42', 'the server told nothing of the task, as it may')];
  const last = reads.at(-1);
  for (const task of own) {
    const status = statusIn(task);
    const isEnd = isTerminal(status);
    const read = isEnd ? last : reads.find((one) => statusOf(one) === status);
    if (status === undefined)
      return [broken('2026-42', `a notification says the status ${String(task.status)}`, shown)];
    if (read === undefined || statusOf(read) !== status) continue;
    const isSame = isEnd ? sameTask(task, read.result ?? {}) : sameOutcome(task, read.result ?? {});
    if (!isSame) return [broken('2026-42', `its notification of ${status} is not what tasks/get says`, shown, read)];
  }
  return [met('2026-42', 'its notifications are what tasks/get says')];
}

/** What has ended stays, so all of it is the same. */
function sameTask(one: JsonObject, other: JsonObject): boolean {
  return canonicalJson(bare(one)) === canonicalJson(bare(other));
}

/** Times and words may have moved between the two. */
function sameOutcome(one: JsonObject, other: JsonObject): boolean {
  const outcome = ({ result, error, inputRequests }: JsonObject) => canonicalJson([result, error, inputRequests]);
  return outcome(one) === outcome(other);
}

function quiet(notices: readonly JsonObject[], shown: Shown): Observation {
  const noise = notices.find(({ method }) => method === 'notifications/progress' || method === 'notifications/message');
  const words = { met: 'neither progress nor log messages came', broken: `${String(noise?.method)} came` };
  return judged('2026-43', noise === undefined, words, shown);
}

function grantedIn(notice: JsonObject): readonly string[] {
  const { notifications } = paramsOf(notice);
  const ids = isObject(notifications) ? notifications.taskIds : undefined;
  return Array.isArray(ids) ? ids.map(String) : [];
}

function isRefusal(message: unknown): boolean {
  return isObject(message) && message.error !== undefined;
}

function isEndOf(message: unknown, taskId: string): boolean {
  if (!isObject(message) || message.method !== TOLD) return false;
  const task = paramsOf(message);
  return task.taskId === taskId && isTerminal(statusIn(task));
}

function paramsOf(message: JsonObject | undefined): JsonObject {
  return isObject(message?.params) ? message.params : {};
}

function metaOf(message: JsonObject | undefined): JsonObject {
  const { _meta } = paramsOf(message);
  return isObject(_meta) ? _meta : {};
}

/** A notification is no result, so what all results carry is left out. */
function bare({ _meta, resultType, ...task }: JsonObject): JsonObject {
  return task;
}
