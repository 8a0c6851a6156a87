import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findPackage } from './package.ts';
import { openProgramStage, type ProgramStage } from './testing/program-stage.ts';

const { root } = findPackage();
const SMALL_SERVER = readFileSync(join(root, 'fixtures/examples/small-server.mjs'), 'utf8');
const WORSENED = `node ${join(root, 'dist/fixtures/servers/worsened-server.js')} --store memory --transport stdio`;

const reportSchema = z.object({
  schema: z.literal('claimcheck/gate@1'),
  kind: z.enum(['baseline', 'paired', 'self-check']),
  outcome: z.enum(['regression', 'no-regression', 'inconclusive']),
  exitCode: z.number(),
  summary: z.string(),
  rows: z.array(z.object({ subject: z.string(), gate: z.string(), status: z.string(), text: z.string() })),
});
const baselineSchema = z.looseObject({
  runs: z.array(z.looseObject({ key: z.string() })),
  expected: z.array(z.object({ run: z.string(), gate: z.string(), reason: z.string() })),
});

// Forty runs: half a minute on two idle cores, and ten times that when they are busy.
const PAIRED_MS_MAX = 500_000;

let stage: ProgramStage;
beforeEach(() => {
  stage = openProgramStage(PAIRED_MS_MAX);
});
afterEach(() => stage[Symbol.dispose]());

async function gated(...args: readonly string[]) {
  const { code, stdout, stderr } = await stage.run('gate', ...args, '--json', '--force', '--out', 'gated');
  expect(stdout, stderr).not.toBe('');
  const report = reportSchema.parse(JSON.parse(stdout));
  expect(report.exitCode).toBe(code);
  // Every output says the same.
  expect(reportSchema.parse(JSON.parse(stage.read('gated/gate.json')))).toEqual(report);
  return report;
}

