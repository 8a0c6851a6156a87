import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { openProgramStage, type ProgramStage } from './testing/program-stage.ts';

const measure = z.object({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: z.number(),
});
const comparisonSchema = z.object({
  schema: z.literal('claimcheck/comparison@1'),
  cells: z.array(
    z.object({
      id: z.string(),
      unavailable: z.string().nullable(),
      note: z.string().nullable(),
      calls: z.number(),
      runs: z.array(z.object({ directory: z.string(), valid: z.union([z.boolean(), z.literal('unknown')]) })),
      measures: z.record(z.string(), measure),
      model: z.object({ polls: z.number(), lagMs: z.number() }).nullable(),
      isBest: z.boolean(),
    }),
  ),
  findings: z.array(z.object({ kind: z.string(), text: z.string() })),
});
const document = z.object({ schema: z.literal('claimcheck/summary@1'), comparison: comparisonSchema });

const SMALL = `
title: A little work, and a crash
description: Enough that a store which forgets is caught.
calls: 12
agents: { count: 4, backoff: { id: fixed, options: { intervalMs: 200 } } }
work: [{ ms: [300, 600] }]
faults: [{ fault: F12, count: 1, on: acked, afterMs: 100 }]
`;

let stage: ProgramStage;
beforeEach(() => {
  stage = openProgramStage();
});
afterEach(() => stage[Symbol.dispose]());

it('costs of waiting in virtual time are those of the rule, and the learned backoff needs no law', async () => {
  const ways = ['--backoff', 'exponential,fixed:intervalMs=5000,learned', '--law', '15-60s,heavy-tail'];
  const { code, stdout, stderr } = await stage.run('compare', ...ways, '--out', 'out', '--json');
  expect(code, stderr).toBe(0);
  const { cells, findings } = document.parse(JSON.parse(stdout)).comparison;
  expect(cells.map(({ id }) => id)).toEqual([
    '15-60s-exponential',
    '15-60s-fixed_intervalMs_5000',
    '15-60s-learned',
    'heavy-tail-exponential',
    'heavy-tail-fixed_intervalMs_5000',
    'heavy-tail-learned',
  ]);
  for (const { id, calls, measures, model } of cells) {
    expect(calls, id).toBeGreaterThanOrEqual(200);
    for (const name of ['lag', 'polls']) {
      const { value, low, high, n } = measures[name] ?? { value: null, low: null, high: null, n: 0 };
      expect(n, id).toBe(calls);
      expect(low ?? Number.NaN, id).toBeLessThanOrEqual(value ?? Number.NaN);
      expect(high ?? Number.NaN, id).toBeGreaterThanOrEqual(value ?? Number.NaN);
    }
    if (model === null) continue;
    // A link of a few ms moves an end past a poll now and then.
    expect(Math.abs((measures.polls?.value ?? 0) / model.polls - 1), id).toBeLessThan(0.01);
    expect(Math.abs((measures.lag?.value ?? 0) / model.lagMs - 1), id).toBeLessThan(0.02);
  }
  // 5.64 polls and 12.84 s by the reference, for any 15 to 60 s; these are 300 of them.
  const [doubling] = cells;
  expect(doubling?.measures.polls?.low).toBeLessThan(5.64);
  expect(doubling?.measures.polls?.high).toBeGreaterThan(5.5);
  const learning = findings.filter(({ text }) => text.includes('learned'));
  expect(learning.map(({ kind }) => kind)).toEqual(['holds', 'holds']);
  expect(
    findings.some(({ kind, text }) => kind === 'contradicts' && text.startsWith('15-60s: exponential saves')),
  ).toBe(true);
  expect(existsSync(join(stage.cwd, 'out/waiting-1-15-60s-learned/verdict.json'))).toBe(true);
  expect(existsSync(join(stage.cwd, 'out/summary.json'))).toBe(true);
  const page = readFileSync(join(stage.cwd, 'out/report.html'), 'utf8');
  expect(page).toContain('href="waiting-1-15-60s-learned/report.html"');
  expect(page).toContain('Polls per task against detection lag');
});

