import { existsSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { createSystemClock } from '../model/clock.ts';
import { startGuardian } from '../run/guardian.ts';
import { serviceUnits, startService } from './index.ts';
import { talk } from './probe-socket.ts';
import { processTree } from './process-tree.ts';

const findings = await Promise.all(Object.values(serviceUnits).map((service) => service.find()));
const units = Object.values(serviceUnits).map((service, index) => ({ service, finding: findings[index] }));
const ending = new AbortController();
afterAll(() => ending.abort());
const host = { clock: createSystemClock(), signal: ending.signal, guard: startGuardian };

describe.each(units)('service $service.meta.id', ({ service, finding }) => {
  const { meta } = service;

  test('says what it needs, how to get it and what each of its variants keeps', () => {
    expect(meta.title).not.toBe('');
    expect(meta.install).toMatch(/^(apt-get|npm) install \S+$/);
    expect(Object.values(meta.variants).map(({ durable }) => durable)[0]).toBe(true);
  });

  describe.skipIf(finding?.found !== true)(`(needs ${meta.program}: ${meta.install})`, () => {
    test('comes back after a kill on the same port and data, and leaves nothing behind', {
      timeout: 120_000,
    }, async () => {
      const running = await startService(service, host);
      const { folder, port, url, pid } = running;
      expect(new URL(url).port).toBe(String(port));
      expect(running.env).toEqual({ [meta.variable]: url });
      expect(await running.kill()).toEqual({ code: null, signal: 'SIGKILL' });
      expect(running.isUp()).toBe(false);
      const again = await running.restart();
      expect((await again.ready).readyMs).toBeGreaterThan(0);
      expect(again.pid).not.toBe(pid);
      expect(running).toMatchObject({ port, url, folder });
      expect(existsSync(folder)).toBe(true);
      const tree = await processTree(running.pid);
      await running[Symbol.asyncDispose]();
      expect(existsSync(folder)).toBe(false);
      expect((await Promise.all(tree.map((one) => processTree(one)))).flat().sort()).toEqual([...tree].sort());
      await expect(talk({ port, say: 'x', until: /x/, signal: AbortSignal.timeout(1_000) })).rejects.toThrow();
    });

    test('stands still and goes on', { timeout: 120_000 }, async () => {
      await using running = await startService(service, host);
      const { processes } = await running.pause();
      expect(processes).toBe((await processTree(running.pid)).length);
      expect(running.isUp()).toBe(false);
      const look = AbortSignal.timeout(300);
      await expect(talk({ port: running.port, say: 'x\r\n\r\n', until: /./, signal: look })).rejects.toThrow(/time/);
      expect(await running.resume()).toEqual({ processes });
      expect(running.isUp()).toBe(true);
    });
  });
});

test('what cannot come up says why, and leaves nothing behind', async () => {
  const folders: string[] = [];
  const guard = (folder: string) => {
    folders.push(folder);
    return startGuardian(folder);
  };
  const prepare: typeof serviceUnits.redis.prepare = async (place) => ({
    ...{ file: '/bin/sh', args: ['-c', 'echo no such thing; exit 3'], env: {}, user: null },
    ...{ stopSignal: 'SIGTERM', url: `redis://127.0.0.1:${place.port}`, isReady: async () => false },
  });
  const broken = { ...serviceUnits.redis, prepare };
  await expect(startService(broken, { ...host, guard })).rejects.toThrow(
    'Redis ended before it answered. Its log ends:\n    no such thing',
  );
  expect(folders.map((folder) => existsSync(folder))).toEqual([false]);
});
