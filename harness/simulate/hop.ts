import type { Prng } from '../model/prng.ts';
import type { Owner, World } from './world.ts';

/** One direction of one link: messages take seeded time and arrive in the order in which they were sent. */
export type Hop = (receiver: Owner, arrive: () => void) => void;

export function createHop(world: World, draw: Prng, [fromMs, toMs]: readonly [number, number]): Hop {
  let lastMs = 0;
  return (receiver, arrive) => {
    const now = world.nowMs();
    lastMs = Math.max(lastMs, now + draw.integer(fromMs, toMs));
    world.schedule(receiver, lastMs - now, arrive);
  };
}
