import { headOf, type MessageHead, sentIdOf } from '../execution/message-text.ts';
import type { Prng } from '../model/prng.ts';
import type { Expected } from '../wire/http-reply.ts';
import type { RpcId, RpcNotification, RpcRequest } from '../wire/json-rpc.ts';
import { answerServerRequest } from '../wire/server-request.ts';
import type { Stray } from '../wire/stray.ts';
import type { Channel, HttpHeaders, RequestOptions } from '../wire/wire.ts';
import type { ChannelSide } from './channel-side.ts';
import { Hop } from './hop.ts';
import { exchange } from './http-exchange.ts';
import type { SimulatedLink } from './link.ts';

// Time for a notification, whose answer nobody waits for, ms.
const NOTIFY_MS_MAX = 5_000;

const NO_HEADERS: HttpHeaders = {};

type Sending = Pick<RequestOptions, 'timeoutMs' | 'signal' | 'headers' | 'text' | 'bytes' | 'tag'>;

export interface SimulatedChannelOptions {
  readonly link: SimulatedLink;
  readonly conn: string;
  /** Sent with every request. */
  readonly headers: HttpHeaders;
  readonly principal: string;
  readonly draw: Prng;
  /** One way, ms. */
  readonly linkMs: readonly [number, number];
  readonly onStray?: (stray: Stray) => void;
  /** The client has said that it answers questions. */
  readonly elicits: boolean;
}

/** One client of a server in this thread, as over HTTP: every request stands alone and may overtake another. */
export function createSimulatedChannel(options: SimulatedChannelOptions): Channel {
  const { link, conn, principal, draw, linkMs, elicits } = options;
  // Most channels never send what would have to be ended with them.
  let running: AbortController | null = null;
  let closedFor: Error | null = null;
  const runningSignal = () => {
    running ??= new AbortController();
    if (closedFor !== null) running.abort(closedFor);
    return running.signal;
  };
  const base = lowerCase({
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...options.headers,
  });
  const side: ChannelSide = { conn, principal, headers: base, newHop: () => new Hop(link.world, draw, linkMs) };
  /** Sends a message; what became of it. `expected`: null where it has no reply. */
  const send = (message: object, how: Sending, expected: Expected | null) => {
    // What the wire adds is in lower case already.
    const { text = JSON.stringify(message), headers = NO_HEADERS, timeoutMs, signal } = how;
    const head = headOf(message);
    const { tag = tagOf(head) } = how;
    const { bytes = Buffer.byteLength(text) } = how;
    return exchange(link, side, { message, text, bytes, head, tag, headers, timeoutMs, signal, expected });
  };
  const tagOf = (head: MessageHead) => {
    const sentId = sentIdOf(head);
    return sentId === null ? undefined : link.tagOf(conn, sentId);
  };
  const tell = (message: object, how: Sending) => send(message, how, null);
  const line: AnswerLine = {
    onStray: (stray) => options.onStray?.(stray),
    refuse(asked, headers) {
      const how = { timeoutMs: NOTIFY_MS_MAX, signal: runningSignal(), ...(headers ? { headers } : {}) };
      void tell(answerServerRequest(asked, elicits), how);
    },
  };
  return {
    carriesTags: true,
    request: (message, how) => send(message, how, new ExpectedReply(message.id, how, line)),
    async notify(message, extra) {
      const { headers } = extra ?? {};
      // Nobody waits for it; whether it arrived shows in what the server does next.
      await tell(message, { timeoutMs: NOTIFY_MS_MAX, signal: runningSignal(), ...(headers ? { headers } : {}) });
    },
    async answer(message, how) {
      const reply = await tell(message, how);
      if (reply.kind === 'answered') throw new Error('expected no JSON-RPC reply to an answer');
      return reply.kind === 'http' && reply.http < 300 ? null : reply;
    },
    async close() {
      closedFor = new Error('the connection was closed');
      running?.abort(closedFor);
    },
  };
}

interface AnswerLine {
  onStray(stray: Stray): void;
  /** Nobody takes a request of the server: it is answered as not offered. */
  refuse(asked: RpcRequest, headers: HttpHeaders | undefined): void;
}

/** The reply that one request waits for, and who hears of what comes with it. */
class ExpectedReply implements Expected {
  readonly id: RpcId;
  readonly #how: RequestOptions;
  readonly #line: AnswerLine;

  constructor(id: RpcId, how: RequestOptions, line: AnswerLine) {
    this.id = id;
    this.#how = how;
    this.#line = line;
  }

  onStray(stray: Stray): void {
    this.#line.onStray(stray);
  }

  onNotification(notification: RpcNotification): void {
    this.#how.onNotification?.(notification);
  }

  onRequest(asked: RpcRequest): void {
    const { taker, headers } = this.#how;
    if (taker !== undefined && taker.claim(asked) !== 'no') taker.take(asked, false);
    else this.#line.refuse(asked, headers);
  }
}

function lowerCase(headers: HttpHeaders): HttpHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
