import { createSignalListeners } from '../model/signal-listeners.ts';
import { readWhole } from './http-body.ts';
import { createHttpPool } from './http-pool.ts';
import { postOver } from './http-post.ts';
import { type HttpHead, type ResponseReader, readResponse } from './http-reply.ts';
import { createRequestWriter } from './http-request.ts';
import { parseJson, type RpcAnswer, type RpcNotification } from './json-rpc.ts';
import type { MessageWitness } from './message-witness.ts';
import { answerServerRequest } from './server-request.ts';
import { GARBAGE_CHARS_MAX, type Stray } from './stray.ts';
import { type Channel, type HttpHeaders, type RawReply, type RequestOptions, UPSTREAM_HEADER } from './wire.ts';

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
  /** Hears of every message; absent: somebody between here and the server does. */
  readonly witness?: MessageWitness;
}

/** One client over Streamable HTTP: sockets of its own, kept alive, one request at a time on each, nothing ever retried. */
export function createHttpChannel(options: HttpChannelOptions): Channel {
  const { onStray, elicits = false, witness } = options;
  const url = new URL(options.url);
  // Time limits are the caller's.
  const pool = createHttpPool(url, SOCKETS_MAX);
  const write = createRequestWriter(url, {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...options.headers,
  });
  const { listen } = createSignalListeners();
  const running = new AbortController();
  const post = (text: string, how: Sending, readerFor: (head: HttpHead) => ResponseReader) =>
    postOver(pool, {
      ...{ timeoutMs: how.timeoutMs, signal: how.signal, request: write(text, how.headers), listen, readerFor },
    });
  /** Posts what has no answer: a notification, or our answer to a request of the server. */
  const tell = (message: RpcNotification | RpcAnswer, how: Sending) => {
    const text = JSON.stringify(message);
    witness?.sent(message, text);
    return post(text, how, (head) => readTaken(head, witness));
  };
  const untimed = (headers: HttpHeaders = {}): Sending => ({
    timeoutMs: NOTIFY_MS_MAX,
    signal: running.signal,
    headers,
  });
  return {
    request(message, how) {
      const { text = JSON.stringify(message), headers, taker } = how;
      witness?.sent(message, text);
      const expected = {
        id: message.id,
        onStray: (stray: Stray) => onStray?.(stray),
        onNotification: (notification: RpcNotification) => how.onNotification?.(notification),
        onRequest(asked: Parameters<typeof answerServerRequest>[0]) {
          if (taker !== undefined && taker.claim(asked) !== 'no') taker.take(asked, false);
          else void tell(answerServerRequest(asked, elicits), untimed(headers));
        },
      };
      return post(text, how, (head) => readResponse(head, expected, witness));
    },
    async notify(message, extra) {
      // Nobody waits for it; whether it arrived shows in what the server does next.
      await tell(message, untimed(extra?.headers));
    },
    async answer(message, how) {
      const reply = await tell(message, how);
      if (reply.kind === 'answered') throw new Error('expected no JSON-RPC reply to an answer');
      return reply.kind === 'http' && reply.http < 300 ? null : reply;
    },
    async close() {
      running.abort();
      pool.close();
    },
  };
}

type Sending = Pick<RequestOptions, 'timeoutMs' | 'signal' | 'headers'>;

/** The response to what has no answer: its status says whether it was taken. */
function readTaken({ status, headers }: HttpHead, witness: MessageWitness | undefined): ResponseReader {
  return readWhole((text): RawReply => {
    if (text !== '') witness?.arrived(parseJson(text), text, status);
    if (headers[UPSTREAM_HEADER] === 'refused') return { kind: 'refused', message: text };
    return { kind: 'http', http: status, headers, text: text.slice(0, GARBAGE_CHARS_MAX) };
  }, status);
}
