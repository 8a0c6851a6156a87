import type { FaultBody, FrameBody, Stamped } from './event.ts';
import type { BootView, Strike } from './history-index.ts';

/** Boots that a fault entry ended, each with the moment it struck. */
export function strikesOf(boots: readonly BootView[], faults: readonly Stamped<FaultBody>[]): Strike[] {
  const strikes: Strike[] = [];
  for (const { boot, exit } of boots) {
    if (exit?.by === undefined || !exit.by.includes('#')) continue;
    const { by } = exit;
    const start = faults.findLast((event) => event.entry === by && event.phase === 'start' && event.seq < exit.seq);
    const { seq, t } = start ?? exit;
    strikes.push({ entry: by, fault: by.replace(/#.*$/, ''), boot, seq, t, exit });
  }
  return strikes;
}

/** The latest boot spawned at or before `seq`; 0: none yet. Binary search. */
export function bootAt(starts: readonly { readonly seq: number; readonly boot: number }[], seq: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle]?.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return starts[low - 1]?.boot ?? 0;
}

/** Frames by request, replies included. */
export function groupFrames(frames: readonly Stamped<FrameBody>[]): Map<string, Stamped<FrameBody>[]> {
  const groups = new Map<string, Stamped<FrameBody>[]>();
  for (const frame of frames) {
    // A request of the server has an id of its own counting.
    if (frame.rpcId == null || (frame.dir === 'in' && frame.type === 'request')) continue;
    const key = requestKey(frame.conn, frame.rpcId);
    const group = groups.get(key);
    if (group) group.push(frame);
    else groups.set(key, [frame]);
  }
  return groups;
}

/** 7 and "7" are two ids. */
export function requestKey(conn: string, rpcId: number | string): string {
  return `${conn}\0${typeof rpcId === 'number' ? 'n' : 's'}${rpcId}`;
}
