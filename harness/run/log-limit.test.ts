import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cutLog } from './log-limit.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claimcheck-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('leaves a log within the limit alone', () => {
  const path = join(folder, 'stderr.1.log');
  appendFileSync(path, 'twelve bytes');
  cutLog(path, 12);
  expect(readFileSync(path, 'utf8')).toBe('twelve bytes');
});

it('empties a longer one while its writer goes on appending', () => {
  const path = join(folder, 'stderr.1.log');
  const writer = openSync(path, 'a');
  writeSync(writer, 'thirteen byte');
  cutLog(path, 12);
  writeSync(writer, 'last words');
  closeSync(writer);
  expect(readFileSync(path, 'utf8')).toBe('[claimcheck: 13 bytes stood here and were left out]\nlast words');
});
