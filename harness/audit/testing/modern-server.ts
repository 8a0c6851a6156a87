import { msOf } from '../../model/clock.ts';
import { isTerminal, STATUSES, type TransportId } from '../../model/operation.ts';
import { isObject, type JsonObject, parseJson, type RpcId } from '../../wire/json-rpc.ts';
import type { ManagedSession } from '../real-session.ts';
import type { ModernFlaw } from './modern-flaws.ts';
import { IS_ERROR, outcomeOf, shown, type Task, WORK_ERROR } from './modern-record.ts';
import { createScriptedSession, type ScriptedServer, type Sender } from './scripted-session.ts';
import type { SteppedClock } from './stepped-clock.ts';

const EXTENSION = 'io.modelcontextprotocol/tasks';
const META = 'io.modelcontextprotocol';
const NAMED: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};
const MISSING = { requiredCapabilities: { extensions: { [EXTENSION]: {} } } };

/** Tools of the scripted server, as a profile would name them. */
const tool = (mode: string) => ({ name: 'work', arguments: { mode }, takesMs: 100, answer: { approve: true } });

/** A session with a server of 2026-07-28 that does everything right but these things. */
export function modernSession(transport: TransportId, flaws: readonly ModernFlaw[] = []): ManagedSession {
  const tools = {
    ...{ work: tool(''), failing: tool('error'), throwing: tool('throw'), quick: tool('') },
    ...{ asking: tool('ask'), 'asking-first': tool('ask-first') },
  };
  const server = (clock: SteppedClock) => createModernServer(clock, new Set(flaws));
  return createScriptedSession({ dialect: 'tasks-2026-07-28', transport, tools, server });
}

interface Asked {
  readonly id: RpcId;
  readonly params: JsonObject;
  readonly from: Sender;
  readonly declares: boolean;
  readonly capabilities: JsonObject;
}

/** An error to answer with. */
interface Refused {
  readonly code: number;
  readonly status?: number;
  readonly data?: unknown;
}

type Reply = { readonly result: JsonObject } | { readonly error: Refused } | null;

function createModernServer(clock: SteppedClock, flaws: ReadonlySet<ModernFlaw>): ScriptedServer {
  const tasks = new Map<string, Task>();
  const later: { readonly dueMs: number; run(): void }[] = [];
  let isDead = false;
  const nowMs = () => msOf(clock.now());
  clock.onStep(() => {
    for (const one of later.filter(({ dueMs }) => dueMs <= nowMs())) {
      later.splice(later.indexOf(one), 1);
      one.run();
    }
  });
  const after = (ms: number, run: () => void) => later.push({ dueMs: nowMs() + ms, run });

  const newId = (): string => {
    if (flaws.has('counts-ids')) return `task-${tasks.size + 1}`;
    if (flaws.has('repeats-ids') && tasks.size % 50 === 49) return [...tasks.keys()][0] ?? '';
    return crypto.randomUUID();
  };
  const create = ({ id: requestId, params, from }: Asked): Task => {
    const { mode, ms } = isObject(params.arguments) ? params.arguments : {};
    const takesMs = typeof ms === 'number' ? ms : 100;
    const task: Task = {
      ...{ id: newId(), owner: from.principal, mode: String(mode), requestId, takesMs },
      ...{ createdMs: nowMs(), endsMs: nowMs() + takesMs, answered: false, forgotten: false },
      ...{ reads: 0, cancelledMs: null },
    };
    tasks.set(task.id, task);
    return task;
  };
  const find = (asked: Asked, opens: ModernFlaw): Task | undefined => {
    const task = tasks.get(String(asked.params.taskId));
    const isVisible = task !== undefined && (task.owner === asked.from.principal || flaws.has(opens));
    if (!isVisible || (flaws.has('creates-late') && nowMs() < task.createdMs + 30)) return undefined;
    const isLate = nowMs() > task.endsMs + 200;
    return flaws.has('drops-ended') && isLate ? undefined : task;
  };
  const view = (task: Task): JsonObject => {
    task.reads += 1;
    const isEnded = nowMs() > task.endsMs + 500;
    const forged = flaws.has('forgets-endings') && isEnded ? { status: 'cancelled', result: undefined } : {};
    return { ...shown(task, nowMs(), flaws), ...forged };
  };
  const finish = (requestId: RpcId, reply: Exclude<Reply, null>, from: Sender) => {
    const error = 'error' in reply ? reply.error : undefined;
    from.head(error?.status ?? 200);
    const body = error === undefined ? reply : { error: { code: error.code, message: 'no', data: error.data } };
    from.say(JSON.stringify({ jsonrpc: '2.0', id: requestId, ...body }));
    from.end();
  };
  const unknown: Refused = { code: flaws.has('unknown-is-internal') ? -32_603 : -32_602 };
  const refusedCapability: Refused = {
    code: -32_021,
    status: 400,
    ...(flaws.has('refuses-without-data') ? {} : { data: MISSING }),
  };
  const complete = (result: JsonObject): Reply => ({ result: { resultType: 'complete', ...result } });
  const parts: Parts = { flaws, tasks, nowMs, after, create, find, view, finish, unknown, refusedCapability, complete };

  return {
    restart() {
      if (flaws.has('loses-on-crash')) tasks.clear();
    },
    receive(text, from) {
      if (isDead) return from.end();
      const message = parseJson(text);
      if (flaws.has('dies-of-depth') && text.includes('[[[[')) isDead = true;
      if (isDead) return from.end();
      if (!isObject(message) || (message.id === undefined && message.method === undefined))
        return malformed(from, -32_600);
      const { id, method, params } = message;
      if (id === undefined) return notified(parts, message, from);
      if (typeof id !== 'number' || typeof method !== 'string' || !isObject(params))
        return malformed(from, -32_600, id);
      const mismatch =
        from.transport === 'http' && !flaws.has('trusts-headers') ? headerFault(method, params, from, flaws) : null;
      if (mismatch !== null) return finish(id, { error: mismatch }, from);
      const asked = read(id, params, from);
      if (asked === null) return finish(id, { error: { code: -32_602, status: 400 } }, from);
      const reply = answer(parts, method, asked);
      if (reply !== null) finish(id, reply, from);
    },
  };
}

