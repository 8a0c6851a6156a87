import { syncBuiltinESMExports } from 'node:module';
import { createClock } from '@sinonjs/fake-timers';
import type { Fake } from './fakes/fake.ts';
import { FAKES } from './fakes/index.ts';
import { forgetRun } from './fakes/kept-for-run.ts';
import { createVirtualWorld, type RealTime, type VirtualWorld } from './virtual-world.ts';

/** A thread whose platform is virtual: globals and node: modules that know about time, chance and the outside are replaced. */
export interface Realm {
  /** A fresh world; it is the thread's until the next one is made. One at a time. */
  createWorld(options: { readonly seed: number; readonly epochMs: number }): VirtualWorld;
  /** Puts the originals back. */
  leave(): void;
}

/** Makes this thread's platform virtual. Server code must be loaded after it: what keeps an original keeps real time. */
export function enterRealm(fakes: readonly Fake[] = FAKES): Realm {
  const real: RealTime = { setImmediate, setTimeout, now: performance.now.bind(performance) };
  const clock = createClock(0);
  let world: VirtualWorld | null = null;
  const undo = fakes.map((fake) => fake.install({ world: () => world, clock, real }));
  // Named imports of node: modules are live: from here on they mean the fakes.
  syncBuiltinESMExports();
  return {
    createWorld(options) {
      forgetRun();
      world = createVirtualWorld({ ...options, clock, real });
      return world;
    },
    leave() {
      world = null;
      for (const one of undo.reverse()) one();
      syncBuiltinESMExports();
    },
  };
}
