import type { Prng } from '../model/prng.ts';
import type { Owner, World } from './world.ts';

/** One direction of one link: messages take seeded time and arrive in the order in which they were sent. */
export class Hop {
  readonly #world: World;
  readonly #draw: Prng;
  readonly #fromMs: number;
  readonly #toMs: number;
  #lastMs = 0;

  constructor(world: World, draw: Prng, [fromMs, toMs]: readonly [number, number]) {
    this.#world = world;
    this.#draw = draw;
    this.#fromMs = fromMs;
    this.#toMs = toMs;
  }

  /** Calls `arrive` as the receiver when it is there. */
  carry(receiver: Owner, arrive: () => void): void {
    const now = this.#world.nowMs();
    this.#world.schedule(receiver, this.#arrivalMs(now) - now, arrive);
  }

  /** Something travels that nobody waits for: it takes its time like everything else, and that is all of it. */
  passUnseen(): void {
    this.#arrivalMs(this.#world.nowMs());
  }

  #arrivalMs(now: number): number {
    this.#lastMs = Math.max(this.#lastMs, now + this.#draw.integer(this.#fromMs, this.#toMs));
    return this.#lastMs;
  }
}
