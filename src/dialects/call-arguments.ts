/** The two arguments that every operation takes beside its own. */
import type { JsonObjectSchema, Tool } from '../tools/tool.ts';

export interface CallParts {
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly idempotencyKey: string | null;
  /** SLA of this call, ms; null: none asked for. */
  readonly maxWaitMs: number | null;
}

const KEY_CHARACTERS_MAX = 256; // room for a URL or two UUIDs; bounds what the store keeps per call
const WAIT_SECONDS_MAX = 86_400; // the default retention: an answer later than that is not kept anyway

/** The schema clients see: the tool's own arguments and the two common ones. */
export function publishedSchema(tool: Tool): JsonObjectSchema {
  return { ...tool.inputSchema, properties: { ...tool.inputSchema.properties, ...COMMON_PROPERTIES } };
}

export const COMMON_PROPERTIES = {
  idempotency_key: {
    type: 'string',
    minLength: 1,
    maxLength: KEY_CHARACTERS_MAX,
    description: 'Repeat a call with the same key and arguments to get the same task instead of starting it again.',
  },
  max_wait_seconds: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: WAIT_SECONDS_MAX,
    description: 'Time the work may take before it is settled as failed.',
  },
} as const;

/** A call's arguments, the common ones taken out; or one sentence of what is wrong with them. */
export function readCall(
  tool: Tool,
  given: Readonly<Record<string, unknown>>,
): { readonly ok: true; readonly value: CallParts } | { readonly ok: false; readonly message: string } {
  const { idempotency_key: key, max_wait_seconds: seconds, ...own } = given;
  if (key !== undefined && (typeof key !== 'string' || key === '' || key.length > KEY_CHARACTERS_MAX)) {
    return { ok: false, message: `idempotency_key must be a string of 1 to ${KEY_CHARACTERS_MAX} characters` };
  }
  if (seconds !== undefined && (typeof seconds !== 'number' || !(seconds > 0 && seconds <= WAIT_SECONDS_MAX))) {
    return { ok: false, message: `max_wait_seconds must be a number above 0, at most ${WAIT_SECONDS_MAX}` };
  }
  const parsed = tool.parse(own);
  if (!parsed.ok) return parsed;
  const maxWaitMs = seconds === undefined ? null : Math.ceil(seconds * 1000);
  return { ok: true, value: { arguments: parsed.value, idempotencyKey: key ?? null, maxWaitMs } };
}
