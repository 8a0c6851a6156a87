import { Pool } from 'undici';
import { readText } from './http-body.ts';
import { httpFailure } from './http-failure.ts';
import { type HttpResponse, readHttpReply } from './http-reply.ts';
import { isObject } from './json-rpc.ts';
import { answerServerRequest } from './server-request.ts';
import type { Stray } from './stray.ts';
import type { Channel, HttpHeaders, RawReply } from './wire.ts';

/** Sockets of one agent: its polls, a blocking fetch and what faults leave hanging. */
const SOCKETS_MAX = 32;
/** Time for a notification, whose answer nobody waits for, ms. */
const NOTIFY_MS_MAX = 5_000;

export interface HttpChannelOptions {
  readonly url: string;
  /** Sent with every request. */
  readonly headers: HttpHeaders;
  readonly onStray?: (stray: Stray) => void;
}

/** One client over Streamable HTTP: sockets of its own, kept alive, one request at a time on each, nothing ever retried. */
export function createHttpChannel(options: HttpChannelOptions): Channel {
  const poster = createPoster(options);
  return {
    async request(message, request) {
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(), request.timeoutMs);
      const stop = () => limit.abort();
      request.signal.addEventListener('abort', stop, { once: true });
      if (request.signal.aborted) stop();
      try {
        const response = await poster.post(JSON.stringify(message), request.headers ?? {}, limit.signal);
        const reply = await readHttpReply(response, {
          id: message.id,
          onStray: (stray) => options.onStray?.(stray),
          onNotification: (notification) => request.onNotification?.(notification),
          onRequest: (asked) => void poster.tell(JSON.stringify(answerServerRequest(asked)), request.headers ?? {}),
        });
        return reply.kind === 'answered' ? reply : (byLimit(limit.signal, request.signal) ?? reply);
      } catch (error) {
        return byLimit(limit.signal, request.signal) ?? httpFailure(error);
      } finally {
        clearTimeout(timer);
        request.signal.removeEventListener('abort', stop);
      }
    },
    notify: (message, extra) => poster.tell(JSON.stringify(message), extra?.headers ?? {}),
    close: () => poster.close(),
  };
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

function byLimit(limit: AbortSignal, caller: AbortSignal): RawReply | null {
  return limit.aborted ? { kind: 'timeout', aborted: caller.aborted } : null;
}

function flatten(headers: unknown): HttpHeaders {
  if (!isObject(headers)) return {};
  const flat = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return Object.fromEntries(flat);
}
