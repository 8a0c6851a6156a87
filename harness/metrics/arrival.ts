import type { CallView, HistoryIndex } from '../model/history-index.ts';
import { attempts, firstKnow } from './timeline.ts';

/** A call whose result its agent knew: when it was first sent and when the result arrived, ns from run start. */
export interface Arrived {
  readonly call: CallView;
  readonly sentT: number;
  readonly knownT: number;
}

/** By send; calls without a known result have no place in the order. */
export function arrivals(history: HistoryIndex): readonly Arrived[] {
  const arrived = history.calls.flatMap((call): Arrived[] => {
    const sent = attempts(call)[0];
    const known = firstKnow(call);
    return sent && known ? [{ call, sentT: sent.inv.t, knownT: known.t }] : [];
  });
  return arrived.sort((a, b) => a.sentT - b.sentT || a.call.planned.call - b.call.planned.call);
}

/** Pairs that were in flight together, so that they could have swapped, and how many of those did. O(n log n). */
export function countPairs(bySend: readonly Arrived[]): { readonly overlapping: number; readonly swapped: number } {
  const ends = bySend.map((one) => one.knownT).sort((a, b) => a - b);
  let overlapping = 0;
  let endedBefore = 0;
  for (const [index, { sentT }] of bySend.entries()) {
    while ((ends[endedBefore] ?? Number.POSITIVE_INFINITY) <= sentT) endedBefore += 1;
    overlapping += index - endedBefore;
  }
  return { overlapping, swapped: inversions(bySend.map((one) => one.knownT)) };
}

/** Calls whose result arrived before that of an earlier call, or after that of a later one. */
export function outOfOrder(bySend: readonly Arrived[]): readonly Arrived[] {
  const laterMin = new Array<number>(bySend.length).fill(Number.POSITIVE_INFINITY);
  for (let index = bySend.length - 2; index >= 0; index -= 1) {
    laterMin[index] = Math.min(laterMin[index + 1] ?? 0, bySend[index + 1]?.knownT ?? 0);
  }
  let earlierMax = Number.NEGATIVE_INFINITY;
  return bySend.filter(({ knownT }, index) => {
    const isOut = earlierMax > knownT || (laterMin[index] ?? knownT) < knownT;
    earlierMax = Math.max(earlierMax, knownT);
    return isOut;
  });
}

/** Pairs i < j with numbers[i] > numbers[j], by a bottom-up merge sort. */
function inversions(numbers: readonly number[]): number {
  let source = [...numbers];
  let count = 0;
  for (let width = 1; width < source.length; width *= 2) {
    const merged: number[] = [];
    for (let start = 0; start < source.length; start += 2 * width) {
      const left = source.slice(start, start + width);
      const right = source.slice(start + width, start + 2 * width);
      let taken = 0;
      for (const number of right) {
        while (taken < left.length && (left[taken] ?? 0) <= number) merged.push(left[taken++] ?? 0);
        count += left.length - taken;
        merged.push(number);
      }
      while (taken < left.length) merged.push(left[taken++] ?? 0);
    }
    source = merged;
  }
  return count;
}
