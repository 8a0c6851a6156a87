import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { type Event, HISTORY_SCHEMA } from './event.ts';
import { UsageError } from './usage-error.ts';

export interface History {
  readonly events: readonly Event[];
  /** The last line was cut (the harness was killed while writing): it was left out, everything before it holds. */
  readonly cut: boolean;
}

// Large enough that a line hardly ever lies in two pieces.
const PIECE_BYTES = 1 << 20;

/** Reads history.jsonl (or .gz) into memory as it is. For long histories `readIndex` needs a fraction of that. */
export async function readHistory(path: string): Promise<History> {
  const events: Event[] = [];
  const { cut } = await readEvents(path, (event) => void events.push(event));
  return { events, cut };
}

/**
 * Reads history.jsonl (or .gz) event by event. A cut last line is dropped and said; a broken line anywhere else, a missing
 * head line or a gap in `seq` is a UsageError that names the line, since no verdict may rest on it.
 */
export async function readEvents(
  path: string,
  take: (event: Event) => void,
): Promise<{ readonly count: number; readonly cut: boolean }> {
  const reading = { path, line: 0, count: 0, broken: null, take };
  for await (const lines of piecesOf(path)) for (const text of lines) readLine(reading, text);
  const { count, broken } = reading;
  if (count === 0) throw new UsageError(`${path} holds no event; expected a run line with schema ${HISTORY_SCHEMA}`);
  return { count, cut: broken !== null };
}

/** The same, batch by batch, for who reads several at once. */
export async function* readBatches(path: string): AsyncGenerator<readonly Event[]> {
  let batch: Event[] = [];
  const take = (event: Event) => void batch.push(event);
  const reading: Reading = { path, line: 0, count: 0, broken: null, take };
  for await (const lines of piecesOf(path)) {
    for (const text of lines) readLine(reading, text);
    yield batch;
    batch = [];
  }
}

interface Reading {
  readonly path: string;
  line: number;
  count: number;
  /** The line that is no event; it may be the last one only. */
  broken: { readonly line: number; readonly text: string } | null;
  take(event: Event): void;
}

function readLine(reading: Reading, text: string): void {
  const { path, broken, count } = reading;
  reading.line += 1;
  const { line } = reading;
  if (text === '' || text === '\r') return;
  if (broken) throw new UsageError(`${path}, line ${broken.line}: not a JSON object: ${broken.text.slice(0, 80)}`);
  const event = parseEvent(text);
  if (event === null) {
    reading.broken = { line, text };
    return;
  }
  if (count === 0 && !(event.kind === 'run' && event.schema === HISTORY_SCHEMA)) {
    throw new UsageError(
      `${path}, line ${line}: expected a run line with schema ${HISTORY_SCHEMA}, got ${text.slice(0, 120)}`,
    );
  }
  if (event.seq !== count) throw new UsageError(`${path}, line ${line}: expected seq ${count}, got ${event.seq}`);
  reading.count += 1;
  reading.take(event);
}

/** The lines of a file, piece by piece. What stands after the last line feed is a line as well. */
async function* piecesOf(path: string): AsyncGenerator<readonly string[]> {
  const file = createReadStream(path, { highWaterMark: PIECE_BYTES });
  const decoder = new TextDecoder();
  let tail = '';
  for await (const piece of path.endsWith('.gz') ? file.pipe(createGunzip()) : file) {
    const lines = (tail + decoder.decode(piece, { stream: true })).split('\n');
    tail = lines.pop() ?? '';
    yield lines;
  }
  yield [tail + decoder.decode()];
}

/** One line of a history; null: it is no event. */
export function parseEvent(text: string): Event | null {
  try {
    const value: unknown = JSON.parse(text);
    return isEvent(value) ? value : null;
  } catch {
    // Not JSON: the caller decides whether this is the cut tail or damage.
    return null;
  }
}

function isEvent(value: unknown): value is Event {
  return typeof value === 'object' && value !== null && 'seq' in value && 'kind' in value && 't' in value;
}
