import type { Prng } from '../model/prng.ts';
import type { Owner } from './world.ts';

/** What an ended boot leaves in this thread, where a process would have taken it along. */
export interface Remains {
  /** Closes its databases, rolling open transactions back. Returns 0: nothing is torn by that. */
  close(boot: Owner): number;
  /** Leaves half a record at the end of what a store was writing in this folder. Returns how many. */
  tear(directory: string, draw: Prng): number;
  /** Gives SIGTERM to the boot's own listeners; false: it has none. */
  interrupt(boot: Owner): boolean;
}
