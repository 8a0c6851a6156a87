/** The tools of the job-handle pattern that follow work: look at it, answer it, stop it. */
import type { ToolResult } from '../tasks/task.ts';
import { outstandingRequests, readResults, resultAnswers } from './client-input.ts';
import type { DialectOptions, RequestContext } from './dialect.ts';
import type { MethodCall } from './dispatch.ts';
import { ANSWER, CANCEL, RESOLVE } from './job-names.ts';
import { refusalPayload, taskPayload } from './job-payload.ts';
import { describe, INVALID_PARAMS, isObject, type JsonObject, RpcFault } from './json-rpc.ts';

type JobTool = typeof RESOLVE | typeof ANSWER | typeof CANCEL;

export function isJobTool(name: unknown): name is JobTool {
  return name === RESOLVE || name === ANSWER || name === CANCEL;
}

/** What is wrong with a reference is an answer about the job; throws -32602 for arguments that are none. */
export function useJobTool(
  options: DialectOptions,
  name: JobTool,
  { params, context }: Pick<MethodCall, 'params' | 'context'>,
): Promise<ToolResult> {
  const given = jobArguments(params);
  switch (name) {
    case RESOLVE:
      return resolve(options, given, context);
    case ANSWER:
      return answer(options, given, context);
    case CANCEL:
      return cancel(options, given, context);
  }
}

export function jobArguments(params: JsonObject): JsonObject {
  const given = params.arguments ?? {};
  if (isObject(given)) return given;
  throw new RpcFault(INVALID_PARAMS, `params.arguments must be an object, got ${describe(given)}`);
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
