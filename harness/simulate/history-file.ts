import { closeSync, openSync, writeSync } from 'node:fs';
import { isWritten } from '../execution/recording.ts';
import type { Event } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';

// In virtual time a run takes moments, and its history can be made again: written in large pieces.
const FLUSH_CHARACTERS = 1024 * 1024;

/** Writes history.jsonl. Throws what the file system throws. */
export interface HistoryFile {
  write(event: Event): void;
  close(): void;
}

export function createHistoryFile(path: string, record: Plan['record']): HistoryFile {
  const file = openSync(path, 'wx');
  let pending: string[] = [];
  let characters = 0;
  const flush = () => {
    writeSync(file, pending.join(''));
    pending = [];
    characters = 0;
  };
  return {
    write(event) {
      if (!isWritten(event, record)) return;
      const line = `${JSON.stringify(event)}\n`;
      pending.push(line);
      characters += line.length;
      if (characters >= FLUSH_CHARACTERS) flush();
    },
    close() {
      flush();
      closeSync(file);
    },
  };
}
