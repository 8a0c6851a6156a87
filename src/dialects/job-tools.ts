/** The tools of the job-handle pattern as tools/list shows them. */
import { publishedSchema } from '../tools/call.ts';
import type { Tool } from '../tools/tool.ts';
import { JOB_OUTPUT_SCHEMA } from './job-payload.ts';
import type { JsonObject } from './json-rpc.ts';

export const INITIATE = 'initiate_background_task';
export const RESOLVE = 'resolve_task_status';
export const ANSWER = 'answer_background_task';
export const CANCEL = 'cancel_background_task';

const STATES =
  'States: queued, processing (come back after poll_after_ms); input_required (answer its questions); completed, failed, cancelled, unknown, rejected (final).';
const LATER =
  'A result that comes late still belongs to the call that started it: continue that work, do not start it again.';

export function jobTools(operations: readonly Tool[]): readonly JsonObject[] {
  return [initiateTool(operations), ...followingTools(INITIATE)];
}

/** The tools beside the one that starts work; `source`: what gave the task_ref. */
export function followingTools(source: string): readonly JsonObject[] {
  return [resolveTool(source), answerTool(source), cancelTool(source)];
}

/** Whoever holds the reference can answer: it takes a tool call, and no capability of the client. */
export const HANDLE_ANSWERABLE = ['elicitation/create', 'sampling/createMessage'] as const;

function initiateTool(operations: readonly Tool[]): JsonObject {
  const list = operations.map((tool) => `- ${tool.name}: ${tool.title}`).join('\n');
  return {
    name: INITIATE,
    title: 'Start work in the background',
    description:
      `Starts one operation and answers at once with a task_ref; the result comes later, from ${RESOLVE}. ${STATES} ` +
      'rejected means that nothing was started: invalid arguments, a used idempotency_key with other arguments, a full ' +
      'or stopping server. Repeating a call with the same idempotency_key and arguments gives the same task_ref and ' +
      `starts nothing; without a key every call starts new work. ${ANSWER} answers what it asks, ${CANCEL} stops it. The result is kept for ` +
      `retention.ttl_ms after the start. ${LATER}\nOperations:\n${list}`,
    inputSchema: {
      type: 'object',
      properties: {
        operation: { type: 'string', enum: operations.map((tool) => tool.name), description: 'What to do.' },
        arguments: { type: 'object', description: "The operation's own arguments." },
        ...callOptions(operations),
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

/** The arguments every operation takes beside its own: here they stand beside `operation`. */
function callOptions(operations: readonly Tool[]): JsonObject {
  const [any] = operations;
  if (any === undefined) return {};
  const published = Object.entries(publishedSchema(any).properties);
  return Object.fromEntries(published.filter(([name]) => !(name in any.inputSchema.properties)));
}

function resolveTool(source: string): JsonObject {
  return {
    name: RESOLVE,
    title: 'Look at work in the background',
    description:
      `Says how a task of ${source} stands, now and without waiting: status, and once it is final its result or error. ` +
      `${STATES} Wait poll_after_ms between two looks. failed carries error (reason tool_error or execution_error, which ` +
      `includes a timeout and an interruption); input_required carries questions, which ${ANSWER} takes the answers to; unknown means that the reference never was yours or is kept no longer: ` +
      `stop asking. Changes nothing; may be repeated. ${LATER}`,
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
      `nothing. The time until you answer counts towards max_wait_seconds. ${LATER}`,
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
      `before, what it ended as, unchanged. ${STATES} Fails only for an unknown reference. May be repeated. What the ` +
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
