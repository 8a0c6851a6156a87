import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { writeLargeRun } from '../model/testing/large-history.ts';

const PROGRAM = join(import.meta.dirname, '../../dist/harness/cli/main.js');
// Seen: 80 MB are enough, and 130 MB are not for the same events kept as objects with their texts.
const HEAP_MB_MAX = 110;

test('300,000 events with their texts are judged in a small part of the memory they would take as they are', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-large-'));
  try {
    const eventCount = writeLargeRun(directory, { agents: 500, callsPerAgent: 15, record: 'full' });
    expect(eventCount).toBeGreaterThan(300_000);
    expect(statSync(join(directory, 'history.jsonl')).size).toBeGreaterThan(90_000_000);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [`--max-old-space-size=${HEAP_MB_MAX}`, PROGRAM, 'check', directory, '--json'],
      { maxBuffer: 10_000_000 },
    );
    const { valid, fates } = JSON.parse(stdout);
    expect({ valid, fates }).toEqual({ valid: true, fates: { 'settled-ok': 7500 } });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
