import { z } from 'zod';
import type { SubmitRequest } from '../tasks/task-engine.ts';
import { jsonSchemaOf, parseWith } from './schema.ts';
import type { JsonObjectSchema, Tool } from './tool.ts';

/** No control characters and no halves of characters: stores compare keys byte by byte. */
const keyPattern = /^[^\p{C}]{1,200}$/u;

const callOptions = z.strictObject({
  idempotency_key: z
    .string()
    .regex(keyPattern, 'expected 1 to 200 characters without control characters')
    .optional()
    .describe('Makes the call safe to send again: the same key with the same arguments is the same task.'),
  max_wait_seconds: z
    .number()
    .positive()
    .max(86_400)
    .optional()
    .describe('How long the work may take. Then the task is ended as failed, finished or not.'),
});

const COMMON_PROPERTIES = jsonSchemaOf(callOptions).properties;

/** The tool's schema as clients see it: its own arguments and the two that every call takes. */
export function publishedSchema(tool: Tool): JsonObjectSchema {
  return { ...tool.inputSchema, properties: { ...tool.inputSchema.properties, ...COMMON_PROPERTIES } };
}

export type CallParts = Pick<SubmitRequest, 'tool' | 'arguments' | 'idempotencyKey' | 'maxWaitMs'>;

export type CallAnswer =
  | { readonly ok: true; readonly parts: CallParts }
  | { readonly ok: false; readonly message: string };

/** Splits what a client sent into the tool's own arguments and the call's options; one clear sentence when something is wrong. */
export function splitCall(tool: Tool, args: unknown = {}): CallAnswer {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) {
    return { ok: false, message: `arguments of '${tool.name}': expected an object.` };
  }
  const { idempotency_key, max_wait_seconds, ...own } = { ...NO_OPTIONS, ...args };
  const options = parseWith(callOptions, withoutUndefined({ idempotency_key, max_wait_seconds }));
  const parsed = tool.parse(own);
  if (!options.ok || !parsed.ok) {
    const messages = [options, parsed].flatMap((answer) => (answer.ok ? [] : [answer.message]));
    return { ok: false, message: `Invalid arguments of '${tool.name}': ${messages.join(' ')}` };
  }
  const { idempotency_key: key = null, max_wait_seconds: seconds } = options.value;
  const maxWaitMs = seconds === undefined ? null : Math.ceil(seconds * 1_000);
  return { ok: true, parts: { tool: tool.name, arguments: parsed.value, idempotencyKey: key, maxWaitMs } };
}

const NO_OPTIONS: { readonly idempotency_key?: unknown; readonly max_wait_seconds?: unknown } = {};

function withoutUndefined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
