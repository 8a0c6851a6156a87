import type { Place } from './history-index.ts';

/** Finds events that do not follow on the one before: a gap in seq, or time that went back. */
export interface OrderWatch {
  see(event: Place): void;
  readonly disorder: readonly { readonly before: Place; readonly event: Place }[];
  /** The latest event seen. */
  last(): Place;
}

export function createOrderWatch(): OrderWatch {
  const disorder: { before: Place; event: Place }[] = [];
  let lastSeq = -1;
  let lastT = 0;
  return {
    see({ seq, t }) {
      if (seq !== lastSeq + 1 || t < lastT) {
        disorder.push({ before: { seq: lastSeq, t: lastT }, event: { seq, t } });
      }
      lastSeq = seq;
      lastT = t;
    },
    disorder,
    last: () => ({ seq: lastSeq, t: lastT }),
  };
}
