import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { slices } from '../execution/spoilt-message.ts';
import type { Pace } from '../model/fault.ts';
import { createSseSplitter } from './sse-splitter.ts';

type Upstream = Pick<Dispatcher.ResponseData, 'headers'>;

// These describe one hop; the next one has its own.
const HOP_HEADERS: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);

// A body beyond this is cut: the harness must not be the one who runs out of memory.
export const BODY_BYTES_MAX = 16 * 1024 * 1024;

/** The body of a request as undici takes it: whole, or piece by piece with the length told ahead. */
export function outgoing(
  { body, pace, headers }: { readonly body: Buffer; readonly pace: Pace | null; readonly headers: string[] },
  sleep: (ms: number) => Promise<void>,
): Pick<Dispatcher.RequestOptions, 'headers' | 'body'> {
  if (pace === null || body.length === 0) return { headers, body: body.length > 0 ? body : null };
  return {
    headers: [...headers, 'content-length', String(body.length)],
    body: Readable.from(slices(body, pace, sleep)),
  };
}

/** A whole body, or the first `bytesMax` of one that is longer: no message any more, and the client finds that out. */
export async function readBody(body: AsyncIterable<Uint8Array>, bytesMax = BODY_BYTES_MAX): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    // Leaving the loop ends the stream.
    if (bytes > bytesMax) break;
  }
  return Buffer.concat(chunks).subarray(0, bytesMax);
}

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
