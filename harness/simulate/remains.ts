import type { Prng } from '../model/prng.ts';
import type { Owner } from './world.ts';

/** A boot as a process of its own, and what it leaves in this thread, where a real process would have taken it along. */
export interface Remains {
  /** Sets variables of its environment, before its first code. */
  setEnvironment(boot: Owner, variables: Readonly<Record<string, string>>): void;
  /** Closes its databases, rolling open transactions back, and its files. */
  close(boot: Owner): void;
  /** Before that: leaves a part of each write to the end of a file that it had not heard of. Returns how many. */
  tearWrites(boot: Owner, draw: Prng): number;
  /** Leaves half a record at the end of what a store was writing in this folder. Returns how many. */
  tear(directory: string, draw: Prng): number;
  /** Gives SIGTERM to the boot's own listeners; false: it has none. */
  interrupt(boot: Owner): boolean;
  /** Its own listeners take an error that nobody caught, and it lives on. */
  survives(boot: Owner, error: unknown): boolean;
  /** The end of what it wrote to stdout and stderr. */
  outputOf(boot: Owner): string;
}
