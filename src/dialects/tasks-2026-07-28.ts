/**
 * Tasks of revision 2026-07-28: the extension io.modelcontextprotocol/tasks (SEP-2663). No initialize and no session: every
 * request says who asks and what it understands. The server alone decides that a call becomes a task, and only for a client
 * that declared the extension on that request; everybody else's call waits for the result.
 */

import { createStateSecret } from '../state-secret.ts';
import type { TaskRecord } from '../tasks/task.ts';
import { answerableBy, outstandingRequests, readResults, requireAnswerable, resultAnswers } from './client-input.ts';
import type { CreateDialect, DialectOptions, JsonRpcMessage, JsonRpcResponse, RequestContext } from './dialect.ts';
import { dispatch, type Method, type MethodCall, methodNotFound } from './dispatch.ts';
import { publishedTool } from './handshake.ts';
import { takeRound } from './input-rounds.ts';
import {
  errorAnswer,
  INVALID_PARAMS,
  isObject,
  isRequest,
  type JsonObject,
  MISSING_CLIENT_CAPABILITY,
  RpcFault,
  requiredString,
} from './json-rpc.ts';
import {
  clientCapabilities,
  declaresTasks,
  MODERN_VERSION,
  requireTasks,
  serverMeta,
  TASKS_EXTENSION,
} from './modern-request.ts';
import { detailedTask, modernTask } from './modern-task.ts';
import { createRequestStates, type RequestStates } from './request-state.ts';
import { listen } from './task-subscription.ts';
import { callAndWait, readCall, requestedTool, submitCall } from './tool-call.ts';

export const meta = {
  id: 'tasks-2026-07-28',
  title: 'Tasks of 2026-07-28',
  description:
    'Server-directed tasks, result inline in tasks/get, no sessions (extension io.modelcontextprotocol/tasks).',
  sessions: false,
} as const;

/** How long a client may keep what discover and tools/list said: both change with a deployment only. */
const CACHE_MS = 300_000;

type ModernMethod = (call: MethodCall, capabilities: JsonObject) => Promise<JsonObject> | JsonObject;

export const create: CreateDialect = (options) => {
  const _meta = serverMeta(options);
  const methods = new Map<string, Method>();
  const { now = () => Date.now(), secret = createStateSecret(undefined) } = options;
  const states = createRequestStates({ secret, now });
  for (const [name, method] of modernMethods({ options, states })) {
    methods.set(name, async (call) => {
      const result = await method(call, clientCapabilities(call.params));
      return {
        resultType: 'complete',
        ...result,
        _meta: isObject(result._meta) ? { ..._meta, ...result._meta } : _meta,
      };
    });
  }
  return { meta, handle: (message, context) => handleModern(methods, message, context, options.onError) };
};

/** As `dispatch`; a method that is not there is HTTP 404 in this revision, which has no sessions to lose. */
function handleModern(
  methods: ReadonlyMap<string, Method>,
  message: JsonRpcMessage,
  context: RequestContext,
  onError: DialectOptions['onError'],
): Promise<JsonRpcResponse | undefined> {
  if (!isRequest(message) || methods.has(message.method)) return dispatch(methods, message, context, onError);
  const { message: text, code } = methodNotFound(message.method);
  return Promise.resolve(errorAnswer(message.id, new RpcFault(code, text, { httpStatus: 404 })));
}

interface ModernFace {
  readonly options: DialectOptions;
  readonly states: RequestStates;
}

function modernMethods(face: ModernFace): readonly (readonly [string, ModernMethod])[] {
  const { options } = face;
  const tools = [...options.tools.values()].map(publishedTool);
  const cache = { ttlMs: CACHE_MS, cacheScope: 'public' };
  const discovery = {
    supportedVersions: [MODERN_VERSION],
    capabilities: { tools: {}, extensions: { [TASKS_EXTENSION]: {} } },
    instructions: options.instructions,
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
        return detailedTask(await knownTask(options, call));
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

/**
 * What can be asked before there is a task is asked first, by an answer that is input_required. A client that knows no tasks is
 * asked everything in that way: this revision has no other for it.
 */
async function callTool(face: ModernFace, call: MethodCall, capabilities: JsonObject): Promise<JsonObject> {
  const { options, states } = face;
  const { params, context } = call;
  const { principal } = context;
  const tool = requestedTool(options, params);
  const support = options.taskSupport?.(tool.name) ?? 'optional';
  if (support === 'required') requireTasks(capabilities, `Tool '${tool.name}' can only be called as a task`);
  const isTask = support !== 'forbidden' && declaresTasks(capabilities);
  const requested = readCall(tool, params);
  const { first, later } = requested.questions;
  const questions = { ...first, ...later };
  requireAnswerable(questions, { capabilities, tool: tool.name, code: MISSING_CLIENT_CAPABILITY });
  const round = takeRound(isTask ? first : questions, { states, call: requested, params, principal });
  if (round.kind === 'asking') return round.result;
  const { kind: _kind, ...answers } = round;
  if (!isTask) return { ...(await callAndWait(options, { call: requested, params, context, ...answers })) };
  const answerable = answerableBy(capabilities);
  const { task } = await submitCall(options, { call: requested, principal, answerable, ...answers });
  return { ...modernTask(task), resultType: 'task' };
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
  const task = await options.engine.get(context.principal, id);
  if (task === undefined) throw notFound(id);
  return task;
}

function notFound(id: string): RpcFault {
  return new RpcFault(INVALID_PARAMS, `Task not found: ${id}`);
}
