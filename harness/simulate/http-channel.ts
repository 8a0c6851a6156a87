import type { Prng } from '../model/prng.ts';
import type { RpcId } from '../wire/json-rpc.ts';
import { answerServerRequest } from '../wire/server-request.ts';
import type { Stray } from '../wire/stray.ts';
import type { Channel, HttpHeaders } from '../wire/wire.ts';
import { createHop } from './hop.ts';
import { type ExchangeInput, exchange, type SimulatedLink } from './http-exchange.ts';

// Time for a notification, whose answer nobody waits for, ms.
const NOTIFY_MS_MAX = 5_000;

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
}

/** One client of a server in this thread, as over HTTP: every request stands alone and may overtake another. */
export function createSimulatedChannel(options: SimulatedChannelOptions): Channel {
  const { link, conn, principal, draw, linkMs } = options;
  const running = new AbortController();
  const base = lowerCase({
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...options.headers,
  });
  const common = (text: string, headers: HttpHeaders | undefined) => ({
    conn,
    principal,
    text,
    headers: headers === undefined ? base : { ...base, ...lowerCase(headers) },
    hop: createHop(link.world, draw, linkMs),
    wayBack: () => createHop(link.world, draw, linkMs),
  });
  const tell = async (text: string, headers: HttpHeaders | undefined) => {
    const input: ExchangeInput = {
      ...common(text, headers),
      timeoutMs: NOTIFY_MS_MAX,
      signal: running.signal,
      expected: null,
    };
    // Nobody waits for it; whether it arrived shows in what the server does next.
    await exchange(link, input);
  };
  return {
    request: (message, { timeoutMs, signal, headers, onNotification }) =>
      exchange(link, {
        ...common(JSON.stringify(message), headers),
        timeoutMs,
        signal,
        expected: {
          id: message.id satisfies RpcId,
          onStray: (stray) => options.onStray?.(stray),
          onNotification: (notification) => onNotification?.(notification),
          onRequest: (asked) => void tell(JSON.stringify(answerServerRequest(asked)), headers),
        },
      }),
    notify: (message, extra) => tell(JSON.stringify(message), extra?.headers),
    async close() {
      running.abort(new Error('the connection was closed'));
    },
  };
}

function lowerCase(headers: HttpHeaders): HttpHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
