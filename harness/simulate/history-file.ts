import { closeSync, openSync, writeSync } from 'node:fs';
import { isWritten } from '../execution/recording.ts';
import type { Event } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';

// In virtual time a run takes moments, and its history can be made again: written in large pieces, from one buffer, since to make a
// text of each piece costs a third of what its lines cost.
const BUFFER_BYTES = 256 * 1024;
/** A UTF-16 unit takes no more in UTF-8. */
const UNIT_BYTES_MAX = 3;
const LINE_FEED = 0x0a;

/** Writes history.jsonl. Throws what the file system throws. */
export interface HistoryFile {
  write(event: Event): void;
  close(): void;
}

export function createHistoryFile(path: string, record: Plan['record']): HistoryFile {
  const file = openSync(path, 'wx');
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  let bytes = 0;
  const flush = () => {
    for (let from = 0; from < bytes; ) from += writeSync(file, buffer, from, bytes - from);
    bytes = 0;
  };
  return {
    write(event) {
      if (!isWritten(event, record)) return;
      const line = JSON.stringify(event);
      const bytesMax = line.length * UNIT_BYTES_MAX + 1;
      if (bytesMax > BUFFER_BYTES - bytes) flush();
      if (bytesMax > BUFFER_BYTES) {
        writeSync(file, `${line}\n`);
        return;
      }
      bytes += buffer.write(line, bytes);
      buffer[bytes] = LINE_FEED;
      bytes += 1;
    },
    close() {
      flush();
      closeSync(file);
    },
  };
}
