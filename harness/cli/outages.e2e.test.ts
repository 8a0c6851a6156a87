// Real engines, started for a run and struck in it: what is judged, what is said, and that nothing of them stays.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeOn } from '../../src/stores/testing/engine.ts';
import { mayMount } from '../services/mount-right.ts';
import { openProgramStage, type ProgramStage } from './testing/program-stage.ts';

const verdictSchema = z.object({
  valid: z.union([z.boolean(), z.literal('unknown')]),
  fates: z.record(z.string(), z.number()),
  faults: z.array(
    z.object({ id: z.string(), planned: z.number(), verified: z.number(), reason: z.string().optional() }),
  ),
  coverage: z.array(z.object({ id: z.string(), reached: z.number() })),
});
/** Nothing of ours may live longer than this after the harness was killed. */
const GONE_MS_MAX = 30_000;
const SMALL = ['--set', 'calls=24', '--agents', '8', '--set', 'limits.readyMs=60000', '--quiet', '--json'];

let stage: ProgramStage;
beforeEach(() => {
  stage = openProgramStage();
});
afterEach(() => stage[Symbol.dispose]());

async function judged(...args: readonly string[]) {
  const { code, stdout, stderr } = await stage.run('run', ...SMALL, ...args, '--out', 'out');
  expect(stderr).toBe('');
  return { code, verdict: verdictSchema.parse(JSON.parse(stdout)) };
}

describe.each([
  ['redis', ['--store', 'redis', '--queue', 'bullmq']],
  ['postgres', ['--store', 'postgres', '--queue', 'pg-boss']],
  ['dynamodb', ['--store', 'dynamodb']],
] as const)('a run on %s', (engine, target) => {
  describeOn(engine, 'whose engine is struck', () => {
    it.each([
      ['killed, also while it recovers', 'store-outage', 'F19', 3],
      ['stopped still', 'store-paused', 'F20', 2],
    ])('is valid when it is %s', async (_how, scenario, fault, planned) => {
      const { code, verdict } = await judged(scenario, ...target);
      expect({ code, valid: verdict.valid }).toEqual({ code: 0, valid: true });
      expect(verdict.faults).toMatchObject([{ id: fault, planned, verified: planned }]);
      expect(verdict.fates.lost ?? 0).toBe(0);
      expect(stage.left()).toEqual([]);
    });
  });
});

describeOn('redis', 'a run on Redis', () => {
  it('is valid when the way to it is slow, fails, or loses answers', async () => {
    const fault = (form: string, atMs: number) =>
      `  - { fault: F20, atMs: [${atMs}], options: { form: ${form}, ms: 150, probability: 0.6, forMs: 1000 } }\n`;
    const faults = [fault('slow', 300), fault('failing', 1600), fault('cut', 2900)].join('');
    // Long enough that each of them finds something on its way to the store, and often enough that a busy machine sends it.
    const work = 'work: [{ ms: [1000, 2000] }]\n';
    stage.file('link.yaml', `title: A bad link\ndescription: To the store.\ncalls: 24\n${work}faults:\n${faults}`);
    const { code, verdict } = await judged('./link.yaml', '--store', 'redis');
    expect({ code, faults: verdict.faults }).toMatchObject({
      code: 0,
      faults: [{ id: 'F20', planned: 3, verified: 3 }],
    });
    expect(verdict.fates.lost ?? 0).toBe(0);
  });

  it('shows what a Redis without a log loses, and holds it to nothing more', async () => {
    // So many agents that receipts come all the time, also between the last snapshot and the blow, however late that falls.
    const { code, verdict } = await judged(
      'store-tail-lost',
      '--store',
      'redis',
      '--agents',
      '20',
      '--set',
      'calls=60',
    );
    expect({ code, valid: verdict.valid }).toEqual({ code: 0, valid: true });
    expect(verdict.fates.lost).toBeGreaterThan(0);
    const lost = verdict.coverage.find(({ id }) => id === 'store-lost-a-task');
    expect(lost?.reached).toBeGreaterThan(0);
  });

  it('leaves no engine when the harness is killed', async () => {
    const run = stage.start('run', 'store-paused', '--store', 'redis', '--out', 'out', '--quiet');
    const history = join(stage.cwd, 'out/history.jsonl');
    const isPaused = () => existsSync(history) && readFileSync(history, 'utf8').includes('"phase":"paused"');
    await expect.poll(isPaused, { timeout: 60_000 }).toBe(true);
    expect(stage.left().some((one) => one.includes('redis-server'))).toBe(true);
    run.signal('SIGKILL');
    await run.ended;
    await expect.poll(() => stage.left(), { timeout: GONE_MS_MAX }).toEqual([]);
  });

  it('keeps the password of an engine of the user to itself, and strikes nothing', async () => {
    const url = 'redis://user:secret@127.0.0.1:1';
    const { code, stderr, stdout } = await stage.run(
      'run',
      'store-outage',
      '--store',
      'redis',
      '--store-url',
      url,
      ...SMALL,
    );
    // Nobody listens there, so the server says so and ends.
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).not.toContain('secret');
  });
});

describe('a run on sqlite', () => {
  it('says why its store cannot be killed apart from its server', async () => {
    const { code, verdict } = await judged('store-outage');
    expect(code).toBe(0);
    expect(verdict.faults).toMatchObject([
      { id: 'F19', planned: 0, reason: expect.stringContaining("server's process") },
    ]);
  });

  it.skipIf(!mayMount())('is valid over a full disk (needs root: sudo npm test)', async () => {
    const { code, verdict } = await judged('disk-full');
    expect({ code, faults: verdict.faults }).toMatchObject({ code: 0, faults: [{ id: 'F22', verified: 2 }] });
    expect(stage.left()).toEqual([]);
  });
});
