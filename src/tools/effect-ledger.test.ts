import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { UsageError } from '../usage-error.ts';
import { createFileLedger, createMemoryLedger, openLedger } from './effect-ledger.ts';

let directory = '';
let path = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'claimcheck-ledger-'));
  path = join(directory, 'ledger.jsonl');
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const line = z.strictObject({
  token: z.string(),
  phase: z.enum(['begin', 'commit']),
  at: z.int(),
  worker: z.string(),
  key: z.string(),
});
const lines = () =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((text) => text !== '' && !text.startsWith('{"half'))
    .map((text) => line.parse(JSON.parse(text)));

test('a run is a begin line and a commit line, on the monotonic clock of the machine', async () => {
  using ledger = createFileLedger(path);
  const before = Number(process.hrtime.bigint());
  await ledger.begin('t', 'k');
  expect(await ledger.commit('t', 'k')).toBe(true);
  const after = Number(process.hrtime.bigint());
  expect(lines()).toMatchObject([
    { token: 't', phase: 'begin', worker: String(process.pid), key: 'k' },
    { token: 't', phase: 'commit', worker: String(process.pid), key: 'k' },
  ]);
  for (const { at } of lines()) expect(at >= before && at <= after).toBe(true);
});

test('a key is committed once, also at the same time and after the ledger was opened again', async () => {
  using first = createFileLedger(path);
  using second = createFileLedger(path);
  const answers = await Promise.all([first, second, first, second].map((ledger) => ledger.commit('t', 'k')));
  expect(answers.filter(Boolean)).toHaveLength(1);
  using third = createFileLedger(path);
  expect(await third.commit('t', 'k')).toBe(false);
  expect(await third.commit('t', 'other')).toBe(true);
  expect(lines()).toHaveLength(2);
});

test('a line that a dead writer left half is no commit, and swallows none', async () => {
  writeFileSync(path, `{"token":"a","phase":"commit","at":1,"worker":"1","key":"done"}\n`);
  using ledger = createFileLedger(path);
  appendFileSync(path, '{"half":"a","phase":"commit","key":"k"');
  expect(await ledger.commit('a', 'done')).toBe(false);
  expect(await ledger.commit('t', 'k')).toBe(true);
  expect(lines().map(({ key }) => key)).toEqual(['done', 'k']);
  expect(await ledger.commit('t', 'k')).toBe(false);
});

test('keys far apart in a long file are all found, whatever the characters', async () => {
  using first = createFileLedger(path);
  const keys = Array.from({ length: 2_000 }, (_, number) => `schlüssel-${'\u{1F511}'.repeat(number % 7)}-${number}`);
  for (const key of keys) await first.commit('t', key);
  using second = createFileLedger(path);
  for (const key of keys) expect(await second.commit('t', key)).toBe(false);
});

test('the ledger in memory commits a key once as well; an unwritable path is said clearly', async () => {
  const ledger = createMemoryLedger();
  expect([await ledger.commit('t', 'k'), await ledger.commit('t', 'k')]).toEqual([true, false]);
  expect(() => openLedger(join(directory, 'missing', 'file'))).toThrow(UsageError);
  using none = openLedger(undefined);
  expect(await none.commit('t', 'k')).toBe(true);
});
