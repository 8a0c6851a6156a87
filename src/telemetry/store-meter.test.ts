import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createServer } from '../server.ts';
import { openMemoryStore } from '../stores/memory.ts';
import { openSqliteStore } from '../stores/sqlite.ts';
import { encodeTask } from '../tasks/task-record.ts';
import { taskOf } from '../tasks/testing/task-fixture.ts';
import { readExposition } from '../testing/exposition.ts';
import { createSilentLog } from './log.ts';
import { meterStore } from './store-meter.ts';
import { openUsageFile } from './store-usage-file.ts';

const NONE = { insert: 0, get: 0, byKey: 0, replace: 0, remove: 0, list: 0, due: 0, queued: 0, held: 0 };

function withDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'claimcheck-usage-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

test('counts what is asked for, also what fails, and as tasks those that were added', async () => {
  const { store, usage } = meterStore(await openMemoryStore());
  await store.insert(taskOf({ idempotencyKey: 'k' }));
  await store.insert(taskOf({ id: 'other', idempotencyKey: 'k' }));
  await expect(store.insert(taskOf())).rejects.toThrow(/exists already/);
  await store.get('none');
  await store.replace(taskOf({ version: 2 }), 7);
  expect(usage()).toEqual({ operations: { ...NONE, insert: 3, get: 1, replace: 1 }, taskCount: 1, byteCount: null });
});

test('of bytes it says what the store says: every record as it was encoded', async () => {
  using directory = withDirectory();
  await using sqlite = await openSqliteStore({ directory: directory.path });
  const { store, usage } = meterStore(sqlite);
  const [first, second] = [taskOf({ statusMessage: 'ä' }), taskOf({ version: 2, statusMessage: 'äö' })];
  await store.insert(first);
  await store.replace(second, 1);
  await store.get(first.id);
  const byteCount = Buffer.byteLength(encodeTask(first)) + Buffer.byteLength(encodeTask(second));
  expect(usage()).toEqual({ operations: { ...NONE, insert: 1, replace: 1, get: 1 }, taskCount: 1, byteCount });
});

test('what was asked for stands in the file before the store has answered', async () => {
  using directory = withDirectory();
  using file = openUsageFile(directory.path);
  const { store } = meterStore(await openMemoryStore(), (usage) => file.write(usage()));
  const kept = () => readdirSync(directory.path).map((name) => readFileSync(join(directory.path, name), 'utf8'));
  const asked = store.insert(taskOf());
  expect(kept()).toEqual(['{"operations":1,"tasks":0,"bytes":null}']);
  await asked;
  await store.get('none');
  expect(kept()).toEqual(['{"operations":2,"tasks":1,"bytes":null}']);
});

test('a server shows them among its metrics', async () => {
  using directory = withDirectory();
  const state = { store: 'sqlite', directory: directory.path };
  await using server = await createServer({
    config: { state, observability: { metrics: true } },
    log: createSilentLog(),
  });
  await server.start();
  const request = { principal: 'alice', tool: 'effect', arguments: { token: 't', ms: 0, mode: 'repeatable' } };
  const answer = await server.engine.submit({ ...request, idempotencyKey: null, maxWaitMs: null });
  if (answer.kind !== 'accepted') throw new Error(`expected a task, got ${answer.kind}`);
  await server.engine.wait('alice', answer.task.id, new AbortController().signal);
  const series = readExposition(await (await fetch(new URL('/metrics', server.url))).text());
  expect(series.get('mcp_async_store_operations_total{operation="insert"}')).toBe(1);
  expect(series.get('mcp_async_store_operations_total{operation="replace"}')).toBe(3);
  expect(series.get('mcp_async_store_written_bytes_total')).toBeGreaterThan(1_000);
});
