// claimcheck eval as users start it: real agents of policies on a real server, in virtual and in real time.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvaluationCell, EvaluationDocument } from '../model/evaluation/document.ts';
import type { EvaluationComparison } from '../model/evaluation/evaluation-comparison.ts';
import { findPackage } from './package.ts';
import { openProgramStage, type ProgramStage } from './testing/program-stage.ts';

const RECORDS = join(findPackage().root, 'fixtures/evaluation/records');

let stage: ProgramStage;
beforeAll(() => {
  stage = openProgramStage();
});
afterAll(() => stage[Symbol.dispose]());

async function evaluate(out: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await stage.run('eval', '--quiet', '--json', '--jobs', '1', '--out', out, ...args);
  expect({ code, stderr, left: stage.left() }).toEqual({ code: 0, stderr: '', left: [] });
  const document: EvaluationDocument & { readonly baseline?: EvaluationComparison } = JSON.parse(stdout);
  return { document, episodes: stage.read(`${out}/episodes.jsonl`) };
}

function valuesOf({ scores }: EvaluationCell, ids: readonly string[]): Record<string, number | undefined> {
  return Object.fromEntries(ids.map((id) => [id, scores[id]?.value]));
}

describe('an evaluation that is run, compared, drawn and scored again', () => {
  const ARGS = ['--sample', '8', '--law', 'reversed'];
  let first: Awaited<ReturnType<typeof evaluate>>;

  beforeAll(async () => {
    first = await evaluate('first', ...ARGS, '--agent', 'reference,swapper');
  });

  it('shows no async gap of the reference, and one of whoever takes results in the order in which they come', () => {
    const [reference, swapper] = first.document.asyncGaps;
    expect(reference).toMatchObject({ agent: 'reference', pairs: 8, sync: 1, async: 1, gap: 0 });
    expect(swapper).toMatchObject({ agent: 'swapper', sync: 1 });
    expect(swapper?.gap).toBeGreaterThan(0.3);
  });

  it('is the same bytes whatever the number of threads, and nothing differs from itself', async () => {
    const told = ['--schema', 'bare', '--prompt', 'async', '--baseline', 'first'];
    const again = await evaluate('again', ...ARGS, '--agent', 'reference,swapper', '--jobs', '2', ...told);
    expect(again.episodes).toBe(first.episodes);
    expect(first.episodes.trim().split('\n')).toHaveLength(32);
    expect(again.document.cells).toEqual(first.document.cells);
    expect(again.document.baseline?.differences).toEqual([]);
    expect(again.document.baseline?.told).toEqual([
      expect.stringContaining('schema explicit before, bare now; policies read neither'),
      expect.stringContaining('prompt bare before, async now; policies read neither'),
    ]);
    expect(new Set(again.document.baseline?.changes.map(({ verdict }) => verdict))).toEqual(new Set(['same']));
  });

  it('says what differs from a baseline, and which mutant found nothing to fail at', async () => {
    const { code, stdout } = await stage.run(
      ...['eval', '--quiet', ...ARGS, '--agent', 'reference,literalist', '--mode', 'async', '--agent-ms', '3000'],
      ...['--out', 'slow', '--baseline', 'first'],
    );
    expect(code).toBe(0);
    expect(stdout).toContain('not like with like: agentMs 1000 before, 3000 now');
    expect(stdout).toMatch(/│ reference +│ async │ reversed │ makespan/);
    expect(stdout).toContain('nothing here to fail at: it shows itself where tools fail (--failing 0.1)');
  });

  it('is drawn again from what was saved, alone and against another', async () => {
    const report = stage.read('first/report.html');
    expect(report).toContain(`id="episode-${first.document.worst[0]?.line}"`);
    const again = await stage.run('report', 'first', '-o', 'again.html');
    expect({ code: again.code, same: stage.read('again.html') === report }).toEqual({ code: 0, same: true });
    const both = await stage.run('report', 'first', 'slow');
    expect({ code: both.code, stdout: both.stdout.trim() }).toEqual({ code: 0, stdout: 'comparison.html' });
    expect(stage.read('comparison.html')).toContain('agentMs 1000 before, 3000 now');
    expect((await stage.run('report', 'first', '.')).code).toBe(64);
  });

  it('comes to the same scores when its episodes are scored again, and to others when they were changed', async () => {
    const same = await stage.run('check', 'first', '--json');
    expect(same.stderr).toContain('first/evaluation.json: the same scores as before');
    expect({ code: same.code, document: JSON.parse(same.stdout) }).toEqual({ code: 0, document: first.document });
    const files = ['episodes.jsonl', 'instances.jsonl', 'evaluation.json'];
    for (const name of files) stage.file(`changed/${name}`, stage.read(`first/${name}`));
    const text = first.episodes.replace('"kind":"claim"', '"kind":"think"');
    stage.file('changed/episodes.jsonl', text);
    const other = await stage.run('check', 'changed');
    expect({ code: other.code, stderr: other.stderr }).toEqual({
      code: 0,
      stderr: 'changed/evaluation.json: differs from what stood there\n',
    });
    stage.file('changed/episodes.jsonl', `${text}{"instance":`);
    const cut = await stage.run('check', 'changed');
    expect({ code: cut.code, said: cut.stderr.includes('episodes.jsonl line 33 is damaged') }).toEqual({
      code: 64,
      said: true,
    });
  });
});

