// Loads that several processes make: what is judged is one run, and a part that did not come back is no part of what passed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeOn, startEngine } from '../../src/stores/testing/engine.ts';
import type { GeneratorsDocument } from '../model/generators.ts';
import type { Plan } from '../model/plan.ts';
import type { Verdict } from '../model/verdict.ts';
import { disagreements, readHistograms } from './histogram-agreement.ts';
import { findPackage } from './package.ts';
import { openProgramStage, type ProgramStage } from './testing/program-stage.ts';

let stage: ProgramStage;
beforeEach(() => {
  stage = openProgramStage();
});
afterEach(() => stage[Symbol.dispose]());

/** The files of a run. */
function runIn(name: string) {
  const verdict: Verdict = JSON.parse(stage.read(join(name, 'verdict.json')));
  const plan: Plan = JSON.parse(stage.read(join(name, 'plan.json')));
  const file = join(name, 'generators.json');
  const generators: GeneratorsDocument | null = existsSync(join(stage.cwd, file)) ? JSON.parse(stage.read(file)) : null;
  const histograms = readHistograms(join(stage.cwd, name, 'histograms.json'));
  if (histograms === null) throw new Error('expected the histograms of a measured load');
  return { verdict, plan, generators, histograms };
}

describeOn('redis', 'generators that take their shares over Redis', () => {
  it('give what one process gives with the same plan', async () => {
    await using engine = await startEngine('redis');
    const generators = [1, 2, 3].map(() => stage.start('generate', '--redis', engine.url));
    const profile = join(findPackage().root, 'fixtures/examples/fixed-delay.yaml');
    const load = (name: string, ...more: readonly string[]) =>
      stage.run(
        ...['load', '--profile', profile, '--rate', '50/s', '--duration', '2s', '--warmup', '500ms'],
        ...['--quiet', '--out', name, ...more],
      );
    const [alone, together] = await Promise.all([
      load('alone'),
      load('together', '--generators', '3', '--redis', engine.url),
    ]);
    expect([alone.code, together.code]).toEqual([0, 0]);
    const one = runIn('alone');
    const three = runIn('together');
    expect({ ...three.plan, load: one.plan.load }).toEqual(one.plan);
    expect(three.plan.load).toEqual({ ...one.plan.load, generators: 3 });
    const judged = ({ verdict: { valid, fates, checkers, phantom } }: typeof one) => ({
      ...{ valid, fates, phantom },
      checkers: checkers.map(({ id, valid: held, findings }) => ({ id, held, findings })),
    });
    expect(judged(three)).toEqual(judged(one));
    const counted = ({ verdict: { metrics } }: typeof one) =>
      ['ack-latency', 'create-time', 'end-to-end', 'generator-lateness'].map((id) => {
        const value = metrics[id];
        return value?.type === 'trend' ? [id, value.count, value.censored] : [id];
      });
    expect(counted(three)).toEqual(counted(one));
    // The histograms of three added up say what all events of the merged history say.
    expect(disagreements(three.verdict.metrics, three.histograms)).toEqual([]);
    expect(disagreements(one.verdict.metrics, one.histograms)).toEqual([]);
    const parts = Object.values(three.histograms.generators ?? {});
    expect(parts.map((part) => part['ack-latency'].count).reduce((sum, count) => sum + count, 0)).toBe(100);
    expect(three.generators?.generators.map(({ state, clock }) => [state, clock?.isSame])).toEqual(
      new Array(3).fill(['reported', process.platform === 'linux']),
    );
    // Nothing is left in the queue but what the library keeps of it.
    const client = new Redis(engine.url);
    const keys = await client.keys('{claimcheck-load}*');
    client.disconnect();
    expect(keys).toEqual([]);
    for (const generator of generators) generator.signal('SIGINT');
    const ended = await Promise.all(generators.map((generator) => generator.ended));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    for (const { stderr } of ended) expect(stderr).toMatch(/share \d of load [0-9a-f]{8}: done/);
  });
});

describe('a generator that is killed', () => {
  it('is named, and its share counts as not run', async () => {
    const running = stage.start(
      ...['load', '--rate', '60/s', '--duration', '3s', '--warmup', '0', '--generators', '3', '--out', 'run'],
      ...['--agents', '12'],
    );
    // In the middle of the load: some of its calls have had their effects.
    await until(() => linesOf(join(stage.cwd, 'run/ledger.jsonl')) > 60);
    const victim = childrenOf(running.pid).filter(({ command }) => command.includes('worker-main'))[1];
    expect(victim).toBeDefined();
    if (victim) process.kill(victim.pid, 'SIGKILL');
    const { code, stdout } = await running.ended;
    expect(code).toBe(2);
    const { verdict, plan, generators, histograms } = runIn('run');
    const [lost] = verdict.lostGenerators ?? [];
    expect(verdict.lostGenerators).toEqual([
      { generator: expect.stringMatching(/^g[123]$/), calls: 60, why: 'it ended by SIGKILL' },
    ]);
    expect(verdict.valid).toBe('unknown');
    expect(verdict.fates).toEqual({ 'settled-ok': 120 });
    expect([plan.calls.length, plan.load.notRun]).toEqual([120, verdict.lostGenerators]);
    // What it did until then is nobody's fault, and in no figure.
    expect(verdict.phantom).toBe(0);
    expect(generators?.effectsLeftOut).toBeGreaterThan(0);
    expect(verdict.checkers.filter(({ valid }) => valid === false)).toEqual([]);
    const books = verdict.checkers.find(({ id }) => id === 'conservation');
    expect(books).toMatchObject({ valid: 'unknown', counts: { calls: 120, notRun: 60 } });
    // Whose connection a message came on is known, whoever opened it.
    const countsOf = (id: string) => verdict.checkers.find((checker) => checker.id === id)?.counts;
    expect(countsOf('leaked-tasks')?.messages).toBe(countsOf('unpaired-replies')?.answers);
    expect(disagreements(verdict.metrics, histograms)).toEqual([]);
    expect(stdout).toContain(`not run   60 calls of ${lost?.generator}, which was lost: it ended by SIGKILL`);
    const again = await stage.run('check', 'run');
    expect([again.code, stage.left()]).toEqual([2, []]);
  });

  it('does not come to be where the load cannot be divided', async () => {
    const { code, stderr } = await stage.run('load', '--transport', 'stdio', '--generators', '2', '--out', 'run');
    expect({ code, stderr }).toEqual({
      code: 64,
      stderr: expect.stringContaining('a server on pipes can be spoken to by one process only'),
    });
    expect(existsSync(join(stage.cwd, 'run'))).toBe(false);
  });
});

async function until(isTrue: () => boolean): Promise<void> {
  for (let looks = 0; looks < 1200; looks += 1) {
    if (isTrue()) return;
    await delay(50);
  }
  throw new Error('it did not come about within a minute');
}

function linesOf(path: string): number {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
}

function childrenOf(parent: number): readonly { readonly pid: number; readonly command: string }[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      return Number(fields[1]) === parent ? [{ pid: Number(pid), command }] : [];
    } catch {
      // It ended while we looked.
      return [];
    }
  });
}
