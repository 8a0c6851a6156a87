import { readSync, writeSync } from 'node:fs';
import type { Event } from './event.ts';
import { parseEvent } from './history.ts';

/** Events of one stretch of a run, in the order of their seq. */
export interface SpilledRun {
  /** Where it stands in the file, bytes. */
  readonly from: number;
  readonly to: number;
  readonly firstSeq: number;
}

/** Takes events in any order and leaves them in a file, to be read in the order of their seq. */
export interface EventSpill {
  keep(event: Event): void;
  /** Call once, after the last event. */
  end(): readonly SpilledRun[];
}

// Some two megabytes of objects, which are written before the collector comes to call them old.
const RUN_EVENTS = 8192;
// Read at a time of each run that is being read; of a long history there may be thousands.
const PIECE_BYTES = 32 * 1024;
const LINE_END = 0x0a;

/** `file`: open for writing, empty, and nobody else's. Throws what the file system throws. */
export function createEventSpill(file: number, runEvents = RUN_EVENTS): EventSpill {
  const runs: SpilledRun[] = [];
  let pending: Event[] = [];
  let position = 0;
  const flush = () => {
    const [first] = pending.sort((a, b) => a.seq - b.seq);
    if (first === undefined) return;
    const from = position;
    position = writeAt(file, pending.map((event) => `${JSON.stringify(event)}\n`).join(''), position);
    runs.push({ from, to: position, firstSeq: first.seq });
    pending = [];
  };
  return {
    keep(event) {
      pending.push(event);
      if (pending.length >= runEvents) flush();
    },
    end() {
      flush();
      return runs;
    },
  };
}

/** The events of all runs in the order of their seq. Throws what the file system throws. */
export function* readSpilled(file: number, runs: readonly SpilledRun[]): Generator<Event> {
  const closed = [...runs].sort((a, b) => b.firstSeq - a.firstSeq);
  // The one that is next stands last; a run is opened when its turn comes, and most then follow one upon the other.
  const open: RunReader[] = [];
  for (;;) {
    const next = open.at(-1)?.head?.seq ?? Number.POSITIVE_INFINITY;
    const due = closed.at(-1);
    if (due !== undefined && due.firstSeq <= next) {
      closed.pop();
      enlist(open, new RunReader(file, due));
      continue;
    }
    const reader = open.pop();
    if (reader?.head === undefined) return;
    yield reader.head;
    reader.advance();
    enlist(open, reader);
  }
}

/** Puts a reader in its place: by its next event, the latest first. One that is through has none. */
function enlist(open: RunReader[], reader: RunReader): void {
  const { head } = reader;
  if (head === undefined) return;
  let place = open.length;
  while (place > 0 && (open[place - 1]?.head?.seq ?? 0) < head.seq) place -= 1;
  open.splice(place, 0, reader);
}

/** Reads one run event by event. */
class RunReader {
  /** The next event; undefined: there is none. */
  head: Event | undefined;
  readonly #file: number;
  readonly #to: number;
  #position: number;
  #lines: readonly string[] = [];
  #next = 0;
  /** The beginning of a line whose end has not been read. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(file: number, { from, to }: SpilledRun) {
    this.#file = file;
    this.#position = from;
    this.#to = to;
    this.advance();
  }

  advance(): void {
    while (this.#next >= this.#lines.length && this.#position < this.#to) this.#fill();
    const line = this.#lines[this.#next];
    this.#next += 1;
    this.head = line === undefined ? undefined : eventFrom(line);
  }

  #fill(): void {
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, this.#to - this.#position));
    const bytes = readSync(this.#file, piece, 0, piece.length, this.#position);
    if (bytes === 0) throw new Error(`expected ${this.#to} bytes of kept events, got ${this.#position}`);
    this.#position += bytes;
    const all = Buffer.concat([this.#rest, piece.subarray(0, bytes)]);
    const end = all.lastIndexOf(LINE_END);
    this.#lines = end < 0 ? [] : all.toString('utf8', 0, end).split('\n');
    this.#next = 0;
    this.#rest = all.subarray(end + 1);
  }
}

function eventFrom(line: string): Event {
  const event = parseEvent(line);
  if (event === null) throw new Error(`expected a kept event, got ${line.slice(0, 120)}`);
  return event;
}

/** Writes all of it, and returns where it ends. */
function writeAt(file: number, text: string, from: number): number {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written, bytes.length - written, from + written);
  return from + written;
}