interface Parts {
  readonly flaws: ReadonlySet<ModernFlaw>;
  readonly tasks: Map<string, Task>;
  nowMs(): number;
  after(ms: number, run: () => void): void;
  create(asked: Asked): Task;
  find(asked: Asked, opens: ModernFlaw): Task | undefined;
  view(task: Task): JsonObject;
  finish(id: RpcId, reply: Exclude<Reply, null>, from: Sender): void;
  readonly unknown: Refused;
  readonly refusedCapability: Refused;
  complete(result: JsonObject): Reply;
}

function answer(parts: Parts, method: string, asked: Asked): Reply {
  const { flaws, complete, refusedCapability } = parts;
  if (method === 'server/discover') return complete(discovery(flaws));
  if (method === 'tools/list') return complete({ tools: [] });
  if (method === 'tools/call') return called(parts, asked);
  if (method.startsWith('tasks/') && method in NAMED) {
    const isOpen = flaws.has('serves-undeclared-gets') && method === 'tasks/get';
    if (!asked.declares && !isOpen) return { error: refusedCapability };
    return taskMethod(parts, method, asked);
  }
  if (method === 'subscriptions/listen') return listened(parts, asked);
  if (method === 'tasks/list' && flaws.has('serves-task-lists')) return complete({ tasks: [] });
  return { error: { code: -32_601, status: 404 } };
}

function discovery(flaws: ReadonlySet<ModernFlaw>): JsonObject {
  const extensions = flaws.has('names-no-extension') ? {} : { [EXTENSION]: {} };
  const legacy = flaws.has('keeps-legacy-capability') ? { tasks: { list: {} } } : {};
  return { supportedVersions: ['2026-07-28'], capabilities: { tools: {}, extensions, ...legacy } };
}

function called(parts: Parts, asked: Asked): Reply {
  const { flaws, create, view, complete, after, finish } = parts;
  const { params, declares, capabilities, id, from } = asked;
  const { mode, ms } = isObject(params.arguments) ? params.arguments : {};
  const wantsTask =
    declares ||
    flaws.has('gives-tasks-to-all') ||
    (flaws.has('heeds-task-parameter') && params.task !== undefined) ||
    (flaws.has('heeds-legacy-capability') && capabilities.tasks !== undefined);
  if (flaws.has('serves-tasks-only') && !declares) return { error: parts.refusedCapability };
  const isAnswered = isObject(params.inputResponses) && 'approval' in params.inputResponses;
  if (mode === 'ask-first' && !isAnswered && !(flaws.has('starts-unanswered') && params.inputResponses !== undefined)) {
    const inputRequests = { approval: { method: 'elicitation/create', params: { message: 'May it?' } } };
    if (flaws.has('receipt-with-questions'))
      return { result: { ...view(create(asked)), resultType: 'task', inputRequests } };
    return { result: { resultType: 'input_required', inputRequests, requestState: 'state' } };
  }
  if (wantsTask) {
    const { inputRequests: _asked, ...receipt } = view(create(asked));
    return { result: { ...receipt, resultType: flaws.has('receipt-is-complete') ? 'complete' : 'task' } };
  }
  after(typeof ms === 'number' ? ms : 0, () => {
    const end = mode === 'throw' ? { error: WORK_ERROR } : complete(mode === 'error' ? IS_ERROR : outcomeOf(''));
    if (end !== null) finish(id, end, from);
  });
  return null;
}

