/** The job-handle pattern: ordinary tools that start, look at, answer and stop work. Any client of any revision can use it. */
import type { ToolResult } from '../tasks/task.ts';
import type { CreateDialect, DialectOptions, RequestContext } from './dialect.ts';
import { dispatch, type Method, type MethodCall } from './dispatch.ts';
import { handshakeMethods } from './handshake.ts';
import { isJobTool, jobArguments, useJobTool } from './job-calls.ts';
import { ANSWER, CANCEL, INITIATE, RESOLVE } from './job-names.ts';
import { type JobErrorReason, refusalPayload, taskPayload } from './job-payload.ts';
import { HANDLE_ANSWERABLE, jobTools } from './job-tools.ts';
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
  const tools = jobTools([...options.tools.values()], options);
  const methods = new Map<string, Method>([
    ...handshakeMethods({ options, capabilities: () => ({ tools: {} }), tools: () => tools }),
    ['tools/call', (call) => callTool(options, call)],
  ]);
  return {
    meta,
    show: (task) => taskPayload(task).structuredContent ?? {},
    handle: (message, context) => dispatch(methods, message, context, options),
  };
};

async function callTool(options: DialectOptions, { params, context }: MethodCall): Promise<ToolResult> {
  const name = requiredString(params, 'name');
  if (isJobTool(name)) return useJobTool(options, name, { params, context });
  if (name === INITIATE) return initiate(options, params, context);
  throw new RpcFault(INVALID_PARAMS, `Unknown tool '${name}'; this server has ${NAMES}`);
}

const NAMES = [INITIATE, RESOLVE, ANSWER, CANCEL].join(', ');

async function initiate(options: DialectOptions, asked: JsonObject, context: RequestContext): Promise<ToolResult> {
  const given = jobArguments(asked);
  try {
    const { operation, arguments: own = {}, ...common } = given;
    if (typeof operation !== 'string') throw new RpcFault(INVALID_PARAMS, 'operation must be a string');
    if (!isObject(own)) throw new RpcFault(INVALID_PARAMS, `arguments must be an object, got ${describe(own)}`);
    const params = { name: operation, arguments: { ...own, ...common }, _meta: asked._meta };
    const call = readCall(requestedTool(options, params), params);
    const { task, isNew } = await submitCall(options, {
      call,
      principal: context.principal,
      answerable: HANDLE_ANSWERABLE,
    });
    return taskPayload(task, isNew ? '' : 'This idempotency_key was used before: this is the task it started');
  } catch (thrown) {
    if (!(thrown instanceof RpcFault) || isGoingDown(thrown)) throw thrown;
    return rejected(thrown);
  }
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
  ['unavailable', 'unavailable'],
  ['conflict', 'key_conflict'],
]);
