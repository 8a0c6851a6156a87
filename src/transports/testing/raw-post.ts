/** One JSON-RPC message by plain HTTP, as revision 2026-07-28 frames it. For tests. */
import { createParser } from 'eventsource-parser';
import { isObject, type JsonObject } from '../../dialects/json-rpc.ts';

export const JSON_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
} as const;

/** The envelope of a client that knows the tasks extension. */
export const TASK_CLIENT_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'somebody-else', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
} as const;

/** The headers that repeat what the message says. */
export function modernHeaders(method: string, params: JsonObject): Record<string, string> {
  const name = params.name ?? params.taskId;
  return {
    ...JSON_HEADERS,
    'MCP-Protocol-Version': '2026-07-28',
    'Mcp-Method': method,
    ...(typeof name === 'string' ? { 'Mcp-Name': name } : {}),
  };
}

export interface PostedAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The answer's message; an empty object when the body is none. */
  readonly message: JsonObject;
}

export async function post(
  url: URL,
  body: unknown,
  headers: Readonly<Record<string, string>> = JSON_HEADERS,
  signal: AbortSignal | null = null,
): Promise<PostedAnswer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url, { method: 'POST', headers, body: text, signal });
  const answer = await response.text();
  const message = lastMessage(answer, response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, message: isObject(message) ? message : {} };
}

/** The answer itself: what an event stream says before it are notifications and questions. */
function lastMessage(text: string, type: string): unknown {
  if (type === 'application/json') return JSON.parse(text);
  if (!type.startsWith('text/event-stream')) return {};
  let last = '{}';
  const parser = createParser({
    onEvent({ data }) {
      if (data !== '') last = data;
    },
  });
  parser.feed(text);
  return JSON.parse(last);
}
