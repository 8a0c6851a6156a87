import type { Prng } from '../model/prng.ts';

/**
 * Whose code runs: the harness, or one boot of the server under test. Between two virtual events only one owner's code runs:
 * everything that passes from one to another is an event of its own. So who runs now is one variable, and no async context
 * has to be carried along.
 */
export interface Owner {
  /** 'harness', 'boot 3' */
  readonly name: string;
  /** false: killed or ended; whatever it still had coming is dropped. */
  isAlive(): boolean;
  /** Stopped (SIGSTOP): takes what falls due and does it when it goes on. undefined: it runs. */
  readonly postpone?: ((act: () => void) => void) | undefined;
  /** Its own stream of randomness: Math.random, node:crypto and what the simulator draws for it. */
  readonly draw: Prng;
  /** An error that nobody caught, thrown or rejected: what ends a process. */
  failed(error: unknown): void;
  /** It ended itself (process.exit), with this code. Without it, what runs here is no process of its own. */
  exited?(code: number): void;
}

/** One run's virtual time. */
export interface World {
  /** Whole ms since the start of the run, monotonic. */
  nowMs(): number;
  /** ms since the epoch as the harness counts it: clock jumps do not move it. */
  wallMs(): number;
  /** ms since the epoch as servers see it: Date.now() of a boot. */
  serverWallMs(): number;
  /** Who runs now. Outside of every event: the harness. */
  current(): Owner;
  readonly harness: Owner;
  /** Runs `act` as `owner` after `delayMs` (whole ms; 0: at this instant, after what is already due); dropped when it is dead then. */
  schedule(owner: Owner, delayMs: number, act: () => void): Scheduled;
  /** Runs `act` at once as `owner`; what it throws is the owner's failure. For callbacks that come from outside every event. */
  enter(owner: Owner, act: () => void): void;
  /**
   * Waits for something real (a module that is loaded, a computation in the thread pool). Virtual time stands still until it
   * is there; then it reaches the current owner, in the order in which it was begun.
   */
  outside<Value>(real: Promise<Value>): Promise<Value>;
  /** Calls back, as whoever aborts it, when a signal of the harness is aborted; returns what forgets that. */
  watch(signal: AbortSignal, onAbort: () => void): () => void;
  /** Moves the wall clock that servers see by this much, back or forth; timers stay where they are. */
  jumpWall(byMs: number): void;
  /** Ends the run with this error: our own fault, or something that cannot be simulated. */
  abort(error: unknown): void;
}

/** Something that is to happen. */
export interface Scheduled {
  /** It will not happen; nothing is done where it has. */
  cancel(): void;
}

/** Something the server under test does that virtual time cannot follow. Ends the run with a clear usage error. */
export class NotSimulable extends Error {
  override readonly name = 'NotSimulable';
}