function taskMethod(parts: Parts, method: string, asked: Asked): Reply {
  const { flaws, find, view, unknown, complete, nowMs } = parts;
  const ack = (task: Task, flaw: ModernFlaw): Reply => {
    const result = flaws.has(flaw) ? view(task) : {};
    return { result: { ...result, resultType: flaws.has('acks-are-tasks') ? 'task' : 'complete' } };
  };
  const task = find(asked, method === 'tasks/get' ? 'opens-reads' : 'opens-cancels');
  if (method === 'tasks/get') {
    if (task === undefined) return { error: unknown };
    return flaws.has('readings-are-tasks') ? { result: { ...view(task), resultType: 'task' } } : complete(view(task));
  }
  if (method === 'tasks/cancel') {
    if (task === undefined) return flaws.has('accepts-unknown-cancel') ? complete({}) : { error: { code: -32_602 } };
    if (!isTerminal(STATUSES.find((one) => one === shown(task, nowMs(), flaws).status))) task.cancelledMs = nowMs();
    return ack(task, 'cancel-answers-task');
  }
  if (task === undefined) return flaws.has('accepts-unknown-update') ? complete({}) : { error: { code: -32_602 } };
  const given = isObject(asked.params.inputResponses) ? asked.params.inputResponses : {};
  if (!('approval' in given)) {
    if (flaws.has('refuses-stray-answers')) return { error: { code: -32_602 } };
    task.forgotten = flaws.has('forgets-questions');
  } else if (!flaws.has('ignores-answers')) {
    if (!task.answered) task.endsMs = nowMs() + task.takesMs;
    task.answered = true;
  }
  return ack(task, 'acks-with-task');
}

/** Tells of the tasks until all of them have ended; the answer comes then. */
function listened(parts: Parts, asked: Asked): Reply {
  const { flaws, tasks, after, finish, complete, refusedCapability, nowMs } = parts;
  const { id, params, from } = asked;
  if (!asked.declares && !flaws.has('lets-undeclared-listen')) return { error: refusedCapability };
  const { taskIds } = isObject(params.notifications) ? params.notifications : {};
  const own = (Array.isArray(taskIds) ? taskIds : [])
    .flatMap((one) => tasks.get(String(one)) ?? [])
    .filter(({ owner }) => owner === from.principal || flaws.has('opens-subscriptions'));
  const _meta = flaws.has('subscription-without-id') ? {} : { [`${META}/subscriptionId`]: id };
  const say = (method: string, body: JsonObject) =>
    from.say(JSON.stringify({ jsonrpc: '2.0', method, params: { ...body, _meta } }));
  const granted = [...own.map((task) => task.id), ...(flaws.has('grants-more') ? ['another'] : [])];
  from.head(200);
  const [first] = own;
  if (flaws.has('tells-before-acknowledging') && first) say('notifications/tasks', shown(first, nowMs(), flaws));
  say('notifications/subscriptions/acknowledged', { notifications: { taskIds: granted } });
  const told = new Map<string, unknown>();
  const look = () => {
    if (from.isGone()) return;
    for (const task of own) {
      const state = shown(task, nowMs(), flaws);
      if (told.get(task.id) === state.status) continue;
      told.set(task.id, state.status);
      if (flaws.has('sends-progress')) say('notifications/progress', { progressToken: 'p', progress: 1 });
      say('notifications/tasks', flaws.has('tells-other-states') ? { ...state, ttlMs: 1 } : state);
    }
    const isOver = own.every((task) => isTerminal(STATUSES.find((one) => one === told.get(task.id))));
    if (!isOver) return after(10, look);
    const end = complete({});
    if (end !== null) finish(id, end, from);
  };
  look();
  return null;
}

function notified({ flaws, tasks, nowMs }: Parts, { method, params }: JsonObject, from: Sender): void {
  const requestId = isObject(params) ? params.requestId : undefined;
  const task = [...tasks.values()].find((one) => one.requestId === requestId);
  if (flaws.has('cancels-by-notification') && method === 'notifications/cancelled' && task) task.cancelledMs = nowMs();
  from.head(202);
  from.end();
}

function read(id: RpcId, params: JsonObject, from: Sender): Asked | null {
  const meta = isObject(params._meta) ? params._meta : {};
  const capabilities = meta[`${META}/clientCapabilities`];
  if (meta[`${META}/protocolVersion`] !== '2026-07-28' || !isObject(capabilities)) return null;
  const { extensions } = capabilities;
  return { id, params, from, capabilities, declares: isObject(extensions) && isObject(extensions[EXTENSION]) };
}

function headerFault(method: string, params: JsonObject, from: Sender, flaws: ReadonlySet<ModernFlaw>): Refused | null {
  const meta = isObject(params._meta) ? params._meta : {};
  const key = NAMED[method];
  const name = key === undefined ? undefined : params[key];
  const { 'mcp-method': said, 'mcp-name': header, 'mcp-protocol-version': version } = from.headers;
  const plain = flaws.has('refuses-base64') ? header : decoded(header);
  const isRight =
    said === method && version === meta[`${META}/protocolVersion`] && (typeof name !== 'string' || plain === name);
  return isRight ? null : { code: -32_020, status: 400 };
}

function decoded(header: string | undefined): string | undefined {
  const inside = header === undefined ? null : /^=\?base64\?(.*)\?=$/.exec(header);
  return inside ? Buffer.from(inside[1] ?? '', 'base64').toString('utf8') : header;
}

function malformed(from: Sender, code: number, id: unknown = null): void {
  from.head(400);
  from.say(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message: 'malformed' } }));
  from.end();
}
