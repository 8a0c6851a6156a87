import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createStoreUsageFolder } from './store-usage.ts';

let scratch = '';
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'claimcheck-usage-'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

test('a server that counts nothing has no sum', () => {
  const folder = createStoreUsageFolder(scratch);
  expect(folder.sum()).toBeNull();
  writeFileSync(join(folder.env.CLAIMCHECK_STORE_USAGE ?? '', '1.json'), '');
  expect(folder.sum()).toBeNull();
});

test('the processes of a server are added up, and bytes that one of them does not know are not known', () => {
  const folder = createStoreUsageFolder(scratch);
  const write = (name: string, usage: object) =>
    writeFileSync(join(folder.env.CLAIMCHECK_STORE_USAGE ?? '', name), JSON.stringify(usage));
  write('1.json', { operations: 10, tasks: 2, bytes: 300 });
  write('2.json', { operations: 5, tasks: 0, bytes: 100 });
  expect(folder.sum()).toEqual({ operations: 15, tasks: 2, bytes: 400 });
  write('3.json', { operations: 1, tasks: 1, bytes: null });
  expect(folder.sum()).toEqual({ operations: 16, tasks: 3, bytes: null });
});