describe('a saved run against a baseline', () => {
  const small = ['--set', 'calls=12', '--set', 'agents.count=4'];
  const simulated = (module: string, out: string) =>
    stage.run('simulate', 'steady', '--module', module, ...small, '--out', out);

  it('passes as it was, fails when it got slower, excuses with a reason and tells when the excuse is stale', async () => {
    stage.file('good.mjs', SMALL_SERVER);
    stage.file('slow.mjs', SMALL_SERVER.replace('setTimeout(resolve, ms)', 'setTimeout(resolve, ms * 1.1)'));
    expect((await simulated('good.mjs', 'good')).code).toBe(0);
    expect((await simulated('slow.mjs', 'slow')).code).toBe(0);

    const made = await gated('good', '--baseline', 'baseline.json', '--update');
    expect(made).toMatchObject({ kind: 'baseline', outcome: 'no-regression', exitCode: 0 });
    expect(made.summary).toContain('baseline.json now holds 1 run');
    expect(await gated('good', '--baseline', 'baseline.json')).toMatchObject({ outcome: 'no-regression', exitCode: 0 });
    // A directory is a baseline as well.
    expect((await gated('good', '--baseline', 'good')).exitCode).toBe(0);

    const slower = await gated('slow', '--baseline', 'baseline.json', '--reporter', 'junit');
    expect(slower).toMatchObject({ outcome: 'regression', exitCode: 3 });
    const failed = slower.rows.filter(({ status }) => status === 'fail');
    expect(failed.map(({ gate }) => gate)).toContain('metric service.mean');
    expect(stage.read('gated/junit.xml')).toContain('<failure');
    expect(stage.read('gated/gate.md')).toMatch(/^## Claimcheck gate: REGRESSION/);

    const baseline = baselineSchema.parse(JSON.parse(stage.read('baseline.json')));
    const expected = failed.map(({ subject: run, gate }) => ({ run, gate, reason: 'the new disk is slower' }));
    stage.file('known.json', JSON.stringify({ ...baseline, expected }));
    const excused = await gated('slow', '--baseline', 'known.json');
    expect(excused).toMatchObject({ outcome: 'no-regression', exitCode: 0 });
    expect(excused.rows.filter(({ status }) => status === 'expected').length).toBe(failed.length);
    const stale = await gated('good', '--baseline', 'known.json');
    expect(stale).toMatchObject({ outcome: 'regression', exitCode: 3 });
    expect(stale.rows.filter(({ status }) => status === 'stale').length).toBe(failed.length);

    // The slower one becomes what is compared with, and what was excused is forgotten.
    expect((await gated('slow', '--baseline', 'known.json', '--update')).exitCode).toBe(0);
    expect((await gated('slow', '--baseline', 'known.json')).exitCode).toBe(0);
  });

  it('another plan is no comparison, and thresholds hold against the baseline', async () => {
    stage.file('good.mjs', SMALL_SERVER);
    expect((await simulated('good.mjs', 'good')).code).toBe(0);
    await stage.run('simulate', 'steady', '--module', 'good.mjs', '--set', 'calls=13', '--out', 'other');
    expect(await gated('other', '--baseline', 'good')).toMatchObject({ outcome: 'inconclusive', exitCode: 2 });
    const met = await gated('good', '--baseline', 'good', '--threshold', 'polls <= baseline');
    expect(met.rows.find(({ gate }) => gate.startsWith('threshold polls'))?.status).toBe('pass');
    const missed = await gated('good', '--baseline', 'good', '--threshold', 'polls <= baseline * 0.5');
    expect(missed).toMatchObject({ outcome: 'regression', exitCode: 3 });
  });
});

describe('two servers side by side', () => {
  // Work of no length, and one poll each: what is left of a run is its start and its end.
  const BRIEF = `
title: Next to nothing
description: Enough to count polls.
calls: 8
agents: { count: 8, policy: poller, backoff: { id: fixed, options: { intervalMs: 60 } } }
load: { id: closed, options: { spreadMs: 20 } }
work: [{ ms: 10 }]
`;
  const paired = (worse: string, ...more: readonly string[]) =>
    gated(
      '--paired',
      ...['--baseline-server', WORSENED, '--candidate-server', `${WORSENED} ${worse}`],
      ...['--scenario', './brief.yaml', '--seconds', `${PAIRED_MS_MAX / 1000 - 10}`, ...more],
    );

  it('one poll more is found, by pairs that were run again', { timeout: PAIRED_MS_MAX + 20_000 }, async () => {
    stage.file('brief.yaml', BRIEF);
    const report = await paired('polls=1');
    expect(report).toMatchObject({ kind: 'paired', outcome: 'regression', exitCode: 3 });
    const polls = report.rows.find(({ gate }) => gate === 'metric polls-per-task.mean');
    expect(polls).toMatchObject({ status: 'fail' });
    expect(polls?.text).toMatch(/^secondary; fresh pairs say the same/);
    expect(stage.left()).toEqual([]);
  });

  it('too few pairs decide nothing, and Ctrl-C ends it with what is there', {
    timeout: PAIRED_MS_MAX + 20_000,
  }, async () => {
    stage.file('brief.yaml', BRIEF);
    const few = await paired('service=2', '--pairs', '2');
    expect(few).toMatchObject({ outcome: 'inconclusive', exitCode: 2 });
    const running = stage.start(
      ...['gate', '--self-check', '--store', 'memory', '--scenario', './brief.yaml', '--out', 'cut'],
    );
    for (;;) {
      const made = stage.written().includes('cut');
      if (made) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    running.signal('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(reportSchema.parse(JSON.parse(stage.read('cut/gate.json')))).toMatchObject({
      kind: 'self-check',
      exitCode: 130,
    });
    expect(stage.left()).toEqual([]);
  });
});

it('what cannot be gated is refused before anything is started or written', async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['none', '--baseline', 'b.json', '--update'], /none does not exist/],
    [['--self-check', '--threshold', 'polls <= baseline'], /does not end in 'paired'/],
    [['--self-check', '--reporter', 'junti'], /Unknown reporter 'junti'/],
  ];
  for (const [args, why] of cases) {
    const { code, stderr, stdout } = await stage.run('gate', ...args);
    expect(stderr).toMatch(why);
    expect(stdout).toBe('');
    expect(code).toBe(64);
  }
  expect(stage.written()).toEqual([]);
});
