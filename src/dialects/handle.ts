/** The job-handle pattern: ordinary tools that start, look at, answer and stop work. Any client of any revision can use it. */
import type { ToolResult } from '../tasks/task.ts';
import { outstandingRequests, readResults, resultAnswers } from './client-input.ts';
import type { CreateDialect, DialectOptions, RequestContext } from './dialect.ts';
import { dispatch, type Method, type MethodCall } from './dispatch.ts';
import { handshakeMethods } from './handshake.ts';
import { type JobErrorReason, refusalPayload, taskPayload } from './job-payload.ts';
import { ANSWER, CANCEL, INITIATE, jobTools, RESOLVE } from './job-tools.ts';
import { describe, INVALID_PARAMS, isObject, type JsonObject, RpcFault, requiredString } from './json-rpc.ts';
import { readCall, requestedTool, submitCall } from './tool-call.ts';

export const meta = {
  id: 'handle',
  title: 'Job handles',
  description:
    'Plain tools that start work, tell its status, answer what it asks and cancel it: initiate, resolve, answer, cancel.',
  sessions: true,
} as const;

export const create: CreateDialect = (options) => {
  const tools = jobTools([...options.tools.values()]);
  const methods = new Map<string, Method>([
    ...handshakeMethods({ options, capabilities: () => ({ tools: {} }), tools: () => tools }),
    ['tools/call', (call) => callTool(options, call)],
  ]);
  return { meta, handle: (message, context) => dispatch(methods, message, context, options.onError) };
};

async function callTool(options: DialectOptions, { params, context }: MethodCall): Promise<ToolResult> {
  const name = requiredString(params, 'name');
  const given = params.arguments ?? {};
  if (!isObject(given))
    throw new RpcFault(INVALID_PARAMS, `params.arguments must be an object, got ${describe(given)}`);
  switch (name) {
    case INITIATE:
      return initiate(options, given, context);
    case RESOLVE:
      return resolve(options, given, context);
    case ANSWER:
      return answer(options, given, context);
    case CANCEL:
      return cancel(options, given, context);
    default:
      throw new RpcFault(INVALID_PARAMS, `Unknown tool '${name}'; this server has ${NAMES}`);
  }
}

const NAMES = [INITIATE, RESOLVE, ANSWER, CANCEL].join(', ');

// Whoever holds the reference can answer: it takes a tool call, and no capability of the client.
const ANSWERABLE = ['elicitation/create', 'sampling/createMessage'] as const;

async function initiate(options: DialectOptions, given: JsonObject, context: RequestContext): Promise<ToolResult> {
  try {
    const { operation, arguments: own = {}, ...common } = given;
    if (typeof operation !== 'string') throw new RpcFault(INVALID_PARAMS, 'operation must be a string');
    if (!isObject(own)) throw new RpcFault(INVALID_PARAMS, `arguments must be an object, got ${describe(own)}`);
    const params = { name: operation, arguments: { ...own, ...common } };
    const call = readCall(requestedTool(options, params), params);
    const { task, isNew } = await submitCall(options, { call, principal: context.principal, answerable: ANSWERABLE });
    return taskPayload(task, isNew ? '' : 'This idempotency_key was used before: this is the task it started');
  } catch (thrown) {
    if (!(thrown instanceof RpcFault) || isGoingDown(thrown)) throw thrown;
    return rejected(thrown);
  }
}

async function resolve(options: DialectOptions, given: JsonObject, context: RequestContext): Promise<ToolResult> {
  const reference = given.task_ref;
  if (typeof reference !== 'string') return unknown(null, `task_ref must be a string, got ${describe(reference)}`);
  const task = await options.engine.get(context.principal, reference);
  return task === undefined ? notFound(reference) : taskPayload(task);
}

async function answer(options: DialectOptions, given: JsonObject, context: RequestContext): Promise<ToolResult> {
  const { task_ref: reference, answers } = given;
  if (typeof reference !== 'string') return unknown(null, `task_ref must be a string, got ${describe(reference)}`);
  const task = await options.engine.get(context.principal, reference);
  if (task === undefined) return notFound(reference);
  try {
    if (!isObject(answers)) throw new RpcFault(INVALID_PARAMS, `answers must be an object, got ${describe(answers)}`);
    const results = resultAnswers(readResults(outstandingRequests(task), answers, 'answers'));
    const answered = await options.engine.answer(context.principal, reference, results);
    return answered === undefined ? notFound(reference) : taskPayload(answered);
  } catch (thrown) {
    if (!(thrown instanceof RpcFault)) throw thrown;
    return { ...taskPayload(task, `Nothing was taken: ${thrown.message}`), isError: true };
  }
}

async function cancel(options: DialectOptions, given: JsonObject, context: RequestContext): Promise<ToolResult> {
  const reference = given.task_ref;
  if (typeof reference !== 'string') return unknown(null, `task_ref must be a string, got ${describe(reference)}`);
  const answer = await options.engine.cancel(context.principal, reference, 'cancelled by the client');
  if (answer.kind === 'unknown') return notFound(reference);
  return taskPayload(answer.task, answer.kind === 'already-terminal' ? 'It had ended before; nothing was changed' : '');
}

function notFound(reference: string): ToolResult {
  return unknown(reference, `Task not found: ${reference} was never given to you, or is kept no longer; stop asking`);
}

function unknown(reference: string | null, message: string): ToolResult {
  return refusalPayload('unknown', reference, { reason: 'not_found', message });
}

/** Said as the protocol says it, and not as an answer about the job: who reads that would take it for the last word on it. */
function isGoingDown({ data }: RpcFault): boolean {
  return isObject(data) && data.reason === 'draining';
}

function rejected(fault: RpcFault): ToolResult {
  const data = isObject(fault.data) ? fault.data : {};
  const retryAfterMs = typeof data.retryAfterMs === 'number' ? data.retryAfterMs : undefined;
  return refusalPayload('rejected', null, {
    reason: REASONS.get(data.reason) ?? 'invalid_arguments',
    message: fault.message,
    code: fault.code,
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
  });
}

const REASONS = new Map<unknown, JobErrorReason>([
  ['full', 'full'],
  ['conflict', 'key_conflict'],
]);
