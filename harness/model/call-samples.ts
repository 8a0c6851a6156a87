/** One duration of every call that should have one, so that a distribution can be drawn and two runs be held against each other call by call. */
export interface CallSamples {
  /** The metric of which these are the samples: its statistics in the verdict are theirs. */
  readonly metric: string;
  /** ms by call; null: it never came (censored). */
  readonly byCall: ReadonlyMap<number, number | null>;
}

/** Those that came, ascending, and how many never did. */
export function ascendingSamples({ byCall }: CallSamples): { readonly ms: readonly number[]; readonly never: number } {
  const ms: number[] = [];
  let never = 0;
  for (const sample of byCall.values()) {
    if (sample === null) never += 1;
    else ms.push(sample);
  }
  return { ms: ms.sort((a, b) => a - b), never };
}
