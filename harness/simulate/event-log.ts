import type { Recorder } from '../execution/recorder.ts';
import type { Clock } from '../model/clock.ts';
import { type Event, type EventBody, HISTORY_SCHEMA } from '../model/event.ts';
import { stamped } from '../model/stamp.ts';

/** The history of one simulated run: every event goes to `onEvent` first, then to whoever listens. */
export function createEventLog(clock: Clock, onEvent: (event: Event) => void): Pick<Recorder, 'record' | 'onEvent'> {
  const listeners = [onEvent];
  let seq = 0;
  const record = (body: EventBody): number => {
    const event = stamped(body, seq, clock.now(), clock.wall());
    seq += 1;
    for (const listener of listeners) listener(event);
    return event.seq;
  };
  record({ kind: 'run', schema: HISTORY_SCHEMA, startedAt: new Date(clock.wall()).toISOString(), time: 'virtual' });
  return {
    record,
    onEvent: (listener) => {
      listeners.push(listener);
    },
  };
}
