import type { Dispatcher } from 'undici';
import { createSseSplitter } from './sse-splitter.ts';

type Upstream = Pick<Dispatcher.ResponseData, 'headers'>;

// These describe one hop; the next one has its own.
const HOP_HEADERS: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);

export function isEventStream(reply: Upstream): boolean {
  return String(reply.headers['content-type'] ?? '').startsWith('text/event-stream');
}

/** The JSON-RPC messages of a whole body: one for JSON, one an event for SSE, none for an empty one. */
export function bodyMessages(reply: Upstream, body: string): string[] {
  if (!isEventStream(reply)) return body === '' ? [] : [body];
  return createSseSplitter()
    .push(Buffer.from(body))
    .flatMap((event) => (event.data === null ? [] : [event.data]));
}

/** The server's response headers as the client gets them. */
export function relayHeaders(reply: Upstream): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(reply.headers)) {
    if (HOP_HEADERS.has(name) || value === undefined) continue;
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
