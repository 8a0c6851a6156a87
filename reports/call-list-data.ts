/** Calls as the browser lists them, each a row of numbers: thousands of them must not make a page of megabytes. */
export interface CallListData {
  readonly untilMs: number;
  readonly tools: readonly string[];
  readonly fates: readonly { readonly name: string; readonly tone: string }[];
  /** Worst first. Times are whole ms of the run, -1: never. */
  readonly rows: readonly CallListRow[];
  /** When the server was away, ms. */
  readonly away: readonly (readonly [fromMs: number, toMs: number])[];
}

export type CallListRow = readonly [
  call: number,
  agent: number,
  toolIndex: number,
  fateIndex: number,
  sentMs: number,
  ackMs: number,
  beginMs: number,
  commitMs: number,
  seenMs: number,
  waitedUntilMs: number,
  pollCount: number,
];
