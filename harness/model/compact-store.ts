import type { Event } from './event.ts';
import type { EventStore } from './event-store.ts';
import { createFrameTable } from './frame-table.ts';

/** Keeps a history of any length: frames as columns and without their texts, the other events as they are. */
export function createCompactStore(): EventStore {
  const kept: Event[] = [];
  const frames = createFrameTable();
  let length = 0;
  const bySeq = (seq: number): Event | undefined => {
    let low = 0;
    let high = kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((kept[middle]?.seq ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    const event = kept[low];
    return event?.seq === seq ? event : frames.bySeq(seq);
  };
  return {
    isOwner: true,
    add(event) {
      length = event.seq + 1;
      if (event.kind === 'frame') frames.add(event);
      else kept.push(event);
    },
    events: {
      get length() {
        return length;
      },
      bySeq,
      [Symbol.iterator]: () => merged(kept, frames),
    },
    frames,
    framesOf: (request) => frames.of(request),
    frameGroups: () => frames.groups(),
  };
}

/** Both in the order of their seq. */
function* merged(kept: readonly Event[], frames: Iterable<Event>): Iterator<Event> {
  let next = 0;
  for (const frame of frames) {
    for (let event = kept[next]; event !== undefined && event.seq < frame.seq; event = kept[next]) {
      yield event;
      next += 1;
    }
    yield frame;
  }
  for (; next < kept.length; next += 1) {
    const event = kept[next];
    if (event !== undefined) yield event;
  }
}
