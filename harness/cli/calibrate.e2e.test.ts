import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { openProgramStage, type ProgramStage } from './testing/program-stage.ts';

const document = z.object({
  schema: z.literal('claimcheck/calibration@1'),
  exitCode: z.number(),
  comparisons: z.array(
    z.object({
      scenario: z.string(),
      isFaultless: z.boolean(),
      pollMarginMs: z.number().nullable(),
      directories: z.object({ real: z.array(z.string()), virtual: z.string().nullable() }),
      checks: z.array(z.object({ id: z.string(), agrees: z.boolean() })),
      rows: z.array(
        z.object({
          metric: z.string(),
          statistic: z.string(),
          kind: z.string(),
          real: z.array(z.number().nullable()),
          virtual: z.number().nullable(),
          verdict: z.string(),
        }),
      ),
    }),
  ),
});

// Long intervals: a machine would have to stand still for half a second to move an end past a poll.
const SMALL = `
title: A little work
description: Enough to have polls that find nothing and polls that do.
calls: 8
agents: { count: 4, backoff: { id: fixed, options: { intervalMs: 1000 } } }
load: { id: closed, options: { spreadMs: 200 } }
work: [{ ms: [100, 1900] }]
`;
const KILLED = `${SMALL}faults: [{ fault: F12, count: 1, on: acked, afterMs: 100 }]\n`;

const FAST = ['--dialect', 'tasks-2026-07-28', '--runs', '1', '--out', 'out'];

let stage: ProgramStage;
beforeEach(() => {
  stage = openProgramStage();
});
afterEach(() => stage[Symbol.dispose]());

it('counts the same in real and in virtual time, without faults; with them fates and checks agree', async () => {
  const plans = [stage.file('small.yaml', SMALL), stage.file('killed.yaml', KILLED)];
  const { stdout, stderr } = await stage.run('calibrate', ...plans, ...FAST, '--json');
  const { comparisons, exitCode } = document.parse(JSON.parse(stdout));
  const [small, killed] = comparisons;
  expect(small, stderr).toMatchObject({ isFaultless: true, pollMarginMs: 500 });
  expect(killed).toMatchObject({ isFaultless: false, pollMarginMs: null });
  const counts = small?.rows.filter(({ kind }) => kind === 'count') ?? [];
  expect(counts.filter(({ verdict }) => verdict !== 'equal' && verdict !== 'tie')).toEqual([]);
  const values = counts.filter(({ metric }) => ['creates', 'tasks', 'effects committed'].includes(metric));
  expect(values.map(({ metric, real, virtual }) => [metric, real, virtual])).toEqual([
    ['creates', [8], 8],
    ['tasks', [8], 8],
    ['effects committed', [8], 8],
  ]);
  for (const { checks, rows } of comparisons) {
    expect(checks.filter(({ agrees }) => !agrees)).toEqual([]);
    const fates = rows.filter(({ metric }) => metric.startsWith('fate '));
    expect(fates.map(({ metric, real, virtual }) => [metric, real, virtual])).toEqual([['fate settled-ok', [8], 8]]);
  }
  // How a busy machine's times are judged is no matter of this test.
  expect([0, 3]).toContain(exitCode);
  for (const { directories } of comparisons) {
    for (const path of [...directories.real, directories.virtual ?? '']) {
      expect(existsSync(join(stage.cwd, path, 'verdict.json')), path).toBe(true);
    }
  }
  const page = readFileSync(join(stage.cwd, 'out/report.html'), 'utf8');
  expect(page).toContain('Calibration: is virtual time telling the truth?');
  expect(page).toContain('small · tasks-2026-07-28');
});

it('refuses a directory that holds runs, and ranges that are none', async () => {
  const plan = stage.file('small.yaml', SMALL);
  const range = await stage.run('calibrate', plan, '--link', '3-1');
  expect([range.code, range.stderr]).toEqual([64, expect.stringContaining('--link 3-1: expected whole ms')]);
  const first = await stage.run('calibrate', plan, ...FAST);
  expect([0, 3], first.stderr).toContain(first.code);
  const again = await stage.run('calibrate', plan, ...FAST);
  expect([again.code, again.stderr]).toEqual([64, expect.stringContaining('already holds a run')]);
});
