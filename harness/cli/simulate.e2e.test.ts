import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findPackage } from './package.ts';
import { openProgramStage, type ProgramStage } from './testing/program-stage.ts';

const PROGRAM = join(findPackage().root, 'dist/harness/cli/main.js');
// Another version of Node: the same plan must give the same bytes there.
const OTHER_NODE = process.env.CLAIMCHECK_OTHER_NODE;

const summary = z.object({
  runs: z.array(z.object({ verdict: z.object({ scenario: z.string(), valid: z.unknown(), exitCode: z.number() }) })),
});

let stage: ProgramStage;
beforeEach(() => {
  stage = openProgramStage();
});
afterEach(() => stage[Symbol.dispose]());

function historyOf(directory: string): string {
  const text = readFileSync(join(stage.cwd, directory, 'history.jsonl'));
  return createHash('sha256').update(text).digest('hex');
}

describe('claimcheck simulate', () => {
  it('repeats itself byte for byte, and differs with another seed', async () => {
    const hashes: string[] = [];
    for (const [index, seed] of ['7', '7', '8'].entries()) {
      const ended = await stage.run('simulate', 'tour', '--seed', seed, '--out', `run-${index}`);
      expect(ended).toMatchObject({ code: 0 });
      hashes.push(historyOf(`run-${index}`));
    }
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });

  it('gives the same bytes on sqlite files, over pipes and in a series after another scenario', async () => {
    const flags = ['--store', 'sqlite', '--transport', 'stdio', '--seed', '3'];
    await stage.run('simulate', 'crash-mid-task', ...flags, '--out', 'alone');
    await stage.run('simulate', 'steady', 'crash-mid-task', ...flags, '--out', 'series');
    expect(historyOf('series/crash-mid-task-3')).toBe(historyOf('alone'));
  });

  it.skipIf(OTHER_NODE === undefined)(
    'gives the same bytes on another version of Node (needs another Node: CLAIMCHECK_OTHER_NODE=its program)',
    async () => {
      await stage.run('simulate', 'tour', '--out', 'this');
      await execa(OTHER_NODE ?? '', [PROGRAM, 'simulate', 'tour', '--out', 'other'], { cwd: stage.cwd });
      expect(historyOf('other')).toBe(historyOf('this'));
    },
  );

  it.each(['tasks-2026-07-28', 'tasks-2025-11-25', 'handle'])(
    'finds every scenario valid in dialect %s',
    async (dialect) => {
      const ended = await stage.run(
        'simulate',
        'all',
        '--dialect',
        dialect,
        '--store',
        'modelled',
        '--json',
        '--out',
        'all',
      );
      const { runs } = summary.parse(JSON.parse(ended.stdout));
      expect(runs.filter(({ verdict }) => verdict.exitCode !== 0)).toEqual([]);
      expect(runs.length).toBeGreaterThan(15);
      expect(ended.code).toBe(0);
    },
  );

  it('finds the same violation as real time: a store in memory loses what a kill finds', async () => {
    const ended = await stage.run('simulate', 'crash-mid-task', '--store', 'memory', '--json', '--out', 'memory');
    const { checkers, fates } = z
      .object({
        checkers: z.array(z.object({ invariants: z.array(z.string()), valid: z.unknown() })),
        fates: z.record(z.string(), z.number()),
      })
      .parse(JSON.parse(ended.stdout));
    expect(ended.code).toBe(1);
    expect(fates.lost).toBeGreaterThan(0);
    const broken = checkers.filter(({ valid }) => valid === false).flatMap(({ invariants }) => invariants);
    expect(broken).toContain('S1');
  });

  it('judges and replays a saved run in virtual time', async () => {
    await stage.run('simulate', 'lost-receipt', '--out', 'first');
    const before = readFileSync(join(stage.cwd, 'first/verdict.json'), 'utf8');
    expect(await stage.run('check', 'first')).toMatchObject({ code: 0 });
    expect(readFileSync(join(stage.cwd, 'first/verdict.json'), 'utf8')).toBe(before);
    const again = await stage.run('replay', 'first', '--out', 'second');
    expect(again).toMatchObject({ code: 0 });
    expect(historyOf('second')).toBe(historyOf('first'));
  });

  it('refuses a process with a word, and leaves nothing behind', async () => {
    const ended = await stage.run('simulate', 'steady', '--server', 'node server.js');
    expect(ended.code).toBe(64);
    expect(ended.stderr).toContain('--server names a process, which keeps its own time');
    expect(stage.written()).toEqual([]);
    expect(stage.left()).toEqual([]);
  });

  it('is interrupted with a report', async () => {
    const scenario = stage.file(
      'long.yaml',
      'title: Long\ndescription: Longer than anybody waits.\ncalls: 20000\nagents: { count: 50 }\nload: { id: closed }\nwork: [{ tool: effect, ms: [1000, 2000] }]\n',
    );
    const running = stage.start('simulate', scenario, '--store', 'modelled', '--out', 'long');
    const hasStarted = () => existsSync(join(stage.cwd, 'long/history.jsonl'));
    while (!hasStarted()) await new Promise((done) => setTimeout(done, 100));
    running.signal('SIGINT');
    const ended = await running.ended;
    expect(ended.code).toBe(130);
    const verdict = z.object({ interrupted: z.boolean() }).parse(JSON.parse(stage.read('long/verdict.json')));
    expect(verdict.interrupted).toBe(true);
    expect(stage.left()).toEqual([]);
  });
});
