import type { Event } from './event.ts';
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

/** Takes what a fold hands on, to be judged when the run is over. */
export interface Gathering {
  keep(event: Event): void;
  /** Call once, after the last event. */
  end(folded: Folded): void;
}

/** Takes every event of a run as it comes. */
export interface Fold {
  take(event: Event): void;
  /** Call once, after the last event: hands on what is still held and sums up. */
  finish(): Folded;
}
