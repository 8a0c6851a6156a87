/** What all polls of a run come to, so that nobody has to keep the polls themselves. */
export interface PollFigures {
  readonly count: number;
  /** First to show their agent a terminal task. */
  readonly useful: number;
  /** Told their agent anything new. */
  readonly informative: number;
  /** Refused by the server because their agent asked too often. */
  readonly limited: number;
  /** Polls by whole second of the run, from the second of the first poll to the second of the last, both included. */
  readonly perSecond: readonly number[];
  /** The second of the first poll; 0: there was none. */
  readonly firstSecond: number;
  /** Polls for which the server had asked for an interval, and those of them that kept to it. */
  readonly asked: number;
  readonly kept: number;
  /** Bytes of requests and replies, of all polls and of those that told nothing new; null: no reply was recorded. */
  readonly bytes: { readonly all: number; readonly wasted: number } | null;
  /** The polls of each call; one that was never polled for has none. */
  readonly byCall: ReadonlyMap<number, PollTrack>;
}

/** The polls of one call. Indexes count the polls for its first task, without those that lost their session. */
export interface PollTrack {
  /** All of them, for whatever task. */
  readonly count: number;
  /** Polls for its first task that reached a session. */
  readonly sent: number;
  /** Indexes of those that were not answered well. */
  readonly unanswered: readonly number[];
  /** Index of the one that found the task at its end, and how long it was under way (ns; null: it has no end); null: none did. */
  readonly found: { readonly index: number; readonly tripNs: number | null } | null;
}
