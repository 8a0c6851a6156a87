/**
 * Tasks of revision 2025-11-25 (SEP-1686): the client asks for a task with `params.task`, polls tasks/get and fetches with
 * tasks/result. Status notifications are sent where a stream is open anyway: clients must not rely on them.
 */
import type { TaskRecord } from '../tasks/task.ts';
import type { Tool } from '../tools/tool.ts';
import { ANONYMOUS, type CreateDialect, type DialectOptions, type RequestContext } from './dialect.ts';
import { dispatch, type Method, type MethodCall, methodNotFound } from './dispatch.ts';
import { handshakeMethods, TASKS_VERSION } from './handshake.ts';
import { INVALID_PARAMS, type JsonObject, METHOD_NOT_FOUND, RpcFault, requiredString } from './json-rpc.ts';
import { legacyStatus, legacyTask, RELATED_TASK, requestedTtl } from './legacy-task.ts';
import { publishedTool } from './published-tool.ts';
import { createStatusNotices, type StatusNotices } from './status-notices.ts';
import { takeLateReply, waitAndAsk } from './stream-input.ts';
import { createTaskProgress, type TaskProgress } from './task-progress.ts';
import {
  callOnStream,
  finalResult,
  readCall,
  requestedTool,
  requireSessionAnswers,
  submitCall,
  taskSupportOf,
} from './tool-call.ts';
import { blockingWords, legacyWords, timesOf } from './tool-words.ts';

export const meta = {
  id: 'tasks-2025-11-25',
  title: 'Tasks of 2025-11-25',
  description:
    'Client-requested tasks: params.task, tasks/get, blocking tasks/result, tasks/list, tasks/cancel (SEP-1686).',
  sessions: true,
} as const;

const PAGE_TASKS = 50;

export const create: CreateDialect = (options) => {
  const { engine } = options;
  const following: Following = { progress: createTaskProgress(engine), notices: createStatusNotices(engine) };
  const tools = [...options.tools.values()];
  const plainTools = tools.map((tool) => plainTool(options, tool));
  const taskTools = tools.map((tool) => taskTool(options, tool));
  const methods = new Map<string, Method>([
    ...handshakeMethods({
      options,
      capabilities: (version, { context }) =>
        version === TASKS_VERSION ? { tools: {}, tasks: taskCapabilities(context) } : { tools: {} },
      tools: ({ context }) => (hasTasks(context) ? taskTools : plainTools),
    }),
    ['tools/call', (call) => callTool(options, following, call)],
    [
      'tasks/get',
      async ({ params, context }) => {
        const id = requiredString(params, 'taskId');
        return legacyTask(known(await engine.get(context.principal, id), id));
      },
    ],
    ['tasks/result', (call) => taskResult(options, following, call)],
    ['tasks/list', (call) => listTasks(options, call)],
    ['tasks/cancel', (call) => cancelTask(options, call)],
  ]);
  return {
    meta,
    show: endedTask,
    handle: (message, context) => dispatch(methods, message, context, options),
    takeReply: (late) => takeLateReply(options.engine, late),
  };
};

/** A tool as a client of an older revision sees it. */
function plainTool(options: DialectOptions, tool: Tool): JsonObject {
  return publishedTool(tool, { options, words: blockingWords(tool, timesOf(options)) });
}

function taskTool(options: DialectOptions, tool: Tool): JsonObject {
  const taskSupport = taskSupportOf(options, tool);
  const times = timesOf(options);
  const isTask = taskSupport !== 'forbidden';
  const words = isTask ? legacyWords(tool, times, taskSupport === 'required') : blockingWords(tool, times);
  return publishedTool(tool, { options, words, more: { execution: { taskSupport } } });
}

/** What tells a client how its tasks go on, without being asked. */
interface Following {
  readonly progress: TaskProgress;
  readonly notices: StatusNotices;
}

/** An older revision was agreed on: no tasks there. On stdio a client may also skip the handshake; it gets the newest. */
function hasTasks(context: RequestContext): boolean {
  return (context.session.protocolVersion ?? TASKS_VERSION) === TASKS_VERSION;
}

