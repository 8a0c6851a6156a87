/** The tools of the job-handle pattern as tools/list shows them. */
import type { Tool } from '../tools/tool.ts';
import type { DialectOptions } from './dialect.ts';
import { ANSWER, CANCEL, INITIATE, RESOLVE } from './job-names.ts';
import { JOB_OUTPUT_SCHEMA, JOB_STATUSES } from './job-payload.ts';
import type { JsonObject } from './json-rpc.ts';
import { chosenWords, timedSchema } from './published-tool.ts';
import { durationText } from './schema-mode.ts';
import { LATE, statesText, timesOf } from './tool-words.ts';

const STATES = statesText(JOB_STATUSES);

export function jobTools(operations: readonly Tool[], options: DialectOptions): readonly JsonObject[] {
  return [chosenWords(options, initiateTool(operations, options)), ...followingTools(INITIATE, options)];
}

/** The tools beside the one that starts work; `source`: what gave the task_ref. */
export function followingTools(source: string, options: DialectOptions): readonly JsonObject[] {
  return [resolveTool(source, options), answerTool(source), cancelTool(source)].map((tool) =>
    chosenWords(options, tool),
  );
}

/** Whoever holds the reference can answer: it takes a tool call, and no capability of the client. */
export const HANDLE_ANSWERABLE = ['elicitation/create', 'sampling/createMessage'] as const;

function initiateTool(operations: readonly Tool[], options: DialectOptions): JsonObject {
  const list = operations.map((tool) => `- ${tool.name}: ${tool.title}`).join('\n');
  return {
    name: INITIATE,
    title: 'Start work in the background',
    description:
      `Starts one operation and returns now, at once, a task_ref; the result comes later, from ${RESOLVE}.\n${STATES}\n` +
      'Repeating: a call with the same idempotency_key and arguments gives the same task_ref and starts nothing; without a ' +
      'key every call starts new work.\nFailures: rejected means that nothing was started (invalid arguments, a used ' +
      'idempotency_key with other arguments, a full or stopping server); failed that the work ended with isError, timed out ' +
      '(after max_wait_seconds) or was interrupted; cancelled that somebody stopped it; unknown that the task_ref was never ' +
      `yours or has expired.\nPartners: ${RESOLVE} tells the status, ${ANSWER} answers what it asks, ${CANCEL} stops it. ` +
      `${LATE}\n${paceOf(options)}\nOperations:\n${list}`,
    inputSchema: {
      type: 'object',
      properties: {
        operation: { type: 'string', enum: operations.map((tool) => tool.name), description: 'What to do.' },
        arguments: { type: 'object', description: "The operation's own arguments." },
        ...callOptions(operations, options),
      },
      required: ['operation'],
      additionalProperties: false,
      allOf: operations.map((tool) => ({
        if: { properties: { operation: { const: tool.name } } },
        // biome-ignore lint/suspicious/noThenProperty: `then` is the JSON Schema keyword, and this object is never awaited.
        then: { properties: { arguments: tool.inputSchema } },
      })),
    },
    outputSchema: JOB_OUTPUT_SCHEMA,
    annotations: { readOnlyHint: false, idempotentHint: false, destructiveHint: false, openWorldHint: true },
  };
}

/** How often to look and how long there is something to see, as the server is set. */
function paceOf(options: DialectOptions): string {
  const { pollIntervalMs, ttlMs } = timesOf(options);
  return (
    `Look every ${durationText(pollIntervalMs)}, or after poll_after_ms where the status says it. The result is kept for ` +
    `${durationText(ttlMs)} from the start; retention says until when.`
  );
}

/** The arguments every operation takes beside its own: here they stand beside `operation`. */
function callOptions(operations: readonly Tool[], options: DialectOptions): JsonObject {
  const [any] = operations;
  if (any === undefined) return {};
  const published = Object.entries(timedSchema(any, options).properties);
  return Object.fromEntries(published.filter(([name]) => !(name in any.inputSchema.properties)));
}

function resolveTool(source: string, options: DialectOptions): JsonObject {
  return {
    name: RESOLVE,
    title: 'Look at work in the background',
    description:
      `Says how a task of ${source} stands, now and without waiting: status, and once it is final its result or error.\n` +
      `${STATES}\nChanges nothing; may be repeated.\nFailures: failed carries error (reason tool_error, or execution_error, ` +
      'which includes a timeout and an interruption); unknown means that the task_ref never was yours or has expired: stop ' +
      `asking.\nPartners: input_required carries questions, which ${ANSWER} takes the answers to; ${CANCEL} stops the work. ` +
      `${LATE}\n${paceOf(options)}`,
    inputSchema: referenceSchema(source),
    outputSchema: JOB_OUTPUT_SCHEMA,
    annotations: { readOnlyHint: true, idempotentHint: true, destructiveHint: false, openWorldHint: false },
  };
}

function answerTool(source: string): JsonObject {
  const { properties, required } = referenceSchema(source);
  return {
    name: ANSWER,
    title: 'Answer work in the background',
    description:
      `Answers questions of a task of ${source} that is input_required, and says at once how the task stands then; it goes ` +
      `on when everything is answered, and its result comes later, from ${RESOLVE}. Each question of the status has a key and ` +
      'the request: the answer to an elicitation/create is {"action":"accept","content":{…}} with content as its ' +
      'requestedSchema says, or {"action":"decline"}, or {"action":"cancel"}. Keys that are not asked, or were answered ' +
      `before, are ignored: may be repeated. ${STATES} An answer of another shape is refused with isError, and changes ` +
      'nothing; unknown means that the task_ref never was yours or has expired. The time until you answer counts towards ' +
      `max_wait_seconds. ${LATE}`,
    inputSchema: {
      type: 'object',
      properties: {
        ...properties,
        answers: {
          type: 'object',
          description: 'Answers by the key of their question, some or all of them.',
          additionalProperties: { type: 'object' },
        },
      },
      required: [...required, 'answers'],
      additionalProperties: false,
    },
    outputSchema: JOB_OUTPUT_SCHEMA,
    annotations: { readOnlyHint: false, idempotentHint: true, destructiveHint: false, openWorldHint: true },
  };
}

function cancelTool(source: string): JsonObject {
  return {
    name: CANCEL,
    title: 'Stop work in the background',
    description:
      `Stops a task of ${source} and answers with its status, at once and finally: cancelled, or, when it had ended ` +
      `before, what it ended as, unchanged. ${STATES} Fails only for a task_ref that never was yours or has expired: unknown. ` +
      `May be repeated. What the ` +
      `work has already done is not undone. ${RESOLVE} goes on showing the task while it is kept.`,
    inputSchema: referenceSchema(source),
    outputSchema: JOB_OUTPUT_SCHEMA,
    annotations: { readOnlyHint: false, idempotentHint: true, destructiveHint: true, openWorldHint: false },
  };
}

function referenceSchema(source: string) {
  return {
    type: 'object',
    properties: { task_ref: { type: 'string', description: `The task_ref of ${source}.` } },
    required: ['task_ref'],
    additionalProperties: false,
  } as const;
}
