import type { Draft } from './draft.ts';
import type { Event, EventBody, Stamped } from './event.ts';

/**
 * A body that is made with room for its stamp, in the order of its line: `{ seq: 0, t: 0, wall: 0, kind: … }`. What is recorded for
 * every message is made so, since to copy it would cost more than to make it. It must be new, and belongs to the recorder.
 */
export type Stampable<Body> = Draft<Stamped<Body>>;

/** The event of a body: the body itself where that has room for the stamp, else a copy. */
export function stamped(body: EventBody, seq: number, t: number, wall: number): Event {
  if (!hasRoom(body)) return { seq, t, wall, ...body };
  body.seq = seq;
  body.t = t;
  body.wall = wall;
  return body;
}

function hasRoom(body: EventBody): body is Draft<Event> {
  return 'seq' in body;
}
