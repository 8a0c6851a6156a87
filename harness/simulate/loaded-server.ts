import type { ServerFace, SimulationContext } from './server-face.ts';
import type { VirtualWorld } from './virtual-world.ts';

/** A server's code, loaded once a thread, that can be started over and over. */
export interface LoadedServer {
  /** Called in the boot it makes. Its own memory is new every time; what it throws is the boot's failure. */
  create(context: SimulationContext, world: HostWorld): Promise<ServerFace>;
}

/** What code that is started needs of the world beside its boot's own platform. */
export type HostWorld = Pick<VirtualWorld, 'outside' | 'abort'>;
