import { createReadStream, createWriteStream, existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { UsageError } from '../../model/usage-error.ts';

export const EPISODES_FILE = 'episodes.jsonl';
export const PACKED_EPISODES_FILE = `${EPISODES_FILE}.gz`;
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
