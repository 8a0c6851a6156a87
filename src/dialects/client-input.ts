/** What a client can be asked while its work goes on, and what it answers. */
import { z } from 'zod';
import { type InputRequests, requiredCapabilities, unanswerable } from '../tasks/input-methods.ts';
import type { InputAnswer, InputMethod, TaskInput, TaskRecord } from '../tasks/task.ts';
import { INVALID_PARAMS, isObject, type JsonObject, MISSING_CLIENT_CAPABILITY, RpcFault } from './json-rpc.ts';

/** What a client can be asked by what it declared. Elicitation without a mode means forms; sampling needs no more than its name. */
export function answerableBy(capabilities: JsonObject): readonly InputMethod[] {
  const { elicitation, sampling } = capabilities;
  const hasForms = isObject(elicitation) && (isObject(elicitation.form) || !('url' in elicitation));
  return [
    ...(hasForms ? (['elicitation/create'] as const) : []),
    ...(isObject(sampling) ? (['sampling/createMessage'] as const) : []),
  ];
}

export interface AnswerCheck {
  readonly capabilities: JsonObject;
  readonly tool: string;
  /** Revision 2026-07-28 has a code of its own for this; elsewhere the arguments are what does not fit. */
  readonly code: typeof MISSING_CLIENT_CAPABILITY | typeof INVALID_PARAMS;
}

/** Throws, naming what is missing, when the client cannot be asked what the work will ask. Nothing was started then. */
export function requireAnswerable(questions: InputRequests, { capabilities, tool, code }: AnswerCheck): void {
  const missing = unanswerable(questions, answerableBy(capabilities));
  if (missing.length === 0) return;
  const message = `Tool '${tool}' will ask for input with these arguments, and the client did not declare that it can answer ${missing.join(', ')}`;
  throw new RpcFault(code, message, {
    data: { requiredCapabilities: requiredCapabilities(missing) },
    ...(code === MISSING_CLIENT_CAPABILITY && { httpStatus: 400 }),
  });
}

/** The questions a task waits for, as the protocol carries them. */
export function outstandingRequests(task: TaskRecord): InputRequests {
  return Object.fromEntries(outstanding(task).map(({ key, request }) => [key, request]));
}

export function outstanding(task: TaskRecord): readonly TaskInput[] {
  return task.inputs.filter((input) => input.answer === null);
}

/**
 * The results in `given` for these questions, by key; other keys are left out. Throws -32602 for one that is none, and then
 * nothing of `given` counts; `place` is what the message calls it.
 */
export function readResults(
  questions: InputRequests,
  given: JsonObject,
  place: string,
): Readonly<Record<string, JsonObject>> {
  const results = Object.entries(questions).flatMap(([key, { method }]) =>
    Object.hasOwn(given, key) ? [[key, readResult(method, given[key], `${place}.${key}`)] as const] : [],
  );
  return Object.fromEntries(results);
}

/** Results as the engine takes them. */
export function resultAnswers(results: Readonly<Record<string, JsonObject>>): Readonly<Record<string, InputAnswer>> {
  return Object.fromEntries(Object.entries(results).map(([key, result]) => [key, { kind: 'result', result }]));
}

/** An answer as the protocol defines it. Throws -32602 for anything else. */
export function readResult(method: InputMethod, value: unknown, place: string): JsonObject {
  const parsed = RESULTS[method].safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = [place, ...(issue?.path ?? []).map(String)].join('.');
  throw new RpcFault(INVALID_PARAMS, `${path}: ${issue?.message ?? 'is not an answer'}`);
}

const CONTENT_VALUE = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);

// Revision 2025-11-25 and 2026-07-28, client/elicitation and client/sampling: what else a client says is kept.
const RESULTS: Readonly<Record<InputMethod, z.ZodObject>> = {
  'elicitation/create': z.looseObject({
    action: z.enum(['accept', 'decline', 'cancel']),
    content: z.record(z.string(), CONTENT_VALUE).nullish(),
  }),
  'sampling/createMessage': z.looseObject({
    role: z.enum(['user', 'assistant']),
    content: z.unknown(),
    model: z.string(),
  }),
};
