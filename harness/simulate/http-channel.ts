import { headOf } from '../execution/message-text.ts';
import type { Prng } from '../model/prng.ts';
import type { Expected } from '../wire/http-reply.ts';
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
const IGNORE = () => {};

type Sending = Pick<RequestOptions, 'timeoutMs' | 'signal' | 'headers'>;

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
  const running = new AbortController();
  const base = lowerCase({
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...options.headers,
  });
  const side: ChannelSide = { conn, principal, headers: base, newHop: () => new Hop(link.world, draw, linkMs) };
  /** Sends a message; what became of it. `expected`: null where it has no reply. */
  const send = (message: object, text: string, how: Sending, expected: Expected | null) => {
    // What the wire adds is in lower case already.
    const { timeoutMs, signal, headers = NO_HEADERS } = how;
    return exchange(link, side, { text, head: headOf(message), headers, timeoutMs, signal, expected });
  };
  const tell = (message: object, how: Sending) => send(message, JSON.stringify(message), how, null);
  const onStray = (stray: Stray) => options.onStray?.(stray);
  return {
    request(message, how) {
      const { headers, taker } = how;
      const expected: Expected = {
        id: message.id,
        onStray,
        onNotification: how.onNotification ?? IGNORE,
        onRequest(asked) {
          if (taker !== undefined && taker.claim(asked) !== 'no') taker.take(asked, false);
          else {
            const how = { timeoutMs: NOTIFY_MS_MAX, signal: running.signal, ...(headers ? { headers } : {}) };
            void tell(answerServerRequest(asked, elicits), how);
          }
        },
      };
      return send(message, how.text ?? JSON.stringify(message), how, expected);
    },
    async notify(message, extra) {
      const { headers } = extra ?? {};
      // Nobody waits for it; whether it arrived shows in what the server does next.
      await tell(message, { timeoutMs: NOTIFY_MS_MAX, signal: running.signal, ...(headers ? { headers } : {}) });
    },
    async answer(message, how) {
      const reply = await tell(message, how);
      if (reply.kind === 'answered') throw new Error('expected no JSON-RPC reply to an answer');
      return reply.kind === 'http' && reply.http < 300 ? null : reply;
    },
    async close() {
      running.abort(new Error('the connection was closed'));
    },
  };
}

function lowerCase(headers: HttpHeaders): HttpHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