function taskCapabilities(context: RequestContext): JsonObject {
  const list = mayList(context) ? { list: {} } : {};
  return { ...list, cancel: {}, requests: { tools: { call: {} } } };
}

/** Callers who cannot be told apart would read each other's tasks from a list. */
function mayList(context: RequestContext): boolean {
  return context.principal !== ANONYMOUS;
}

async function callTool(options: DialectOptions, { progress, notices }: Following, call: MethodCall): Promise<unknown> {
  const { params, context } = call;
  if (!hasTasks(context)) return callOnStream(options, params, context);
  const tool = requestedTool(options, params);
  const support = taskSupportOf(options, tool);
  if (params.task === undefined) {
    if (support !== 'required') return callOnStream(options, params, context);
    throw new RpcFault(METHOD_NOT_FOUND, `Tool '${tool.name}' must be called as a task: give params.task`);
  }
  if (support === 'forbidden') {
    throw new RpcFault(METHOD_NOT_FOUND, `Tool '${tool.name}' cannot be called as a task: leave params.task out`);
  }
  const ttlMs = requestedTtl(params.task);
  const requested = readCall(tool, params);
  const { task } = await submitCall(options, {
    call: requested,
    principal: context.principal,
    answerable: requireSessionAnswers(requested, context),
    ...(ttlMs === undefined ? {} : { ttlMs }),
  });
  progress.expect(task, params, context);
  notices.expect(task, context);
  return { task: legacyTask(task) };
}

/** What tasks/get and tasks/result say together. */
function endedTask(task: TaskRecord): JsonObject {
  const { outcome } = task;
  if (outcome === null) return legacyTask(task);
  return {
    ...legacyTask(task),
    ...(outcome.kind === 'result' ? { result: outcome.result } : { error: outcome.error }),
  };
}

/** Blocks until the task has ended. On this stream goes what the task asks of its client, and its progress. */
async function taskResult(
  options: DialectOptions,
  { progress, notices }: Following,
  call: MethodCall,
): Promise<unknown> {
  const { params, context } = call;
  const id = requiredString(params, 'taskId');
  const meta = { [RELATED_TASK]: { taskId: id } };
  const stops = [progress.follow(id, context), notices.follow(id, context)];
  try {
    const task = await waitAndAsk({ engine: options.engine, context, meta }, id);
    return { ...finalResult(known(task, id)), _meta: meta };
  } finally {
    for (const stop of stops) stop();
  }
}

async function listTasks(options: DialectOptions, { params, context }: MethodCall): Promise<unknown> {
  if (!mayList(context)) throw methodNotFound('tasks/list');
  const cursor = params.cursor === undefined ? undefined : requiredString(params, 'cursor');
  const page = await options.engine.list(context.principal, {
    limit: PAGE_TASKS,
    ...(cursor === undefined ? {} : { cursor }),
  });
  if (page === 'bad-cursor') throw new RpcFault(INVALID_PARAMS, 'params.cursor is not a cursor of this server');
  const tasks = page.tasks.map(legacyTask);
  return page.nextCursor === undefined ? { tasks } : { tasks, nextCursor: page.nextCursor };
}

async function cancelTask(options: DialectOptions, { params, context }: MethodCall): Promise<unknown> {
  const id = requiredString(params, 'taskId');
  const answer = await options.engine.cancel(context.principal, id, 'cancelled by the client');
  switch (answer.kind) {
    case 'cancelled':
      return legacyTask(answer.task);
    case 'already-terminal':
      throw new RpcFault(INVALID_PARAMS, `Task ${id} is already ${legacyStatus(answer.task)}: it cannot be cancelled`);
    case 'unknown':
      return legacyTask(known(undefined, id));
  }
}

function known(task: TaskRecord | undefined, id: string): TaskRecord {
  if (task === undefined) throw new RpcFault(INVALID_PARAMS, `Task not found: ${id}`);
  return task;
}
