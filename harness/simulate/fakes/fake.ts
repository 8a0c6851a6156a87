import type { Clock as FakeClock } from '@sinonjs/fake-timers';
import type { Meta } from '../../model/registry.ts';
import type { RealTime } from '../virtual-world.ts';
import type { World } from '../world.ts';

/** What a fake stands on. */
export interface FakeContext {
  /** The run that is going on in this thread; null: none is, and the original answers. */
  world(): World | null;
  readonly clock: FakeClock;
  readonly real: RealTime;
}

/**
 * One thing of the platform that a server may use and that would break determinism or outlive a kill: replaced in this
 * thread by a seeded, virtual one that belongs to the boot that uses it. Installed once a thread, before any server code
 * is loaded.
 */
export interface Fake {
  readonly meta: Meta;
  /** Replaces it in place (globals and the exports of node: modules) and returns what puts the originals back. */
  install(context: FakeContext): () => void;
}
