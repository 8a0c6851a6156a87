import type { Event } from './event.ts';
import type { SpilledRun } from './event-spill.ts';
import type { Place } from './history-index.ts';
import type { PollFigures } from './poll-figures.ts';

/**
 * What a run that lets events go says of them (--record counts), beside those it keeps. Kept is whatever may ever be asked for;
 * let go are frames of requests that were delivered once and answered once, untouched by any fault, and reads that were
 * answered just like the read before and the read after them.
 */
export interface Folded {
  readonly polls: PollFigures;
  /** Reads let go, and those of them whose reply was validated; each was found good. */
  readonly reads: number;
  readonly validated: number;
  /** Requests whose two frames were let go. */
  readonly pairs: number;
  /** Events that did not follow on the one before. */
  readonly disorder: readonly { readonly before: Place; readonly event: Place }[];
}

/** What such a run leaves: the events it keeps, in a file, and its word on the others. */
export interface Kept {
  readonly runs: readonly SpilledRun[];
  readonly folded: Folded;
}

/** Takes what a run keeps, to be judged when it is over. */
export interface Gathering {
  /** An empty file, open in this process and so in all its threads: what is kept goes there while the run goes on. */
  readonly file: number;
  /** Call once, after the last event. */
  end(kept: Kept): void;
}

/** Takes every event of a run as it comes. */
export interface Fold<Result = Folded> {
  take(event: Event): void;
  /** Call once, after the last event: hands on what is still held and sums up. */
  finish(): Result;
}
