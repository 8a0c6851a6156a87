import type { ServerFace, SimulationContext } from './server-face.ts';

/** A server's code, loaded once a thread, that can be started over and over. */
export interface LoadedServer {
  /** Called in the boot it makes. Its own memory is new every time; what it throws is the boot's failure. */
  create(context: SimulationContext): Promise<ServerFace>;
}
