import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { QUEUES } from '../../src/queues/index.ts';
import { loadUnit } from '../../src/registry.ts';
import { STORES } from '../../src/stores/index.ts';
import { connectionTo, describeOn } from '../../src/stores/testing/engine.ts';
import { taskOf } from '../../src/tasks/testing/task-fixture.ts';
import { addressesOf } from './addresses.ts';
import { eraseRun } from './erasure.ts';

const PREFIX = 'claimcheck_run_0123456789ab';
const OTHER = 'claimcheck_run_ba9876543210';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'claimcheck-erasure-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.each([
  ['redis', 'bullmq', /^[1-9]\d*$/],
  ['postgres', 'pg-boss', /^2$/],
  ['dynamodb', null, /^1$/],
] as const)('what a run made in %s', (engine, queueId, count) => {
  describeOn(engine, '', () => {
    test('is removed, and nothing of others', { timeout: 60_000 }, async () => {
      const shared = await connectionTo(engine);
      const url = shared.url ?? '';
      const openStore = await loadUnit(STORES, 'store', engine);
      const open = (prefix: string) => openStore({ connection: { ...shared, prefix }, directory });
      await using others = await open(OTHER);
      await others.insert(taskOf());
      {
        await using store = await open(PREFIX);
        await store.insert(taskOf({ idempotencyKey: 'k' }));
        if (queueId !== null) {
          const openQueue = await loadUnit(QUEUES, 'queue', queueId);
          const connection = { ...shared, prefix: PREFIX };
          await using queue = await openQueue({ concurrency: 1, waitingMax: 10, connection, onError: () => {} });
          await queue.offer('job');
        }
      }
      expect(String(await eraseRun({ engine, url, prefix: PREFIX }))).toMatch(count);
      expect(await eraseRun({ engine, url, prefix: PREFIX })).toBe(0);
      expect((await others.get(taskOf().id))?.id).toBe(taskOf().id);
      await using again = await open(PREFIX);
      expect(await again.byKey(taskOf().principal, 'k')).toBeUndefined();
      await eraseRun({ engine, url, prefix: PREFIX });
      await eraseRun({ engine, url, prefix: OTHER });
    });

    test('is found at the address that answers', { timeout: 60_000 }, async () => {
      const { url = '' } = await connectionTo(engine);
      const dead = new URL(url);
      dead.port = '1';
      await expect(eraseRun({ engine, url: `${dead.href},${url}`, prefix: PREFIX })).resolves.toBe(0);
      await expect(eraseRun({ engine, url: dead.href, prefix: PREFIX })).rejects.toThrow(/ECONNREFUSED/);
    });
  });
});

test('nothing but the names of a run is ever removed', async () => {
  const url = 'redis://127.0.0.1:1';
  for (const prefix of ['', 'claimcheck', 'claimcheck_run_', 'claimcheck_run_0123456789ab*']) {
    await expect(eraseRun({ engine: 'redis', url, prefix })).rejects.toThrow(/expected the prefix of a run/);
  }
});

test('a URL names one address or several', () => {
  expect(addressesOf('redis://:p@a:1/2')).toEqual(['redis://:p@a:1/2']);
  expect(addressesOf('redis://a:1,rediss://u:p@b:2/3')).toEqual(['redis://a:1', 'rediss://u:p@b:2/3']);
  expect(addressesOf('postgres://u:p,q@a:1,b:2/name?x=1,2')).toEqual([
    'postgres://u:p,q@a:1/name?x=1,2',
    'postgres://u:p,q@b:2/name?x=1,2',
  ]);
});
