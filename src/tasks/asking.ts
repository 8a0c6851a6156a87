import type { ToolContext } from '../tools/tool.ts';
import { type InputRequests, MISSING_CLIENT_CAPABILITY, requiredCapabilities, unanswerable } from './input-methods.ts';
import { INTERNAL_ERROR, RpcFailure } from './rpc-failure.ts';
import type { RunningTask } from './running-task.ts';
import type { InputRequest, TaskInput, TaskRecord } from './task.ts';
import { type WriteParts, writeForSure } from './written-event.ts';

const INPUTS_MAX = 100; // A conversation longer than that does not belong into one call.

/**
 * How running work gets input. What was answered is there at once. What was not is recorded as a question, and the work stops
 * here: it gives up its worker, and begins again from its start when the answers have come, on whichever worker and in
 * whichever process that may be. So a crash while it waits, or after it was answered, is nothing special.
 */
export function createAsk(work: RunningTask, parts: WriteParts): ToolContext['ask'] {
  return async (questions) => {
    work.signal.throwIfAborted();
    const task = work.record();
    const known = new Map(task.inputs.map((input) => [input.key, input]));
    for (const [key, question] of Object.entries(questions)) assertSame(known.get(key), question);
    if (Object.keys(questions).every((key) => known.get(key)?.answer != null)) return answersTo(questions, known);
    assertMayAsk(task, questions);
    const inputs = Object.entries(questions)
      .filter(([key]) => !known.has(key))
      .map(([key, request]) => ({ key, request }));
    await writeForSure(work, { type: 'ask', message: 'Waiting for input.', inputs }, parts);
    work.stop('The task waits for input; its work begins again when that is here.');
    throw work.signal.reason;
  };
}

/** A key means one question for the whole life of the task, also when its work begins again. */
function assertSame(known: TaskInput | undefined, question: InputRequest): void {
  if (known === undefined || JSON.stringify(known.request) === JSON.stringify(question)) return;
  throw new Error(`the input '${known.key}' was asked for before, with another question`);
}

function assertMayAsk(task: TaskRecord, questions: InputRequests): void {
  const missing = unanswerable(questions, task.answerable);
  if (missing.length > 0) {
    throw new RpcFailure({
      code: MISSING_CLIENT_CAPABILITY,
      message: `The work needs input, and its caller did not declare that it can answer ${missing.join(', ')}`,
      data: { reason: 'cannot-ask', requiredCapabilities: requiredCapabilities(missing) },
    });
  }
  if (task.inputs.length < INPUTS_MAX) return;
  throw new Error(`a task asks for at most ${INPUTS_MAX} inputs`);
}

function answersTo(questions: InputRequests, known: ReadonlyMap<string, TaskInput>) {
  return Object.fromEntries(Object.keys(questions).map((key) => [key, resultOf(key, known.get(key)?.answer)]));
}

function resultOf(key: string, answer: TaskInput['answer'] | undefined): Readonly<Record<string, unknown>> {
  if (answer == null) throw new Error(`expected an answer to the question '${key}', got none`);
  if (answer.kind === 'result') return answer.result;
  const { code, message } = answer.error;
  throw new RpcFailure({
    code: INTERNAL_ERROR,
    message: `The caller could not answer the question '${key}': ${message}`,
    data: { reason: 'not-answered', code },
  });
}
