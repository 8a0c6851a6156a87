import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EPISODES_FILE, episodeLines, episodesPath, PACKED_EPISODES_FILE, packEpisodes } from './episode-lines.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'claimcheck-test-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const LINES = Array.from({ length: 400 }, (_, index) => JSON.stringify({ instance: `toy/${index}` }));

function write(): void {
  writeFileSync(join(directory, EPISODES_FILE), LINES.map((line) => `${line}\n`).join(''));
}

async function read(): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of episodeLines(episodesPath(directory) ?? '')) lines.push(line);
  return lines;
}

describe('the episodes of an evaluation', () => {
  it('lie as they are when they are few', async () => {
    write();
    await packEpisodes(directory);
    expect(episodesPath(directory)).toBe(join(directory, EPISODES_FILE));
    expect(await read()).toEqual(LINES);
  });

  it('are packed when they are many, and read the same', async () => {
    write();
    await packEpisodes(directory, 1000);
    expect(existsSync(join(directory, EPISODES_FILE))).toBe(false);
    expect(episodesPath(directory)).toBe(join(directory, PACKED_EPISODES_FILE));
    expect(await read()).toEqual(LINES);
  });

  it('need not be read to their end', async () => {
    write();
    await packEpisodes(directory, 1000);
    for await (const line of episodeLines(episodesPath(directory) ?? '')) {
      expect(line).toBe(LINES[0]);
      break;
    }
  });

  it('say when their file was cut', async () => {
    write();
    await packEpisodes(directory, 1000);
    const path = join(directory, PACKED_EPISODES_FILE);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length / 2));
    await expect(read()).rejects.toThrow(`${path} is damaged: it cannot be read to its end`);
  });

  it('may not be there', () => {
    expect(episodesPath(directory)).toBe(null);
  });
});
