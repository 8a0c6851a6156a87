import type { ServerResponse } from 'node:http';
import { isObject, type JsonObject } from '../json-rpc.ts';
import { type Heard, type HttpStage, openHttpStage, sendJson } from './http-stage.ts';
import { LEGACY_TASK, TOOL, TOOL_RESULT } from './stage.ts';

export interface SessionServer extends HttpStage {
  /** Forgets every session, as a restart does. */
  restart(): void;
  /** From now on this method is answered like this; null: as usual. */
  answer(method: string, reply: ((heard: Heard, response: ServerResponse) => void) | null): void;
  /** Methods heard so far, each with its session. */
  methods(): string[];
}

/** A 2025-11-25 server over HTTP: sessions, one tool, one task that is working until told otherwise. */
export async function openSessionServer(): Promise<SessionServer> {
  const sessions = new Set<string>();
  const answers = new Map<string, (heard: Heard, response: ServerResponse) => void>();
  let opened = 0;
  const stage = await openHttpStage((heard, response) => {
    const { message, headers } = heard;
    const method = String(message.method);
    const special = answers.get(method);
    if (special) return special(heard, response);
    const say = (result: JsonObject, extra: JsonObject = {}) =>
      sendJson(response, 200, { jsonrpc: '2.0', id: message.id, result }, extra);
    if (method === 'initialize') {
      opened += 1;
      sessions.add(`s${opened}`);
      const serverInfo = { name: 'scripted', version: '1' };
      return say({ protocolVersion: '2025-11-25', capabilities: CAPABILITIES, serverInfo }, session(`s${opened}`));
    }
    if (!sessions.has(String(headers['mcp-session-id']))) {
      const error = { code: -32001, message: 'Session not found' };
      return sendJson(response, 404, { jsonrpc: '2.0', id: null, error });
    }
    if (message.id === undefined) return response.writeHead(202).end();
    if (method === 'tools/list') return say({ tools: [TOOL] });
    if (method === 'tools/call') return say({ task: LEGACY_TASK });
    if (method === 'tasks/result') return say(TOOL_RESULT);
    return say({ ...LEGACY_TASK, ...(method === 'tasks/cancel' ? { status: 'cancelled' } : {}) });
  });
  return {
    ...stage,
    restart: () => sessions.clear(),
    answer: (method, reply) => {
      if (reply === null) answers.delete(method);
      else answers.set(method, reply);
    },
    methods: () => stage.heard.map(({ message, headers }) => `${message.method} ${headers['mcp-session-id'] ?? '-'}`),
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  };
}

export function replyError(code: number, text: string, status = 200) {
  return ({ message }: Heard, response: ServerResponse) =>
    sendJson(response, status, { jsonrpc: '2.0', id: message.id, error: { code, message: text } });
}

export function replyResult(result: JsonObject) {
  return ({ message }: Heard, response: ServerResponse) =>
    sendJson(response, 200, { jsonrpc: '2.0', id: message.id, result });
}

/** The `_meta` of a request, for servers of the modern era. */
export function metaOf(message: JsonObject): JsonObject {
  const { params } = message;
  return isObject(params) && isObject(params._meta) ? params._meta : {};
}

const CAPABILITIES = { tasks: { requests: { tools: { call: {} } } } };

function session(id: string): JsonObject {
  return { 'mcp-session-id': id };
}
