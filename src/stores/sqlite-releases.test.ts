import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, expect, test } from 'vitest';
import { decodeTask, encodeTask } from '../tasks/task-record.ts';
import { taskOf } from '../tasks/testing/task-fixture.ts';
import { openSqliteStore } from './sqlite.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'releases-'));
  directories.push(directory);
  return directory;
}

const open = (directory: string, release?: string) => openSqliteStore({ directory, release });

test('an older server goes on while a newer one adds a column, and reads and ends what that one has written', async () => {
  const directory = place();
  await using old = await open(directory);
  await old.insert(taskOf({ id: 'before' }));
  await using next = await open(directory, 'next');
  await old.insert(taskOf({ id: 'between' }));
  await next.insert(taskOf({ id: 'after', release: 'next' }));
  const seen = await old.get('after');
  expect(seen).toMatchObject({ release: 'next' });
  expect(seen && (await old.replace({ ...seen, state: 'cancelled', version: 2 }, 1))).toBe(true);
  expect(await next.get('after')).toMatchObject({ state: 'cancelled', release: 'next' });
  expect((await next.list('alice', { limit: 9 })).map(({ id }) => id).sort()).toEqual(['after', 'before', 'between']);
  await using again = await open(directory); // Started after the upgrade.
  expect(await again.get('before')).toBeDefined();
});

test('a store whose schema does not only add to ours is refused by name', async () => {
  const directory = place();
  await (await open(directory))[Symbol.asyncDispose]();
  const database = new Database(join(directory, 'tasks.db'));
  database.exec('PRAGMA user_version = 100');
  database.close();
  await expect(open(directory)).rejects.toThrow('has schema version 100; this server knows 1');
});

test('what a later release keeps of a task is kept by an older one', () => {
  const text = JSON.stringify({ ...JSON.parse(encodeTask(taskOf())), urgency: 'high' });
  expect(JSON.parse(encodeTask(decodeTask(text)))).toMatchObject({ urgency: 'high' });
});
