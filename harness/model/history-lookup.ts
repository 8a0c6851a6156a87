import { answerIdOf } from './answer-id.ts';
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

/** By connection, then by rpc id; 7 and "7" are two ids. */
export type ByRequest<Value> = Map<string, Map<number | string, Value>>;

/** Frames by request, replies included. */
export function groupFrames(frames: Iterable<Stamped<FrameBody>>): ByRequest<Stamped<FrameBody>[]> {
  const groups: ByRequest<Stamped<FrameBody>[]> = new Map();
  for (const frame of frames) {
    const id = groupIdOf(frame);
    if (id === null) continue;
    const own = idsOf(groups, frame.conn);
    const group = own.get(id);
    if (group) group.push(frame);
    else own.set(id, [frame]);
  }
  return groups;
}

/** The id under which a frame stands beside others of its connection; null: it belongs to no request of ours. */
export function groupIdOf({ rpcId, dir, type }: FrameBody): number | string | null {
  // A request of the server has an id of its own counting.
  if (rpcId == null || (dir === 'in' && type === 'request')) return null;
  return dir === 'out' && type === 'response' ? answerIdOf(rpcId) : rpcId;
}

/** The ids of one connection, made when it is first met. */
export function idsOf<Value>(requests: ByRequest<Value>, conn: string): Map<number | string, Value> {
  const known = requests.get(conn);
  if (known) return known;
  const fresh = new Map<number | string, Value>();
  requests.set(conn, fresh);
  return fresh;
}
