import { closeSync, openSync, writeSync } from 'node:fs';
import type { Clock } from '../model/clock.ts';
import { type Event, type EventBody, HISTORY_SCHEMA } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { Redaction } from '../model/redaction.ts';
import { stamped } from '../model/stamp.ts';
import { isWritten } from './recording.ts';

// A crash of the harness may lose at most this much; a process fault flushes first in any case.
const FLUSH_BYTES = 64 * 1024;
const FLUSH_MS = 100;

export interface Recorder {
  /** Appends an event and returns its seq. Listeners run at once, in order, before it returns. */
  record(body: EventBody): number;
  onEvent(listener: (event: Event) => void): void;
  /** Writes everything recorded so far to the file. */
  flush(): void;
  close(): void;
}

/**
 * The one writer of history.jsonl: one sequence, one monotonic clock, flushed often.
 * Throws what the file system throws (a full disk is the user's to hear of).
 */
export function createRecorder(options: {
  readonly path: string;
  readonly clock: Clock;
  readonly time: 'real' | 'virtual';
  /** What goes to the file; listeners hear of everything. */
  readonly record?: Plan['record'];
  /** What goes to the file is without what this takes out. */
  readonly redact?: Redaction | null;
  /** Listens from the first event on. */
  readonly onEvent?: (event: Event) => void;
}): Recorder {
  const { clock, record: mode = 'full', redact = null } = options;
  const file = openSync(options.path, 'wx');
  const listeners: ((event: Event) => void)[] = options.onEvent ? [options.onEvent] : [];
  let seq = 0;
  let lastT = 0;
  let pending: string[] = [];
  let pendingBytes = 0;
  let closed = false;

  const flush = () => {
    if (pending.length === 0) return;
    const text = pending.join('');
    pending = [];
    pendingBytes = 0;
    writeSync(file, text);
  };
  const record = (body: EventBody): number => {
    if (closed) throw new Error(`an event came after the history was closed: ${JSON.stringify(body).slice(0, 200)}`);
    const t = Math.max(lastT, clock.now());
    lastT = t;
    const event = stamped(body, seq, t, clock.wall());
    seq += 1;
    if (isWritten(event, mode)) {
      const text = JSON.stringify(event);
      const line = `${redact === null ? text : redact(text)}\n`;
      pending.push(line);
      pendingBytes += line.length;
      if (pendingBytes >= FLUSH_BYTES) flush();
    }
    for (const listener of listeners) listener(event);
    return event.seq;
  };
  const timer = setInterval(flush, FLUSH_MS);
  timer.unref();
  record({ kind: 'run', schema: HISTORY_SCHEMA, startedAt: new Date(clock.wall()).toISOString(), time: options.time });
  return {
    record,
    onEvent: (listener) => {
      listeners.push(listener);
    },
    flush,
    close() {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      flush();
      closeSync(file);
    },
  };
}
