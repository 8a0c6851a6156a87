/** Input up to revision 2025-11-25: the server asks on the stream of a request that waits, and the client replies. */
import type { InputAnswer, TaskInput, TaskRecord } from '../tasks/task.ts';
import type { TaskEngine } from '../tasks/task-engine.ts';
import { answerableBy, outstanding, readResult } from './client-input.ts';
import type { ClientReply, LateReply, RequestContext } from './dialect.ts';
import { INVALID_PARAMS, type JsonObject, RpcFault } from './json-rpc.ts';
import { isTerminal } from './waiting.ts';

export interface StreamInputOptions {
  readonly engine: TaskEngine;
  readonly context: RequestContext;
  /** `_meta` of what is asked. */
  readonly meta?: JsonObject;
}

/**
 * The task once it is terminal; undefined: there is none of that id for this principal, or it expired meanwhile. Whenever the
 * task waits for input, everything outstanding is asked on this request's stream, once each; the first answer counts, from
 * whichever stream it comes. A client that did not declare that it can answer is not asked: somebody else may be. Rejects
 * when the request is abandoned; what was asked stays outstanding then, and whoever waits next is asked again.
 */
export async function waitAndAsk(options: StreamInputOptions, id: string): Promise<TaskRecord | undefined> {
  const { engine, context } = options;
  const { principal, signal } = context;
  for (;;) {
    const task = await engine.wait(principal, id, signal);
    if (task === undefined || isTerminal(task)) return task;
    const round = new AbortController();
    const isWanted = AbortSignal.any([signal, round.signal]);
    try {
      const goesOn = untilItGoesOn(options, task, isWanted).finally(() => round.abort());
      const [found] = await Promise.all([goesOn, askAll(options, task, isWanted)]);
      if (found === undefined) return undefined;
    } finally {
      round.abort();
    }
  }
}

/** The task once it does not wait for input any more, whoever saw to that, in whichever process. */
async function untilItGoesOn(
  { engine, context }: StreamInputOptions,
  task: TaskRecord,
  signal: AbortSignal,
): Promise<TaskRecord | undefined> {
  let seen: TaskRecord | undefined = task;
  while (seen?.state === 'input_required') seen = await engine.changed(context.principal, seen, signal);
  return seen;
}

async function askAll(options: StreamInputOptions, task: TaskRecord, signal: AbortSignal): Promise<void> {
  const { request, session } = options.context;
  if (request === undefined) return;
  const answerable = answerableBy(session.clientCapabilities ?? {});
  const asked = outstanding(task).filter((input) => answerable.includes(input.request.method));
  await Promise.all(asked.map((input) => askOne(options, { request, task, input, signal })));
}

interface Question {
  readonly request: NonNullable<RequestContext['request']>;
  readonly task: TaskRecord;
  readonly input: TaskInput;
  readonly signal: AbortSignal;
}

async function askOne({ engine, context, meta }: StreamInputOptions, question: Question): Promise<void> {
  const { request, task, input, signal } = question;
  const { method, params } = input.request;
  let reply: ClientReply;
  try {
    const about = aboutOf(task.id, input.key);
    reply = await request({ about, method, params: meta === undefined ? params : { ...params, _meta: meta } }, signal);
  } catch (thrown) {
    if (signal.aborted) return; // Answered elsewhere, ended, or nobody is there: the wait beside this one knows which.
    throw thrown;
  }
  await engine.answer(context.principal, task.id, { [input.key]: answerOf(input, reply) });
}

/** The reply to a question that was asked on a stream of another process. What is not outstanding any more changes nothing. */
export async function takeLateReply(engine: TaskEngine, { principal, about, reply }: LateReply): Promise<void> {
  const [id = '', key = ''] = about.split('/', 2).map((part) => Buffer.from(part, 'base64url').toString());
  const task = await engine.get(principal, id);
  const input = task && outstanding(task).find((one) => one.key === key);
  if (input !== undefined) await engine.answer(principal, id, { [key]: answerOf(input, reply) });
}

function aboutOf(taskId: string, key: string): string {
  return [taskId, key].map((part) => Buffer.from(part).toString('base64url')).join('/');
}

/** What is no answer by the protocol counts as one that could not be given: to ask for ever would be worse. */
function answerOf(input: TaskInput, reply: ClientReply): InputAnswer {
  if (reply.kind === 'error') return reply;
  try {
    return { kind: 'result', result: readResult(input.request.method, reply.result, 'the reply') };
  } catch (thrown) {
    if (!(thrown instanceof RpcFault)) throw thrown;
    return { kind: 'error', error: { code: INVALID_PARAMS, message: thrown.message } };
  }
}
