import type { Event, FrameBody, InvBody, Stamped } from './event.ts';
import { type ByRequest, groupFrames } from './history-lookup.ts';

/** The events of a history, in the order of their seq. */
export interface EventList extends Iterable<Event> {
  /** How many there are. */
  readonly length: number;
  /** The event with this seq; undefined: there is none. */
  bySeq(seq: number): Event | undefined;
}

/** Frames in order. They may be kept as columns and made when asked for, so hold on to none; an array is one as well. */
export interface FrameList extends Iterable<Stamped<FrameBody>> {
  readonly length: number;
  some(test: (frame: Stamped<FrameBody>) => boolean): boolean;
  filter(test: (frame: Stamped<FrameBody>) => boolean): readonly Stamped<FrameBody>[];
}

/** What a message and its answer have in common. */
export type Request = Pick<InvBody, 'conn' | 'rpcId'>;

/** Where an index keeps what it is built from. */
export interface EventStore {
  /** The events belong to the store alone, so they may be made smaller. */
  readonly isOwner: boolean;
  /** Keeps an event; called once for each, in order. */
  add(event: Event): void;
  readonly events: EventList;
  readonly frames: FrameList;
  /** Every group of frames that have their connection and id in common, each in order. */
  frameGroups(): Iterable<readonly Stamped<FrameBody>[]>;
  framesOf(request: Request): readonly Stamped<FrameBody>[];
}

/** Events that are in memory already, in order and without a gap: nothing is copied. */
export function createArrayStore(all: readonly Event[]): EventStore {
  const frames: Stamped<FrameBody>[] = [];
  let byRequest: ByRequest<Stamped<FrameBody>[]> | null = null;
  return {
    isOwner: false,
    add(event) {
      if (event.kind === 'frame') frames.push(event);
    },
    events: { length: all.length, bySeq: (seq) => all[seq], [Symbol.iterator]: () => all[Symbol.iterator]() },
    frames,
    framesOf({ conn, rpcId }) {
      byRequest ??= groupFrames(frames);
      return byRequest.get(conn)?.get(rpcId) ?? [];
    },
    // No generator of its own: V8 gives each one a hidden class, which is old at birth and keeps what the generator can reach,
    // a whole history, until the collector looks for old garbage.
    frameGroups() {
      byRequest ??= groupFrames(frames);
      const all: (readonly Stamped<FrameBody>[])[] = [];
      for (const groups of byRequest.values()) for (const group of groups.values()) all.push(group);
      return all;
    },
  };
}
