import { createSystemClock } from '../../model/clock.ts';
import type { EventBody } from '../../model/event.ts';
import type { DialectId } from '../../model/operation.ts';
import type { PlannedCall } from '../../model/plan.ts';
import type { WireContext } from '../connection.ts';
import type { Handshake, OperationInput } from '../dialects/adapter.ts';
import { isObject, type JsonObject, parseJson, readMessage } from '../json-rpc.ts';
import { createRequestTags } from '../request-tags.ts';
import type { AnsweredReply, RawReply } from '../wire.ts';
import type { WireTarget } from '../wire-target.ts';

/** What the tests of the wire put on stage: a target, a call, a context that records into a list. */

export const CALL: PlannedCall = {
  call: 7,
  agent: 3,
  atMs: null,
  thinkMs: 0,
  tool: 'work',
  ms: 50,
  mode: null,
  token: 'tok-7',
  key: 'key-7',
  policy: 'poller',
  busyMs: 0,
  cancelAfterMs: null,
};

export function createTarget(dialect: DialectId): WireTarget {
  return {
    dialect,
    tools: new Map([['work', { name: 'render', arguments: { topic: 'x' }, key: 'idempotency_key', mode: 'mode' }]]),
    handle: null,
    echo: (result) =>
      isObject(result.structuredContent) ? String(result.structuredContent.token ?? '') || null : null,
    renderArguments: (template, values) => ({ ...template, token: values.token, ms: values.ms }),
    ttlMs: null,
  };
}

const HANDSHAKE: Handshake = {
  era: 'legacy',
  protocolVersion: '2025-11-25',
  server: { name: 's', version: '1' },
  capabilities: {},
  instructions: '',
  tools: new Map(),
  shape: [],
};

export function createInput(dialect: DialectId, over: Partial<OperationInput> = {}): OperationInput {
  return {
    target: createTarget(dialect),
    handshake: dialect === 'tasks-2026-07-28' ? { ...HANDSHAKE, era: 'modern' } : HANDSHAKE,
    call: CALL,
    key: null,
    task: 't1',
    inputs: [],
    lastStatus: null,
    cancelAccepted: false,
    session: false,
    restarted: false,
    ...over,
  };
}

/** The reply with this JSON-RPC body, as if it had come over the wire. */
export function answered(body: JsonObject, http: number | null = null): AnsweredReply {
  const raw = JSON.stringify({ jsonrpc: '2.0', id: 1, ...body });
  const incoming = readMessage(parseJson(raw));
  if (incoming.kind !== 'reply') throw new Error(`not a reply: ${raw}`);
  return { kind: 'answered', message: incoming.reply, whole: incoming.raw, http, headers: {}, raw };
}

export function errorReply(code: number, message: string, http: number | null = null): RawReply {
  return answered({ error: { code, message } }, http);
}

export interface Stage {
  readonly context: WireContext;
  readonly events: EventBody[];
  /** Ends the run. */
  readonly abort: () => void;
}

export function createStage(dialect: DialectId, over: Partial<WireContext> = {}): Stage {
  const events: EventBody[] = [];
  const controller = new AbortController();
  const context: WireContext = {
    target: createTarget(dialect),
    limits: { requestMs: 2_000, blockingMs: 4_000 },
    clock: createSystemClock(),
    tags: createRequestTags(),
    record: (body) => events.push(unstamped(body)) - 1,
    signal: controller.signal,
    ...over,
  };
  return { context, events, abort: () => controller.abort(new Error('the run ended')) };
}

export const TOOL = {
  name: 'render',
  inputSchema: { type: 'object' },
  execution: { taskSupport: 'optional' },
} as const;

export const MODERN_TASK = {
  taskId: 't1',
  status: 'working',
  createdAt: '2026-11-21T10:00:00.000Z',
  lastUpdatedAt: '2026-11-21T10:00:00.000Z',
  ttlMs: 60_000,
  pollIntervalMs: 500,
} as const;

export const LEGACY_TASK = {
  taskId: 't1',
  status: 'working',
  createdAt: '2026-11-21T10:00:00Z',
  lastUpdatedAt: '2026-11-21T10:00:00Z',
  ttl: 60_000,
  pollInterval: 500,
} as const;

export const TOOL_RESULT = {
  content: [{ type: 'text', text: '{"token":"tok-7"}' }],
  structuredContent: { token: 'tok-7' },
} as const;

/** A body without the room for the stamp that a recorder would write into it. */
function unstamped(body: EventBody): EventBody {
  const bare = { ...body };
  for (const name of ['seq', 't', 'wall']) Reflect.deleteProperty(bare, name);
  return bare;
}
