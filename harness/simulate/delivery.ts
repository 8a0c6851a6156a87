import type { HttpHeaders } from '../wire/wire.ts';
import type { Hop } from './hop.ts';
import type { HttpExchangeRequest } from './server-face.ts';
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
  message(text: string, head: ResponseHead): void;
  /** The response is over; `text`: a body that is no message. */
  end(text: string | undefined, head: ResponseHead): void;
  /** The boot ended before its response. */
  broken(): void;
}

/** Delivers a request to a boot; what it answers takes its time and reaches the harness. */
export function deliver(
  world: World,
  { request, hop, back }: Delivery,
  { boot, face }: LivingServer,
  on: DeliveryOutcome,
): void {
  let head: ResponseHead = { status: 200, headers: {} };
  const forget = boot.onEnd(() => back.carry(world.harness, () => on.broken()));
  hop.carry(boot, () => {
    if (face.http === undefined) throw new Error('expected a server that can be spoken to over HTTP');
    face.http.exchange(request, {
      head(status, headers) {
        head = { status, headers };
      },
      message(text) {
        const sent = head;
        back.carry(world.harness, () => on.message(text, sent));
      },
      end(body) {
        const sent = head;
        forget();
        back.carry(world.harness, () => on.end(body, sent));
      },
    });
  });
}
