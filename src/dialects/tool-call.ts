/** tools/call, the part all dialects share: reading it, submitting it, waiting for it. */
import { WHY } from '../tasks/breaker.ts';
import type { InputMethod, TaskRecord, ToolResult } from '../tasks/task.ts';
import type { SubmitRequest } from '../tasks/task-engine.ts';
import { type CallParts, splitCall } from '../tools/call.ts';
import type { Questions, TaskSupport, Tool } from '../tools/tool.ts';
import { CALLBACK_META, type CallOrigin, readOrigin } from './call-origin.ts';
import { answerableBy, requireAnswerable } from './client-input.ts';
import type { DialectOptions, RequestContext } from './dialect.ts';
import { goingDown } from './dispatch.ts';
import { INVALID_PARAMS, type JsonObject, REFUSED, RpcFault, requiredString } from './json-rpc.ts';
import { waitAndAsk } from './stream-input.ts';
import { reportProgress } from './waiting.ts';

export interface AcceptedCall {
  readonly task: TaskRecord;
  /** false: the idempotency key was known, this is the task of the earlier call. */
  readonly isNew: boolean;
  readonly hasKey: boolean;
}

/** A call as its tool understands it. */
export interface RequestedCall {
  readonly tool: Tool;
  readonly parts: CallParts;
  readonly origin: CallOrigin;
  /** What the work will ask with these arguments. */
  readonly questions: Questions;
}

export interface SubmitOptions extends Pick<SubmitRequest, 'principal' | 'ttlMs' | 'answerable' | 'answered'> {
  readonly call: RequestedCall;
  /** In place of the caller's idempotency key where it gave none: what is to start one task at most. */
  readonly singleUseKey?: string;
}

/** The tool that `params.name` means. Throws -32602 when there is none. */
export function requestedTool(options: DialectOptions, params: JsonObject): Tool {
  const name = requiredString(params, 'name');
  const tool = options.tools.get(name);
  if (tool !== undefined) return tool;
  throw new RpcFault(INVALID_PARAMS, `Unknown tool '${name}'; this server has ${[...options.tools.keys()].join(', ')}`);
}

export function taskSupportOf(options: DialectOptions, tool: Tool): TaskSupport {
  return options.taskSupport?.(tool.name) ?? tool.taskSupport ?? 'optional';
}

/** Reads the arguments of a call. Throws -32602, naming what is wrong with them. */
export function readCall(tool: Tool, params: JsonObject): RequestedCall {
  const call = splitCall(tool, params.arguments);
  if (!call.ok) throw new RpcFault(INVALID_PARAMS, call.message);
  return {
    tool,
    parts: call.parts,
    origin: readOrigin(params),
    questions: tool.questions?.(call.parts.arguments) ?? NO_QUESTIONS,
  };
}

const NO_QUESTIONS: Questions = { first: {}, later: {} };

/** Submits a call; when this resolves the task is durable. Throws an RpcFault when the call is refused: nothing was started. */
export async function submitCall(options: DialectOptions, submit: SubmitOptions): Promise<AcceptedCall> {
  const { call, singleUseKey = null, ...request } = submit;
  const { idempotencyKey } = call.parts;
  const key = idempotencyKey ?? singleUseKey;
  const { callbackUrl } = call.origin;
  if (callbackUrl !== undefined) requireCallback(options, callbackUrl);
  const answer = await options.engine.submit({ ...call.parts, ...call.origin, ...request, idempotencyKey: key });
  switch (answer.kind) {
    case 'accepted':
      return { task: answer.task, isNew: answer.isNew, hasKey: idempotencyKey !== null };
    case 'conflict':
      throw new RpcFault(INVALID_PARAMS, conflictMessage(idempotencyKey), { data: { reason: 'conflict' } });
    case 'full':
      throw new RpcFault(REFUSED, `The server is full: ${answer.queued} calls wait; nothing was started, try later`, {
        data: { reason: 'full', retryAfterMs: answer.retryAfterMs, queued: answer.queued },
        httpStatus: 429,
      });
    case 'unavailable':
      throw new RpcFault(REFUSED, `Tool '${call.tool.name}' ${WHY}; nothing was started, try later`, {
        data: { reason: 'unavailable', retryAfterMs: answer.retryAfterMs },
        httpStatus: 503,
      });
    case 'draining':
      throw goingDown();
  }
}

/** Throws -32602 when the end of a task cannot be told there; nothing was started then. */
function requireCallback({ refusedCallback }: DialectOptions, url: string): void {
  const why = refusedCallback === undefined ? 'this server sends none; poll instead' : refusedCallback(url);
  if (why === undefined) return;
  throw new RpcFault(INVALID_PARAMS, `params._meta['${CALLBACK_META}'].url is refused: ${why}`);
}

export interface WaitingCall extends Pick<SubmitOptions, 'call' | 'answerable' | 'answered' | 'singleUseKey'> {
  readonly params: JsonObject;
  readonly context: RequestContext;
}

/**
 * Submits a call and waits for its end. A caller who cancels stops the work too, unless the call carried an idempotency
 * key: a key says that the caller may come back for the result. A lost connection never stops the work.
 */
export async function callAndWait(
  options: DialectOptions,
  { params, context, ...submit }: WaitingCall,
): Promise<ToolResult> {
  const { engine } = options;
  const call = await submitCall(options, { ...submit, principal: context.principal });
  const stopReporting = reportProgress(engine, call.task, params, context);
  try {
    const task = await waitAndAsk({ engine, context }, call.task.id);
    if (task === undefined) throw new RpcFault(REFUSED, 'The result was kept no longer', { data: { reason: 'gone' } });
    return finalResult(task);
  } catch (thrown) {
    if (context.signal.aborted && context.signal.reason === 'cancelled' && call.isNew && !call.hasKey) {
      await engine.cancel(context.principal, call.task.id, 'the caller cancelled its request');
    }
    throw thrown;
  } finally {
    stopReporting();
  }
}

/** A call up to revision 2025-11-25 that answers when the work is done; what the work asks is asked on its stream. */
export async function callOnStream(
  options: DialectOptions,
  params: JsonObject,
  context: RequestContext,
): Promise<ToolResult> {
  const call = readCall(requestedTool(options, params), params);
  return callAndWait(options, { call, params, context, answerable: requireSessionAnswers(call, context) });
}

/** What the client of this session can be asked. Throws -32602 when that is less than the work will ask; nothing was started then. */
export function requireSessionAnswers(call: RequestedCall, { session }: RequestContext): readonly InputMethod[] {
  const capabilities = session.clientCapabilities ?? {};
  const { first, later } = call.questions;
  requireAnswerable({ ...first, ...later }, { capabilities, tool: call.tool.name, code: INVALID_PARAMS });
  return answerableBy(capabilities);
}

/** What the call would have answered had it been an ordinary one: its result, or its error thrown with the same code. */
export function finalResult(task: TaskRecord): ToolResult {
  if (task.outcome === null) {
    throw new RpcFault(REFUSED, task.statusMessage ?? 'The call was cancelled', { data: { reason: 'cancelled' } });
  }
  if (task.outcome.kind === 'result') return task.outcome.result;
  const { code, message, data } = task.outcome.error;
  throw new RpcFault(code, message, { data });
}

export function conflictMessage(key: string | null): string {
  return `The idempotency_key '${key ?? ''}' was used with other arguments; use a new key, or the same arguments`;
}
