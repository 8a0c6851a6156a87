import type { HttpHeaders } from '../wire/wire.ts';
import type { Departure } from './departure.ts';
import type { Hop } from './hop.ts';
import type { HttpExchangeRequest } from './server-face.ts';

/** What all exchanges of one client have in common. */
export interface ChannelSide {
  readonly conn: string;
  readonly principal: string;
  /** Sent with every request; lower-case names. */
  readonly headers: HttpHeaders;
  /** A way of its own for each exchange, there or back: over HTTP one may overtake another. */
  newHop(): Hop;
}

interface SentMessage {
  readonly text: string;
  readonly message: unknown;
  readonly headers: HttpHeaders;
}

/** One request as the server sees it. */
export class ArrivingRequest implements HttpExchangeRequest {
  readonly text: string;
  readonly message: unknown;
  readonly principal: string;
  readonly #side: ChannelSide;
  /** Beside those of every request; they win. */
  readonly #more: HttpHeaders;
  readonly #client: Departure;

  constructor(side: ChannelSide, sent: SentMessage, client: Departure) {
    this.text = sent.text;
    this.message = sent.message;
    this.principal = side.principal;
    this.#side = side;
    this.#more = sent.headers;
    this.#client = client;
  }

  get headers(): HttpHeaders {
    return { ...this.#side.headers, ...this.#more };
  }

  header(name: string): string | undefined {
    return this.#more[name] ?? this.#side.headers[name];
  }

  get signal(): AbortSignal {
    return this.#client.signal();
  }

  onGone(listener: () => void): void {
    this.#client.onGone(listener);
  }
}
