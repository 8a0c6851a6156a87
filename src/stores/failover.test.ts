// A server whose store has two addresses, while the one that it uses goes away under its work.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadUnit } from '../registry.ts';
import { accepted, createKit, requestOf } from '../tasks/testing/engine-kit.ts';
import type { ConnectionOptions } from './connection.ts';
import { STORES } from './index.ts';
import { connectionTo, describeOn } from './testing/engine.ts';
import { openTcpLink } from './testing/tcp-link.ts';

const SOON = { timeout: 60_000, interval: 50 };
const COUNT = 30;

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'claimcheck-failover-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.each(['redis', 'postgres'] as const)('work on %s', (engine) => {
  describeOn(engine, '', () => {
    test('goes on at the second address when the first one dies, each task once', async () => {
      const direct = await connectionTo(engine);
      const first = await openTcpLink(portOf(direct));
      await using second = await openTcpLink(portOf(direct));
      const url = [first, second].map(({ port }) => at(direct, port)).join(',');
      const openStore = await loadUnit(STORES, 'store', engine);
      await using store = await openStore({ connection: { ...direct, url }, directory });
      const kit = await createKit({ store, concurrency: 5, limits: { sweepMs: 100, rereadMs: 100, leaseMs: 3_000 } });
      await using _engine = kit.engine;
      const request = (number: number) =>
        requestOf({
          arguments: { token: `token-${number}`, ms: 100, mode: 'repeatable' },
          idempotencyKey: `key-${number}`,
        });
      // A submit whose answer was lost is sent again, as clients do.
      const submits = Array.from({ length: COUNT }, (_, number) =>
        vi.waitFor(() => accepted(kit.engine, request(number)), SOON),
      );
      await vi.waitFor(() => expect(kit.effects.committed.length).toBeGreaterThan(3), SOON);
      expect(second.askedCount()).toBe(0);
      await first[Symbol.asyncDispose]();
      const ids = (await Promise.all(submits)).map(({ id }) => id);
      const states = async () => Promise.all(ids.map(async (id) => (await store.get(id))?.state));
      await vi.waitFor(async () => expect(new Set(await states())).toEqual(new Set(['settled'])), SOON);
      expect(new Set(ids).size).toBe(COUNT);
      expect([...kit.effects.committed].sort()).toEqual(ids.map((_, number) => `token-${number}`).sort());
      const outcomes = await Promise.all(ids.map(async (id) => (await store.get(id))?.outcome?.kind));
      expect(new Set(outcomes)).toEqual(new Set(['result']));
      expect(second.askedCount()).toBeGreaterThan(COUNT);
    });
  });
});

function portOf({ url = '' }: ConnectionOptions): number {
  return Number(new URL(url).port);
}

function at({ url = '' }: ConnectionOptions, port: number): string {
  const address = new URL(url);
  address.port = String(port);
  return address.href;
}
