import type { Recorder } from '../execution/recorder.ts';
import type { Clock } from '../model/clock.ts';
import type { ServerControl } from '../model/fault.ts';
import type { PlannedWorld } from '../model/plan.ts';
import type { Prng } from '../model/prng.ts';
import type { Boot } from './boot.ts';
import type { ServerFace } from './server-face.ts';
import type { LivingServer, Site } from './site.ts';
import type { Storage } from './storage.ts';
import type { World } from './world.ts';

/** Owns the server under test over all its boots in virtual time: starts, kills, stops it, brings it back when it dies by itself. */
export interface ServerHost extends ServerControl, Site {
  isUp(): boolean;
  shutDown(withinMs: number): Promise<void>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface ServerHostOptions {
  readonly world: World;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly recorder: Pick<Recorder, 'record'>;
  readonly draw: Prng;
  readonly machine: PlannedWorld;
  readonly readyMs: number;
  readonly storage: Storage;
  /** Makes the server of a boot; runs in that boot. */
  readonly create: (boot: Boot) => Promise<ServerFace>;
  /** Closes what a boot leaves behind, before anybody hears of its end. `tears`: leaves half a record; returns how many. */
  readonly cleanUp: (boot: Boot, tears: boolean) => number;
  readonly survives: (boot: Boot, error: unknown) => boolean;
  /** Everything the server told before the blow stands in the history before the blow. */
  readonly drain: () => void;
  /** Greets a fresh boot until it answers or the time has passed; throws when it never does. */
  readonly greet: (living: LivingServer) => Promise<void>;
  /** Signals asked of a boot that its own listeners take; false: it has none. */
  readonly interrupt: (boot: Boot) => boolean;
  readonly closeConnections: NonNullable<ServerControl['closeConnections']>;
  readonly onGivenUp: (why: string) => void;
}
