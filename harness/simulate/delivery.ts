import type { HttpHeaders } from '../wire/wire.ts';
import type { Hop } from './hop.ts';
import type { HttpExchangeOut, HttpExchangeRequest } from './server-face.ts';
import type { LivingServer } from './site.ts';
import type { World } from './world.ts';

/** One request on its way to one boot, and how it and what comes back travel. */
export interface Delivery {
  readonly request: HttpExchangeRequest;
  readonly hop: Hop;
  readonly back: Hop;
}

export interface ResponseHead {
  readonly status: number;
  readonly headers: HttpHeaders;
}

/** What comes back, in the harness's hands. */
export interface DeliveryOutcome {
  /** `value`: what the text says, where that is known already. */
  message(text: string, head: ResponseHead, value: unknown): void;
  /** The response is over; `text`: a body that is no message. */
  end(text: string | undefined, head: ResponseHead): void;
  /** The boot ended before its response. */
  broken(): void;
  /** It waits for the end of a response also after a message. */
  readonly heedsEnd: boolean;
}

/** Delivers a request to a boot; what it answers takes its time and reaches the harness. */
export function deliver(
  world: World,
  { request, hop, back }: Delivery,
  living: LivingServer,
  on: DeliveryOutcome,
): void {
  const { boot, face } = living;
  const { http } = face;
  if (http === undefined) throw new Error('expected a server that can be spoken to over HTTP');
  const answer = new Answer(world, back, on);
  answer.forget = boot.onEnd(() => answer.broken());
  hop.carry(boot, () => http.exchange(request, answer));
}

/** What the server says to one request, on its way back. */
class Answer implements HttpExchangeOut {
  readonly #world: World;
  readonly #back: Hop;
  /** null: over. A server may hold on to its answer for long after; all that waited for it goes at once. */
  #on: DeliveryOutcome | null;
  #head: ResponseHead = { status: 200, headers: {} };
  #hasSpoken = false;
  forget: () => void = () => {};

  constructor(world: World, back: Hop, on: DeliveryOutcome) {
    this.#world = world;
    this.#back = back;
    this.#on = on;
  }

  head(status: number, headers: HttpHeaders): void {
    this.#head = { status, headers };
  }

  message(text: string, value?: unknown): void {
    const on = this.#on;
    const head = this.#head;
    this.#hasSpoken = true;
    if (on !== null) this.#back.carry(this.#world.harness, () => on.message(text, head, value));
  }

  end(body?: string): void {
    const on = this.#over();
    const head = this.#head;
    if (on === null) return;
    if (body === undefined && this.#hasSpoken && !on.heedsEnd) this.#back.passUnseen();
    else this.#back.carry(this.#world.harness, () => on.end(body, head));
  }

  broken(): void {
    const on = this.#over();
    if (on !== null) this.#back.carry(this.#world.harness, () => on.broken());
  }

  #over(): DeliveryOutcome | null {
    const on = this.#on;
    this.#on = null;
    this.forget();
    return on;
  }
}
