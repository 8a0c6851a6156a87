import { Pool } from 'undici';
import { type BodyReadable, readText } from './http-body.ts';
import { readEvents } from './http-events.ts';
import { httpFailure } from './http-failure.ts';
import { isObject, parseJson, type RpcIncoming, type RpcRequest, readMessage } from './json-rpc.ts';
import { answerServerRequest } from './server-request.ts';
import { GARBAGE_CHARS_MAX, type Stray } from './stray.ts';
import {
  type Channel,
  GATEWAY_HEADER,
  type HttpHeaders,
  type RawReply,
  type RequestOptions,
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
}

interface Response {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: BodyReadable;
}

/** One client over Streamable HTTP: sockets of its own, kept alive, one request at a time on each, nothing ever retried. */
export function createHttpChannel(options: HttpChannelOptions): Channel {
  const url = new URL(options.url);
  // pipelining 1 is keep-alive without pipelining. Time limits are the caller's, so undici's own are off.
  const pool = new Pool(url.origin, { connections: SOCKETS_MAX, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  const path = `${url.pathname}${url.search}`;
  const stray = (found: Stray) => options.onStray?.(found);

  const post = async (text: string, headers: HttpHeaders, signal: AbortSignal): Promise<Response> => {
    const response = await pool.request({
      method: 'POST',
      path,
      body: text,
      signal,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...options.headers,
        ...headers,
      },
    });
    return { status: response.statusCode, headers: flatten(response.headers), body: response.body };
  };
  /** Posts what has no answer: a notification, or our answer to a request of the server. */
  const tell = async (text: string, headers: HttpHeaders) => {
    try {
      const response = await post(text, headers, AbortSignal.timeout(NOTIFY_MS_MAX));
      await readText(response.body);
    } catch {
      // Nobody waits for it; whether it arrived shows in what the server does next.
    }
  };

  const receive = async (message: RpcRequest, response: Response, request: RequestOptions): Promise<RawReply> => {
    const { status, headers, body } = response;
    if (GATEWAY_HEADER in headers) return { kind: 'gateway', http: status, text: (await readText(body)) ?? '' };
    if (headers[UPSTREAM_HEADER] === 'refused') return { kind: 'refused', message: (await readText(body)) ?? '' };
    const take = (incoming: RpcIncoming, raw: string) => {
      if (incoming.kind === 'notification') request.onNotification?.(incoming.notification);
      if (incoming.kind === 'request') {
        void tell(JSON.stringify(answerServerRequest(incoming.request)), request.headers ?? {});
      }
      if (incoming.kind === 'garbage') {
        stray({ kind: 'garbage', text: raw.slice(0, GARBAGE_CHARS_MAX), why: incoming.why });
      }
      if (incoming.kind !== 'reply') return null;
      const { reply, raw: whole } = incoming;
      // An error that the server could not tie to a request carries a null id; over HTTP the request is this one.
      const isOurs = reply.id === message.id || (reply.id === null && reply.error !== undefined);
      if (isOurs) return { kind: 'answered' as const, message: reply, whole, http: status, headers, raw };
      stray({ kind: 'unknown', rpcId: reply.id });
      return null;
    };
    if (status < 300 && headers['content-type']?.startsWith('text/event-stream')) return readEvents(body, { take });
    const text = await readText(body);
    if (text === null) return { kind: 'garbled', message: 'the reply is too long', http: status, text: '' };
    const reply = take(readMessage(parseJson(text)), text);
    if (reply !== null) return reply;
    if (status >= 300) return { kind: 'http', http: status, headers, text: text.slice(0, GARBAGE_CHARS_MAX) };
    const why = text === '' ? 'the body is empty' : 'the body is not the JSON-RPC reply to this request';
    return { kind: 'garbled', message: why, http: status, text: text.slice(0, GARBAGE_CHARS_MAX) };
  };

  return {
    async request(message, request) {
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(), request.timeoutMs);
      const stop = () => limit.abort();
      request.signal.addEventListener('abort', stop, { once: true });
      if (request.signal.aborted) stop();
      try {
        const response = await post(JSON.stringify(message), request.headers ?? {}, limit.signal);
        const reply = await receive(message, response, request);
        return reply.kind === 'answered' ? reply : (byLimit(limit.signal, request.signal) ?? reply);
      } catch (error) {
        return byLimit(limit.signal, request.signal) ?? httpFailure(error);
      } finally {
        clearTimeout(timer);
        request.signal.removeEventListener('abort', stop);
      }
    },
    async notify(message, extra) {
      await tell(JSON.stringify(message), extra?.headers ?? {});
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
