import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Prng } from '../model/prng.ts';
import { outputOf, setEnvironment } from './fakes/boot-process.ts';
import { closeDatabases } from './fakes/databases.ts';
import { closeFiles, tearWrites } from './fakes/open-files.ts';
import { interrupt, survives } from './fakes/process.ts';
import type { Remains } from './remains.ts';

// Less than one page of a write-ahead log with its header: a record whose end never came.
const TORN_BYTES: readonly [number, number] = [25, 2000];

/** What the fakes of this thread know of a boot. */
export function createRemains(): Remains {
  return {
    setEnvironment,
    close: (boot) => {
      closeDatabases(boot);
      closeFiles(boot);
    },
    tearWrites,
    tear,
    interrupt: (boot) => interrupt(boot),
    survives: (boot, error) => survives(boot, error),
    outputOf,
  };
}

/** A store on SQLite that survives a torn write drops it when it opens: the log ends in a piece of a frame. */
function tear(directory: string, draw: Prng): number {
  const logs = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('-wal'));
  for (const name of logs.sort()) {
    appendFileSync(join(directory, name), Buffer.from(draw.hex(draw.integer(...TORN_BYTES)), 'hex'));
  }
  return logs.length;
}
