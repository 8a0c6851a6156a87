import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeJson, writeWhole } from './json-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claimcheck-file-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('replaces a file and leaves nothing beside it', () => {
  const path = join(folder, 'a.json');
  writeJson(path, { a: 1 });
  writeJson(path, { a: 2 });
  expect(readFileSync(path, 'utf8')).toBe('{\n  "a": 2\n}\n');
  expect(readdirSync(folder)).toEqual(['a.json']);
});

it('writes into what is no file instead of taking its place', () => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    writeWhole(path, 'hello');
    const bytes = Buffer.alloc(16);
    expect(bytes.toString('utf8', 0, readSync(reader, bytes))).toBe('hello');
  } finally {
    closeSync(reader);
  }
  expect(statSync(path).isFIFO()).toBe(true);
});
