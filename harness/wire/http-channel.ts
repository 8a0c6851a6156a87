import { Pool } from 'undici';
import { readText } from './http-body.ts';
import { httpFailure } from './http-failure.ts';
import { type HttpResponse, readHttpReply } from './http-reply.ts';
import { isObject } from './json-rpc.ts';
import { answerServerRequest } from './server-request.ts';
import { GARBAGE_CHARS_MAX, type Stray } from './stray.ts';
import {
  type Channel,
  type HttpHeaders,
  type RawReply,
  type RequestOptions,
  type Unanswered,
  UPSTREAM_HEADER,
} from './wire.ts';

/** Sockets of one agent: its polls, a blocking fetch and what faults leave hanging. */
const SOCKETS_MAX = 32;
/** Time for a notification, whose answer nobody waits for, ms. */
const NOTIFY_MS_MAX = 5_000;

export interface HttpChannelOptions {
  readonly url: string;
  /** Sent with every request. */
  readonly headers: HttpHeaders;
  readonly onStray?: (stray: Stray) => void;
  /** The client has said that it answers questions. */
  readonly elicits?: boolean;
}

/** One client over Streamable HTTP: sockets of its own, kept alive, one request at a time on each, nothing ever retried. */
export function createHttpChannel(options: HttpChannelOptions): Channel {
  const poster = createPoster(options);
  const { onStray, elicits = false } = options;
  return {
    request: (message, request) =>
      withinLimit(request, async (signal) => {
        const { headers = {}, taker } = request;
        const response = await poster.post(request.text ?? JSON.stringify(message), headers, signal);
        return readHttpReply(response, {
          id: message.id,
          onStray: (stray) => onStray?.(stray),
          onNotification: (notification) => request.onNotification?.(notification),
          onRequest(asked) {
            if (taker !== undefined && taker.claim(asked) !== 'no') taker.take(asked, false);
            else void poster.tell(JSON.stringify(answerServerRequest(asked, elicits)), headers);
          },
        });
      }),
    notify: (message, extra) => poster.tell(JSON.stringify(message), extra?.headers ?? {}),
    answer: (message, request) =>
      withinLimit(request, async (signal): Promise<Unanswered | null> => {
        const { status, headers, body } = await poster.post(JSON.stringify(message), request.headers ?? {}, signal);
        const text = (await readText(body)) ?? '';
        if (status < 300) return null;
        if (headers[UPSTREAM_HEADER] === 'refused') return { kind: 'refused', message: text };
        return { kind: 'http', http: status, headers, text: text.slice(0, GARBAGE_CHARS_MAX) };
      }),
    close: () => poster.close(),
  };
}

/** Posts under the caller's time limit and signal; what ends the wait or breaks the connection is told, never thrown. */
async function withinLimit<Reply extends RawReply | null>(
  { timeoutMs, signal }: RequestOptions,
  post: (signal: AbortSignal) => Promise<Reply>,
): Promise<Reply | Unanswered> {
  const limit = new AbortController();
  const stop = () => limit.abort();
  const timer = setTimeout(stop, timeoutMs);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const reply = await post(limit.signal);
    return reply === null || reply.kind === 'answered' ? reply : (byLimit(limit.signal, signal) ?? reply);
  } catch (error) {
    return byLimit(limit.signal, signal) ?? httpFailure(error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

interface Poster {
  post(text: string, headers: HttpHeaders, signal: AbortSignal): Promise<HttpResponse>;
  /** Posts what has no answer: a notification, or our answer to a request of the server. Never throws. */
  tell(text: string, headers: HttpHeaders): Promise<void>;
  close(): Promise<void>;
}

function createPoster(options: HttpChannelOptions): Poster {
  const url = new URL(options.url);
  const path = `${url.pathname}${url.search}`;
  // pipelining 1 is keep-alive without pipelining. Time limits are the caller's, so undici's own are off.
  const pool = new Pool(url.origin, { connections: SOCKETS_MAX, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  const base = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...options.headers,
  };
  const post = async (text: string, headers: HttpHeaders, signal: AbortSignal): Promise<HttpResponse> => {
    const response = await pool.request({ method: 'POST', path, body: text, signal, headers: { ...base, ...headers } });
    return { status: response.statusCode, headers: flatten(response.headers), body: response.body };
  };
  return {
    post,
    async tell(text, headers) {
      try {
        const response = await post(text, headers, AbortSignal.timeout(NOTIFY_MS_MAX));
        await readText(response.body);
      } catch {
        // Nobody waits for it; whether it arrived shows in what the server does next.
      }
    },
    close: () => pool.destroy(),
  };
}

function byLimit(limit: AbortSignal, caller: AbortSignal): Unanswered | null {
  return limit.aborted ? { kind: 'timeout', aborted: caller.aborted } : null;
}

function flatten(headers: unknown): HttpHeaders {
  if (!isObject(headers)) return {};
  const flat = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return Object.fromEntries(flat);
}
