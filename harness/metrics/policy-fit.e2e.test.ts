// The load test of job-handle articles at half of its length: built command line, real server, real clock.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'harness', 'cli', 'main.js');

// Polls after 0.5, 1.5, 3.5, 7.5 and 15.5 s; work that is over well before 7.5 s also when the machine is busy. Many calls at one
// instant would have some wait for their receipts while their work goes on already, and that is over the sooner after them; and an
// answer that is later than the next poll makes that one late as well.
const CALLS = 20;
const SHORTENED = [
  `calls=${CALLS}`,
  `agents.count=${CALLS}`,
  'load.options.spreadMs=2000',
  'work.0.ms=[5000,5600]',
  'agents.backoff.options.initialMs=500',
  'agents.backoff.options.capMs=15000',
  'slaMs=45000',
];
/** Half the way from the poll after 3.5 s to the next: what another poll than the planned one found is further off. */
const LAG_ERROR_MS_MAX = 2000;

const trendSchema = z.object({ count: z.number(), censored: z.number(), mean: z.number(), max: z.number() });
const verdictSchema = z.object({
  valid: z.union([z.boolean(), z.literal('unknown')]),
  fates: z.record(z.string(), z.number()),
  faults: z.array(z.object({ id: z.string(), verified: z.number() })),
  metrics: z.object({
    'policy-polls-error': trendSchema,
    'policy-lag-error': trendSchema,
    'polls-per-task': trendSchema,
  }),
});

describe('synthetic-load', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'claimcheck-policy-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function run(name: string, ...more: string[]) {
    const out = join(folder, name);
    const set = SHORTENED.flatMap((assignment) => ['--set', assignment]);
    await execa(process.execPath, [MAIN, 'run', 'synthetic-load', ...set, ...more, '--out', out, '--quiet'], {
      // A busy machine misses the threshold on receipts, which is not what this is about.
      reject: false,
    });
    return verdictSchema.parse(JSON.parse(readFileSync(join(out, 'verdict.json'), 'utf8')));
  }

  it('undisturbed, each task costs the four polls of its backoff, and its lag', async () => {
    const { valid, fates, faults, metrics } = await run('quiet', '--fault', 'F12=0');
    expect([valid, fates, faults]).toEqual([true, { 'settled-ok': CALLS }, []]);
    expect(metrics['policy-polls-error']).toEqual({ count: CALLS, censored: 0, mean: 0, max: 0 });
    expect(metrics['polls-per-task'].mean).toBeCloseTo(4, 1);
    // Of one task a busy machine may make anything.
    expect(metrics['policy-lag-error'].mean).toBeLessThan(LAG_ERROR_MS_MAX);
  });

  it('over a kill no task is lost, and each costs what its backoff costs for the time it took in the end', async () => {
    const { valid, fates, faults, metrics } = await run('kill', '--set', 'faults.F12.afterMs=2200');
    expect([valid, fates, faults]).toEqual([true, { 'settled-ok': CALLS }, [{ id: 'F12', verified: 1 }]]);
    expect(metrics['policy-polls-error']).toEqual({ count: CALLS, censored: 0, mean: 0, max: 0 });
    // Of one task a busy machine may make anything.
    expect(metrics['policy-lag-error'].mean).toBeLessThan(LAG_ERROR_MS_MAX);
  });
});
