import { CLIENT_INFO, headerValue, MODERN_VERSION, TASKS_EXTENSION } from '../wire/envelope.ts';
import type { JsonObject } from '../wire/json-rpc.ts';
import { type Answer, answerTo } from './answer.ts';
import type { RawExchange, RawLink } from './raw-link.ts';

/** Revision 2026-07-28 over a raw link: well formed unless it is told otherwise. */
export interface ModernClient {
  readonly link: RawLink;
  request(method: string, params?: JsonObject, how?: ModernHow): Promise<Answer>;
  /** The same, left open: for what goes on after the first word. */
  open(method: string, params?: JsonObject, how?: ModernHow): RawExchange;
}

export interface ModernHow {
  /** Client capabilities on this request; default: tasks and elicitation. */
  readonly capabilities?: JsonObject;
  /** Over what the envelope says; undefined takes a key out. */
  readonly meta?: Readonly<Record<string, unknown>>;
  /** HTTP: over the headers that fit the message; null leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly withinMs?: number;
}

export const TASKS_CAPABILITIES: JsonObject = { extensions: { [TASKS_EXTENSION]: {} }, elicitation: {} };
/** A client that knows no tasks and can be asked. */
export const NO_TASKS: JsonObject = { elicitation: {} };
/** What a client of 2025-11-25 would have said. */
export const LEGACY_TASKS: JsonObject = { elicitation: {}, tasks: { list: {}, cancel: {}, requests: {} } };

const NAMED_BY: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};

/** `requestMs`: for a reply, unless a request says otherwise. */
export function createModernClient(link: RawLink, requestMs: number): ModernClient {
  const open = (method: string, params: JsonObject = {}, how: ModernHow = {}): RawExchange => {
    const id = link.nextId();
    const text = JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: envelope(how) } });
    return link.open({ id, text, headers: { ...headersFor(method, params), ...how.headers } });
  };
  return {
    link,
    open,
    request: (method, params, how) => answerTo(open(method, params, how), how?.withinMs ?? requestMs),
  };
}

/** `_meta` of a request. */
export function envelope({ capabilities = TASKS_CAPABILITIES, meta = {} }: ModernHow = {}): JsonObject {
  return {
    'io.modelcontextprotocol/protocolVersion': MODERN_VERSION,
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
    ...meta,
  };
}

/** The headers that say of a message what it says itself. */
export function headersFor(method: string, params: JsonObject): Record<string, string> {
  const name = params[NAMED_BY[method] ?? ''];
  return {
    'mcp-protocol-version': MODERN_VERSION,
    'mcp-method': method,
    ...(typeof name === 'string' ? { 'mcp-name': headerValue(name) } : {}),
  };
}
