import { closeSync, openSync, writeSync } from 'node:fs';
import type { EpisodeReport } from './episode-report.ts';

/** episodes.jsonl: a line an episode, in the order of the evaluation, whatever the order in which they end. */
export interface EpisodeFile {
  add(report: EpisodeReport): void;
  /** The line of each episode that was written, from 1, by its index. */
  readonly lines: ReadonlyMap<number, number>;
  /** Writes what waits for others that never came, and closes. */
  close(): void;
}

export function createEpisodeFile(path: string): EpisodeFile {
  const file = openSync(path, 'w');
  const waiting = new Map<number, string>();
  const lines = new Map<number, number>();
  let next = 0;
  const write = (index: number, line: string) => {
    writeSync(file, `${line}\n`);
    lines.set(index, lines.size + 1);
  };
  return {
    lines,
    add({ index, line }) {
      waiting.set(index, line);
      for (let due = waiting.get(next); due !== undefined; due = waiting.get(next)) {
        write(next, due);
        waiting.delete(next);
        next += 1;
      }
    },
    close() {
      for (const [index, line] of [...waiting].sort(([a], [b]) => a - b)) write(index, line);
      closeSync(file);
    },
  };
}
