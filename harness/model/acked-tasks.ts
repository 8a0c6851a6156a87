import { derivedOnce } from './derivation.ts';
import type { TaskView } from './history-index.ts';

/** A task with a receipt, and the seq of its first. */
export interface AckedTask {
  readonly task: TaskView;
  readonly ackSeq: number;
}

/** Tasks that anybody holds a receipt for, in the order of the first. */
export const ackedTasks = derivedOnce(({ tasks }): readonly AckedTask[] => {
  const acked: AckedTask[] = [];
  for (const task of tasks.values()) {
    const [ack] = task.acks;
    if (ack) acked.push({ task, ackSeq: ack.end.seq });
  }
  return acked.sort((a, b) => a.ackSeq - b.ackSeq);
});

/** The first index whose number is above `limit`, in a list that ascends; its length: there is none. Binary search. */
export function firstAbove<Item>(ascending: readonly Item[], limit: number, numberOf: (item: Item) => number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = ascending[middle];
    if (item !== undefined && numberOf(item) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
