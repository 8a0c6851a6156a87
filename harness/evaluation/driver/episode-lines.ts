import { createReadStream, createWriteStream, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { Instance } from '../../model/evaluation/instance.ts';
import { UsageError } from '../../model/usage-error.ts';

export const EPISODES_FILE = 'episodes.jsonl';
export const PACKED_EPISODES_FILE = `${EPISODES_FILE}.gz`;
export const INSTANCES_FILE = 'instances.jsonl';
// A file that an editor still opens; packed, the episodes of the whole data set take a tenth.
const PLAIN_BYTES_MAX = 16 * 1024 * 1024;

/** Packs the episodes of this folder when they take more than `bytesMax`. Call it when all are written. */
export async function packEpisodes(directory: string, bytesMax = PLAIN_BYTES_MAX): Promise<void> {
  const plain = join(directory, EPISODES_FILE);
  if (statSync(plain).size <= bytesMax) return;
  await pipeline(createReadStream(plain), createGzip(), createWriteStream(join(directory, PACKED_EPISODES_FILE)));
  rmSync(plain);
}

/** Where the episodes of this folder are; null: it has none. */
export function episodesPath(directory: string): string | null {
  const paths = [EPISODES_FILE, PACKED_EPISODES_FILE].map((name) => join(directory, name));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** The lines of the episodes of this folder, packed or not. Throws a UsageError when the file is damaged. */
export async function* episodeLines(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  if (input !== file) file.on('error', (error) => input.destroy(error));
  let rest = '';
  try {
    for await (const chunk of input.setEncoding('utf8')) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (cause) {
    throw new UsageError(`${path} is damaged: it cannot be read to its end`, { cause });
  } finally {
    file.destroy();
    input.destroy();
  }
  if (rest !== '') yield rest;
}

export function hasInstances(directory: string): boolean {
  return existsSync(join(directory, INSTANCES_FILE));
}

/** The instances of this folder by id; of a line that cannot be read a UsageError. */
export function readInstances(directory: string): ReadonlyMap<string, Instance> {
  const path = join(directory, INSTANCES_FILE);
  if (!existsSync(path)) throw new UsageError(`${path} is not there: without it the episodes cannot be read`);
  const lines = readFileSync(path, 'utf8').split('\n');
  const all = lines.flatMap((text, index): Instance[] =>
    text === '' ? [] : [parsed(text, `${path} line ${index + 1}`)],
  );
  return new Map(all.map((instance) => [instance.id, instance]));
}

/** JSON that this program wrote. Throws a UsageError where it is damaged. */
export function parsed(text: string, where: string) {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${where} is damaged: not JSON`, { cause });
  }
}
