import { NotSimulable, type World } from '../world.ts';

/**
 * Ends the run, because the server did what virtual time cannot follow, and throws where it did so: a server that catches
 * the error goes on in a run that is over.
 */
export function refuse(world: World, call: string, why: string): never {
  const error = new NotSimulable(
    `${call}: ${why} cannot be simulated; run this server in real time: claimcheck run --server "COMMAND"`,
  );
  world.abort(error);
  throw error;
}
