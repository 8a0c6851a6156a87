/**
 * What all dialects of revision 2026-07-28 share: no initialize and no session, every request says who asks and what it
 * understands; tasks are read, answered, cancelled and followed as the extension io.modelcontextprotocol/tasks says.
 */

import { createStateSecret } from '../state-secret.ts';
import type { TaskRecord } from '../tasks/task.ts';
import { outstandingRequests, readResults, resultAnswers } from './client-input.ts';
import type { Dialect, DialectOptions, JsonRpcMessage, JsonRpcResponse, RequestContext } from './dialect.ts';
import { type DispatchOptions, dispatch, type Method, type MethodCall, methodNotFound } from './dispatch.ts';
import { instructionsOf } from './handshake.ts';
import {
  errorAnswer,
  INVALID_PARAMS,
  isObject,
  isRequest,
  type JsonObject,
  RpcFault,
  requiredString,
} from './json-rpc.ts';
import { clientCapabilities, MODERN_VERSION, requireTasks, serverMeta, TASKS_EXTENSION } from './modern-request.ts';
import { detailedTask } from './modern-task.ts';
import { createRequestStates, type RequestStates } from './request-state.ts';
import { listen } from './task-subscription.ts';

/** How long a client may keep what discover and tools/list said: both change with a deployment only. */
const CACHE_MS = 300_000;

type ModernMethod = (call: MethodCall, capabilities: JsonObject) => Promise<JsonObject> | JsonObject;

export interface ModernFace {
  readonly options: DialectOptions;
  readonly states: RequestStates;
}

/** What dialects of this revision differ in. */
export interface ModernParts {
  readonly meta: Dialect['meta'];
  /** Answer of tools/list. */
  readonly tools: readonly JsonObject[];
  callTool(face: ModernFace, call: MethodCall, capabilities: JsonObject): Promise<JsonObject>;
}

/** A dialect of revision 2026-07-28 with the extension io.modelcontextprotocol/tasks. */
export function createModernDialect(options: DialectOptions, parts: ModernParts): Dialect {
  const { meta } = parts;
  const _meta = serverMeta(options);
  const methods = new Map<string, Method>();
  const { now = () => Date.now(), secret = createStateSecret(undefined) } = options;
  const states = createRequestStates({ secret, now });
  for (const [name, method] of modernMethods({ options, states }, parts)) {
    methods.set(name, (call) => method(call, clientCapabilities(call.params)));
  }
  const complete = (result: unknown) => (isObject(result) ? completed(result, _meta) : result);
  return {
    meta,
    show: detailedTask,
    handle: (message, context) => handleModern(methods, message, context, { onError: options.onError, complete }),
  };
}

/** What every result of this revision carries. */
function completed(result: JsonObject, _meta: JsonObject): JsonObject {
  return {
    resultType: 'complete',
    ...result,
    _meta: isObject(result._meta) ? { ..._meta, ...result._meta } : _meta,
  };
}

/** As `dispatch`; a method that is not there is HTTP 404 in this revision, which has no sessions to lose. */
function handleModern(
  methods: ReadonlyMap<string, Method>,
  message: JsonRpcMessage,
  context: RequestContext,
  how: DispatchOptions,
): Promise<JsonRpcResponse | undefined> {
  if (!isRequest(message) || methods.has(message.method)) return dispatch(methods, message, context, how);
  const { message: text, code } = methodNotFound(message.method);
  return Promise.resolve(errorAnswer(message.id, new RpcFault(code, text, { httpStatus: 404 })));
}

function modernMethods(
  face: ModernFace,
  { tools, callTool }: ModernParts,
): readonly (readonly [string, ModernMethod])[] {
  const { options } = face;
  const cache = { ttlMs: CACHE_MS, cacheScope: 'public' };
  const discovery = {
    supportedVersions: [MODERN_VERSION],
    capabilities: { tools: {}, extensions: { [TASKS_EXTENSION]: {} } },
    ...instructionsOf(options),
    ...cache,
  };
  return [
    ['server/discover', () => discovery],
    ['tools/list', () => ({ tools, ...cache })],
    ['tools/call', (call, capabilities) => callTool(face, call, capabilities)],
    [
      'tasks/get',
      async (call, capabilities) => {
        requireTasks(capabilities, 'tasks/get needs the tasks extension');
        const id = requiredString(call.params, 'taskId');
        return detailedTask(known(await options.engine.get(call.context.principal, id), id));
      },
    ],
    [
      'tasks/update',
      async (call, capabilities) => {
        requireTasks(capabilities, 'tasks/update needs the tasks extension');
        await takeAnswers(options, call);
        return {};
      },
    ],
    [
      'tasks/cancel',
      async (call, capabilities) => {
        requireTasks(capabilities, 'tasks/cancel needs the tasks extension');
        const id = requiredString(call.params, 'taskId');
        const answer = await options.engine.cancel(call.context.principal, id, 'cancelled by the client');
        if (answer.kind === 'unknown') throw notFound(id);
        return {};
      },
    ],
    ['subscriptions/listen', async (call, capabilities) => ({ _meta: await listen(options, capabilities, call) })],
  ];
}

/** Keys that are unknown, answered or superseded are ignored; an answer that is none is refused, with all beside it. */
async function takeAnswers(options: DialectOptions, call: MethodCall): Promise<void> {
  const { inputResponses } = call.params;
  if (!isObject(inputResponses)) throw new RpcFault(INVALID_PARAMS, 'params.inputResponses must be an object');
  const task = await knownTask(options, call);
  const results = readResults(outstandingRequests(task), inputResponses, 'params.inputResponses');
  const known = await options.engine.answer(call.context.principal, task.id, resultAnswers(results));
  if (known === undefined) throw notFound(task.id);
}

async function knownTask(options: DialectOptions, { params, context }: MethodCall): Promise<TaskRecord> {
  const id = requiredString(params, 'taskId');
  return known(await options.engine.get(context.principal, id), id);
}

function known(task: TaskRecord | undefined, id: string): TaskRecord {
  if (task === undefined) throw notFound(id);
  return task;
}

function notFound(id: string): RpcFault {
  return new RpcFault(INVALID_PARAMS, `Task not found: ${id}`);
}
