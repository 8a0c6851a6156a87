import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Event } from '../model/event.ts';
import { createHistoryFile } from './history-file.ts';

it('writes every line whole, however long, in whatever letters', () => {
  const folder = mkdtempSync(join(tmpdir(), 'claimcheck-history-'));
  try {
    const path = join(folder, 'history.jsonl');
    const file = createHistoryFile(path, 'full');
    const lengths = [1, 100_000, 70_000, 0, 90_000, 300_000, 5, 87_380, 87_381];
    const events = lengths.map((length, seq): Event => {
      const text = (seq % 2 === 0 ? 'e' : '\u6f22').repeat(length);
      return { seq, t: seq, wall: seq, kind: 'note', topic: 'long', text };
    });
    for (const event of events) file.write(event);
    file.close();
    expect(readFileSync(path, 'utf8')).toBe(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
