/** The answer to one POST: plain JSON, or an event stream as soon as something has to be said before the answer. */
import type { ServerResponse } from 'node:http';
import type { JsonRpcMessage, JsonRpcResponse } from '../dialects/dialect.ts';
import { isObject } from '../dialects/json-rpc.ts';
import { encode } from './message.ts';

export interface HttpAnswer {
  /** What goes out before the answer. */
  say(message: JsonRpcMessage): void;
  /** undefined: nobody waits for an answer; the stream just ends. */
  finish(response: JsonRpcResponse | undefined, headers?: Readonly<Record<string, string>>): void;
}

const SILENCE_MS_MAX = 15_000; // proxies close streams that say nothing, the impatient ones after 30 s
const UNREAD_BYTES_MAX = 4 * 1024 * 1024; // a reader this far behind has stopped reading

export function createHttpAnswer(response: ServerResponse): HttpAnswer {
  let keepAlive: NodeJS.Timeout | undefined;
  const send = (text: string): void => {
    if (response.writableEnded || response.destroyed) return;
    response.write(text);
    if (response.writableLength > UNREAD_BYTES_MAX) response.destroy();
  };
  const openStream = (): void => {
    response.writeHead(200, STREAM_HEADERS);
    keepAlive = setInterval(() => send(': still here\n\n'), SILENCE_MS_MAX);
    response.once('close', () => clearInterval(keepAlive));
  };
  return {
    say(message) {
      if (response.writableEnded || response.destroyed) return;
      if (!response.headersSent) openStream();
      send(event(encode(message)));
    },
    finish(answer, headers = {}) {
      clearInterval(keepAlive);
      if (response.writableEnded || response.destroyed) return;
      if (response.headersSent) {
        response.end(answer === undefined ? undefined : event(encode(answer)));
      } else if (answer === undefined) {
        response.writeHead(200, STREAM_HEADERS).end();
      } else {
        const status = 'error' in answer ? (answer.httpStatus ?? 200) : 200;
        sendJson(response, status, encode(answer), { ...headers, ...retryAfter(answer) });
      }
    },
  };
}

/** What the error says to programs in ms, for those who read headers alone: in whole seconds, never too early. */
function retryAfter(answer: JsonRpcResponse): Readonly<Record<string, string>> {
  const data = 'error' in answer ? answer.error.data : undefined;
  const ms = isObject(data) ? data.retryAfterMs : undefined;
  return typeof ms === 'number' ? { 'retry-after': String(Math.ceil(ms / 1_000)) } : {};
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.write(body);
  // Head and body go out in one piece now: with the end still to come there would be two, which the system takes longer for.
  response.socket?.uncork();
  response.end();
}

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

function event(data: string): string {
  return `event: message\ndata: ${data}\n\n`;
}