describe('claimcheck eval', () => {
  it('gives equal scores in real and in virtual time, but for results that changed places', async () => {
    const args = ['--sample', '4', '--agent', 'reference,swapper,doubler', '--mode', 'async'];
    await evaluate('virtual', ...args);
    const real = await evaluate('real', ...args, '--time', 'real', '--time-scale', '0.1', '--baseline', 'virtual');
    const agreements = real.document.baseline?.agreements ?? [];
    expect(agreements.map(({ agent, episodes, unequal, apart }) => ({ agent, episodes, unequal, apart }))).toEqual(
      ['reference', 'swapper', 'doubler'].map((agent) => ({ agent, episodes: 4, unequal: [], apart: [] })),
    );
    for (const { agent, scores } of agreements) {
      if (agent !== 'swapper') expect({ agent, scores }).toEqual({ agent, scores: { equal: 29, all: 29 } });
    }
    const run = await stage.run('check', 'real/runs/reference-async-uniform-1-1', '--json');
    expect(JSON.parse(run.stdout)).toMatchObject({ valid: true, fates: { 'settled-ok': expect.any(Number) } });
    const doubled = await stage.run('check', 'real/runs/doubler-async-uniform-1-1', '--json');
    expect(JSON.parse(doubled.stdout)).toMatchObject({ valid: true });
  });

  it('keeps the reference right while receipts are lost and the server is killed, and where results are pushed', async () => {
    const args = ['--sample', '8', '--agent', 'reference', '--mode', 'async'];
    const faults = await evaluate('faults', ...args, '--faults', 'crash-mid-task', '--fault', 'F5=0.2');
    const pushed = await evaluate('pushed', ...args, '--set', 'agents.policy=subscriber');
    const right = { task: 1, 'duplicate-effects': 0 };
    for (const { document } of [faults, pushed]) {
      expect(document.cells.map((cell) => valuesOf(cell, ['task', 'duplicate-effects']))).toEqual([right]);
    }
    // One read by the server's clock is enough for who polls; who listens reads at each piece of news.
    expect(pushed.document.cells[0]?.scores['polls-per-job']?.value).toBeGreaterThan(1.5);
  });

  it('shows each mutant worst on what it spoils, and the reference perfect in all that preserves context', async () => {
    const args = ['--sample', '24', '--agent', 'all', '--mode', 'async', '--failing', '0.1'];
    const { document } = await evaluate('mutants', ...args);
    expect(document.mutants.filter(({ isWorst }) => isWorst !== true)).toEqual([]);
    expect(document.mutants.filter(({ unremarkable, others }) => unremarkable < others / 2)).toEqual([]);
    expect(new Set(document.mutants.map(({ agent }) => agent)).size).toBe(11);
    const preserving = document.measures.filter(({ group }) => group === 'preservation');
    const reference = document.cells.find(({ agent }) => agent === 'reference');
    expect(preserving.map(({ id }) => [id, reference?.scores[id]?.value])).toEqual(
      preserving.map(({ id, perfect }) => [id, perfect]),
    );
    expect(reference?.scores['interval-compliance']?.value).toBe(1);
  });

  it('counts success over seeds and law by law', async () => {
    const args = ['--sample', '2', '--agent', 'amnesiac', '--mode', 'async', '--seeds', '4', '--law', 'all'];
    const { document } = await evaluate('laws', ...args);
    expect(document.cells.map(({ law, episodes }) => [law, episodes])).toEqual(
      ['constant', 'uniform', 'lognormal', 'heavy-tail', 'bimodal', 'reversed'].map((law) => [law, 8]),
    );
    for (const { passes, scores } of document.cells) {
      // Four runs of an instance: pass^4 is the share of instances that are right in all of them.
      expect([0, 0.5, 1]).toContain(passes.pass4);
      expect(passes.pass1).toBeCloseTo(scores.task?.value ?? Number.NaN);
    }
  });

  it('says what survives a crash of the agent, and what that costs', async () => {
    const args = ['--sample', '6', '--agent', 'reference', '--mode', 'async', '--crash', 'after-ack,mid-run'];
    const { document, episodes } = await evaluate('crashes', ...args);
    expect(episodes.trim().split('\n')).toHaveLength(12);
    expect(document.cells.map((cell) => cell.episodes)).toEqual([6]);
    expect(document.crashes.map(({ phase, keepsIds }) => [phase, keepsIds])).toEqual(
      expect.arrayContaining([
        ['after-ack', true],
        ['mid-run', false],
      ]),
    );
    const kept = document.crashes.filter(({ keepsIds }) => keepsIds);
    for (const { resumed, doubledEffects, costMs } of kept) {
      expect({ resumed: resumed.value, doubledEffects }).toEqual({ resumed: 1, doubledEffects: 0 });
      expect(costMs?.value).toBeGreaterThan(0);
    }
  });

  it('prints the data set without running anything', async () => {
    const { code, stdout } = await stage.run('eval', '--list', '--filter', 'filesystem/*');
    expect(code).toBe(0);
    expect(stdout).toMatch(/filesystem\/001 {2}filesystem \d/);
    expect(stdout).toMatch(/\d+ of 1070 instances, \d+ gold calls/);
  });

  it('runs the records of others', async () => {
    const imports = [
      ['nestful', '--data', join(RECORDS, 'nestful.jsonl')],
      ['bfcl', '--data', join(RECORDS, 'bfcl.jsonl'), '--answers', join(RECORDS, 'bfcl-answers.jsonl')],
    ];
    for (const [name = '', ...args] of imports) {
      const { document } = await evaluate(name, ...args, '--agent', 'reference', '--mode', 'async');
      expect(document.instances.count).toBe(10);
      expect(document.cells[0]?.scores.trajectory?.value).toBe(1);
    }
    const lines = readFileSync(join(RECORDS, 'nestful.jsonl'), 'utf8').split('\n');
    stage.file('bad.jsonl', [...lines.slice(0, 2), '{"sample_id": 7}', ...lines.slice(3)].join('\n'));
    const bad = await stage.run('eval', '--data', 'bad.jsonl', '--agent', 'reference');
    expect({ code: bad.code, stdout: bad.stdout }).toEqual({ code: 64, stdout: '' });
    expect(bad.stderr).toMatch(/bad\.jsonl:3: /);
  });

  it.each([
    [['--filter', 'nothing/*'], 'no instance fits'],
    [['--baseline', 'nowhere'], 'there is no evaluation.json'],
  ])('refuses %j', async (args, words) => {
    const { code, stdout, stderr } = await stage.run('eval', ...args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(words);
  });

  it('touches nothing that was there before, unless --force says so', async () => {
    const path = stage.file('taken/runs/mine.txt', 'mine');
    const args = ['eval', '--quiet', '--agent', 'reference', '--mode', 'sync', '--sample', '1', '--out', 'taken'];
    const refused = await stage.run(...args);
    const words = 'taken already holds runs; choose another --out, or replace them with --force';
    expect(refused).toEqual({ code: 64, stdout: '', stderr: `claimcheck: ${words}\n` });
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect((await stage.run(...args, '--force')).code).toBe(0);
    expect(existsSync(path)).toBe(false);
  });
});
