// An engine of the user's own, in which there may be other things: what a run makes there, and what is left of it.
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { describeOn, startEngine } from '../../src/stores/testing/engine.ts';
import { openProgramStage, type ProgramStage } from './testing/program-stage.ts';

const TARGET = ['--store', 'redis', '--queue', 'bullmq', '--store-url'];
const SMALL = ['--set', 'calls=12', '--agents', '4', '--quiet', '--json'];
const RUN = z.object({
  valid: z.literal(true),
  metrics: z.object({ 'store-operations': z.object({ value: z.number() }) }),
});

let stage: ProgramStage;
beforeEach(() => {
  stage = openProgramStage();
});
afterEach(() => stage[Symbol.dispose]());

describeOn('redis', 'a Redis of the user', () => {
  it('is the same after two runs of one plan, neither of which met the other', async () => {
    await using engine = await startEngine('redis');
    const client = new Redis(engine.url);
    await client.set('{claimcheck}:tasks', 'of somebody else');
    for (const out of ['first', 'second']) {
      const { code, stdout, stderr } = await stage.run('run', 'steady', ...TARGET, engine.url, ...SMALL, '--out', out);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(RUN.parse(JSON.parse(stdout)).metrics['store-operations'].value).toBeGreaterThan(5);
    }
    expect(await client.keys('*')).toEqual(['{claimcheck}:tasks']);
    client.disconnect();
  });

  it('is said to hold what could not be removed', async () => {
    await using engine = await startEngine('redis');
    const guest = new URL(engine.url);
    guest.username = 'guest';
    const client = new Redis(engine.url);
    await client.acl('SETUSER', 'guest', 'on', `>${guest.password}`, '~*', '&*', '+@all', '-unlink');
    const { code, stderr } = await stage.run('run', 'steady', ...TARGET, guest.href, ...SMALL, '--out', 'out');
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^Whatever the run made in redis could not be removed \(NOPERM .*\): remove the keys that begin with \{claimcheck_run_[0-9a-f]{12}\}: yourself\.\n$/,
    );
    expect((await client.keys('{claimcheck_run_*')).length).toBeGreaterThan(0);
    client.disconnect();
  });
});
