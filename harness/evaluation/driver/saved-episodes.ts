import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Episode } from '../../model/evaluation/episode.ts';
import type { Instance } from '../../model/evaluation/instance.ts';
import { UsageError } from '../../model/usage-error.ts';
import { episodeLines, episodesPath } from './episode-lines.ts';
import { episodeOf, type RecordedEpisode } from './episode-record.ts';

export const INSTANCES_FILE = 'instances.jsonl';

export interface SavedEpisode {
  /** Its line, from 1. */
  readonly line: number;
  readonly record: RecordedEpisode;
  readonly episode: Episode;
}

/** The episodes of this folder, in their order. Throws a UsageError where they are damaged or missing. */
export async function* savedEpisodes(directory: string): AsyncGenerator<SavedEpisode> {
  const path = episodesPath(directory);
  if (path === null)
    throw new UsageError(`${directory} holds no episodes.jsonl; without its episodes nothing can be scored again`);
  const instances = readInstances(directory);
  let line = 0;
  for await (const text of episodeLines(path)) {
    line += 1;
    const record: RecordedEpisode = parsed(text, `${path} line ${line}`);
    const instance = instances.get(record.instance);
    if (instance === undefined) throw new UsageError(`${path} line ${line}: no instance ${record.instance}`);
    yield { line, record, episode: episodeOf(record, instance) };
  }
}

export function hasInstances(directory: string): boolean {
  return existsSync(join(directory, INSTANCES_FILE));
}

/** The instances of this folder by id. Throws a UsageError for a line that cannot be read. */
export function readInstances(directory: string): ReadonlyMap<string, Instance> {
  const path = join(directory, INSTANCES_FILE);
  if (!existsSync(path)) throw new UsageError(`${path} is not there: without it the episodes cannot be read`);
  const lines = readFileSync(path, 'utf8').split('\n');
  const all = lines.flatMap((text, index): Instance[] =>
    text === '' ? [] : [parsed(text, `${path} line ${index + 1}`)],
  );
  return new Map(all.map((instance) => [instance.id, instance]));
}

/** JSON that this program wrote, taken at its word. Throws a UsageError where it is damaged. */
export function parsed<Saved>(text: string, where: string): Saved {
  try {
    const value: Saved = JSON.parse(text);
    return value;
  } catch (cause) {
    throw new UsageError(`${where} is damaged: not JSON`, { cause });
  }
}
