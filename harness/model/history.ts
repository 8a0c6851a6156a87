import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { type Event, HISTORY_SCHEMA } from './event.ts';
import { UsageError } from './usage-error.ts';

export interface History {
  readonly events: readonly Event[];
  /** The last line was cut (the harness was killed while writing): it was left out, everything before it holds. */
  readonly cut: boolean;
}

/**
 * Reads history.jsonl (or .gz). A cut last line is dropped and said; a broken line anywhere else, a missing head line or a
 * gap in `seq` is a UsageError that names the line, since no verdict may rest on it.
 */
export async function readHistory(path: string): Promise<History> {
  const file = createReadStream(path);
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  const events: Event[] = [];
  let broken: { line: number; text: string } | null = null;
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (text === '') continue;
    if (broken) throw new UsageError(`${path}, line ${broken.line}: not a JSON object: ${broken.text.slice(0, 80)}`);
    const event = parseLine(text);
    if (event === null) {
      broken = { line, text };
      continue;
    }
    if (events.length === 0 && !(event.kind === 'run' && event.schema === HISTORY_SCHEMA)) {
      throw new UsageError(
        `${path}, line ${line}: expected a run line with schema ${HISTORY_SCHEMA}, got ${text.slice(0, 120)}`,
      );
    }
    if (event.seq !== events.length) {
      throw new UsageError(`${path}, line ${line}: expected seq ${events.length}, got ${event.seq}`);
    }
    events.push(event);
  }
  if (events.length === 0)
    throw new UsageError(`${path} holds no event; expected a run line with schema ${HISTORY_SCHEMA}`);
  return { events, cut: broken !== null };
}

function parseLine(text: string): Event | null {
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