it('stores are compared on real processes, and a broken one wins nothing', async () => {
  const scenario = stage.file('small.yaml', SMALL);
  const command = ['compare', scenario, '--store', 'memory,sqlite', '--repeats', '2', '--out', 'out', '--quiet'];
  const { code, stdout, stderr } = await stage.run(...command, '--json');
  expect(code, stderr).toBe(0);
  const { cells } = document.parse(JSON.parse(stdout)).comparison;
  expect(cells.map(({ id, calls, runs, isBest }) => [id, calls, runs.map(({ valid }) => valid), isBest])).toEqual([
    ['memory', 24, [false, false], false],
    ['sqlite', 24, [true, true], true],
  ]);
  expect(cells[0]?.measures.lost?.value).toBeGreaterThan(0);
  expect(cells[1]?.measures.lost).toMatchObject({ value: 0, n: 24 });
  expect(cells[1]?.measures.memory?.value).toBeGreaterThan(10);
  for (const { runs } of cells)
    expect(runs.every(({ directory }) => existsSync(join(stage.cwd, directory)))).toBe(true);
  const again = await stage.run(...command);
  expect(again).toMatchObject({ code: 64 });
  expect(again.stderr).toContain('already holds a comparison');
});

it('callbacks of the decision matrix are measured in real time, beside what virtual time has', async () => {
  const small = ['--set', 'calls=30', '--set', 'work.0.ms=[800,1600]', '--set', 'faults.F31.count=10'];
  const command = ['compare', '--matrix', '--approach', 'webhook,breaker', ...small, '--quiet', '--json'];
  const { code, stdout, stderr } = await stage.run(...command, '--out', 'out');
  expect(code, stderr).toBe(0);
  const { cells } = document.parse(JSON.parse(stdout)).comparison;
  const rows = ['row-1', 'row-2', 'row-3', 'row-4'];
  expect(cells.map(({ id, calls, note }) => [id, calls, note])).toEqual(
    rows.flatMap((row) => [
      [`${row}-webhook`, 30, 'in real time'],
      [`${row}-breaker`, 30, null],
    ]),
  );
  // Every planned fault bit, also where calls are refused.
  expect(cells.flatMap(({ runs }) => runs.map(({ valid }) => valid))).toEqual(Array.from({ length: 8 }, () => true));
  const verdict = z.object({ metrics: z.record(z.string(), z.unknown()) });
  for (const row of rows) {
    const { metrics } = verdict.parse(JSON.parse(stage.read(`out/decision-1-${row}-webhook/verdict.json`)));
    expect(metrics['callback-deliveries'], row).toMatchObject({ value: expect.any(Number) });
    expect(metrics['callbacks-doubled'], row).toMatchObject({ unit: 'deliveries' });
  }
  const fixed = await stage.run(...command, '--time', 'virtual', '--out', 'fixed');
  expect(fixed.code, fixed.stderr).toBe(0);
  const [refused, measured] = document.parse(JSON.parse(fixed.stdout)).comparison.cells;
  expect(refused).toMatchObject({ calls: 0, unavailable: expect.stringContaining('leave --time virtual out') });
  expect(measured).toMatchObject({ calls: 30, unavailable: null });
});

it('says what cannot be compared before anything is started', async () => {
  const wrong = async (...args: readonly string[]) => {
    const { code, stderr } = await stage.run('compare', ...args, '--out', 'out');
    return `${code} ${stderr.trim()}`;
  };
  expect(await wrong('--backoff', 'fixd,learned')).toContain("64 claimcheck: Unknown backoff 'fixd'");
  expect(await wrong('--approach', 'tasks,handle', '--dialect', 'handle')).toContain('--approach chooses the dialect');
  expect(await wrong('--law', '1-2s')).toContain('nothing to compare');
  expect(await wrong('--matrix', '--store', 'memory,sqlite')).toContain('--matrix has its own');
  expect(stage.written()).toEqual([]);
});
