// claimcheck eval as users start it: real agents of policies on a real server, in virtual and in real time.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvaluationCell, EvaluationDocument } from '../model/evaluation/document.ts';
import { findPackage } from './package.ts';
import { openProgramStage, type ProgramStage } from './testing/program-stage.ts';

let stage: ProgramStage;
beforeAll(() => {
  stage = openProgramStage();
});
afterAll(() => stage[Symbol.dispose]());

async function evaluate(out: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await stage.run('eval', '--quiet', '--json', '--out', out, ...args);
  expect({ code, stderr, left: stage.left() }).toEqual({ code: 0, stderr: '', left: [] });
  const document: EvaluationDocument = JSON.parse(stdout);
  return { document, episodes: stage.read(`${out}/episodes.jsonl`) };
}

function valuesOf({ scores }: EvaluationCell, ids: readonly string[]): Record<string, number | undefined> {
  return Object.fromEntries(ids.map((id) => [id, scores[id]?.value]));
}

/** What does not depend on how long things took. */
const TIMELESS = ['func-f1', 'param-f1', 'trajectory', 'environment', 'task', 'binding-accuracy', 'claim-honesty'];

describe('claimcheck eval', () => {
  it('writes the same bytes whatever the number of threads', async () => {
    const args = ['--sample', '6', '--agent', 'reference,swapper'];
    const one = await evaluate('one', ...args, '--jobs', '1');
    const two = await evaluate('two', ...args, '--jobs', '2');
    expect(two.episodes).toBe(one.episodes);
    expect(one.episodes.trim().split('\n')).toHaveLength(24);
    expect(two.document.cells).toEqual(one.document.cells);
  });

  it('shows no async gap of the reference, and one of whoever takes results in the order in which they come', async () => {
    const { document } = await evaluate('gap', '--sample', '12', '--agent', 'reference,swapper', '--law', 'reversed');
    const [reference, swapper] = document.asyncGaps;
    expect(reference).toMatchObject({ agent: 'reference', pairs: 12, sync: 1, async: 1, gap: 0 });
    expect(swapper).toMatchObject({ agent: 'swapper', sync: 1 });
    expect(swapper?.gap).toBeGreaterThan(0.3);
  });

  it('gives equal scores in real and in virtual time', async () => {
    const args = ['--sample', '4', '--agent', 'reference,doubler,amnesiac', '--mode', 'async'];
    const virtual = await evaluate('virtual', ...args);
    const real = await evaluate('real', ...args, '--time', 'real', '--time-scale', '0.05');
    expect(real.document.cells.map((cell) => valuesOf(cell, TIMELESS))).toEqual(
      virtual.document.cells.map((cell) => valuesOf(cell, TIMELESS)),
    );
  });

  it('keeps the reference right while receipts are lost and the server is killed', async () => {
    const args = [
      '--sample',
      '8',
      '--agent',
      'reference',
      '--mode',
      'async',
      '--faults',
      'crash-mid-task',
      '--fault',
      'F5=0.2',
    ];
    const { document } = await evaluate('faults', ...args);
    expect(document.cells.map((cell) => valuesOf(cell, ['task', 'duplicate-effects']))).toEqual([
      { task: 1, 'duplicate-effects': 0 },
    ]);
  });

  it('finds nothing changed against itself, and says what did', async () => {
    const args = ['--sample', '6', '--agent', 'reference', '--mode', 'async'];
    await evaluate('before', ...args);
    const run = (...more: readonly string[]) => stage.run('eval', '--quiet', ...args, '--baseline', 'before', ...more);
    expect((await run('--out', 'same')).stdout).toMatch(/baseline: all \d+ scores are the same/);
    const other = await run('--out', 'slow', '--agent-ms', '3000');
    expect(other.stdout).toContain('not like with like: agentMs 1000 before, 3000 now');
    expect(other.stdout).toContain('makespan');
  });

  it('draws its report, and draws it again and against another from what was saved', async () => {
    const args = ['--sample', '6', '--agent', 'swapper', '--law', 'reversed'];
    const { document } = await evaluate('drawn', ...args);
    const worst = document.worst[0];
    const first = stage.read('drawn/report.html');
    expect(first).toContain(`id="episode-${worst?.line}"`);
    const again = await stage.run('report', 'drawn', '-o', 'again.html');
    expect({ code: again.code, same: stage.read('again.html') === first }).toEqual({ code: 0, same: true });
    await evaluate('other', ...args, '--agent-ms', '3000');
    const both = await stage.run('report', 'drawn', 'other');
    expect({ code: both.code, stdout: both.stdout.trim() }).toEqual({ code: 0, stdout: 'comparison.html' });
    expect(stage.read('comparison.html')).toContain('agentMs 1000 before, 3000 now');
    const mixed = await stage.run('report', 'drawn', '.');
    expect({ code: mixed.code, stderr: mixed.stderr }).toMatchObject({ code: 64 });
  });

  it('shows each mutant worst on what it spoils, and the reference perfect in all that preserves context', async () => {
    const args = ['--sample', '40', '--agent', 'all', '--mode', 'async', '--failing', '0.1'];
    const { document } = await evaluate('mutants', ...args);
    expect(document.mutants.filter(({ isWorst }) => isWorst !== true)).toEqual([]);
    expect(document.mutants.filter(({ unremarkable, others }) => unremarkable < others / 2)).toEqual([]);
    expect(new Set(document.mutants.map(({ agent }) => agent)).size).toBe(11);
    const preserving = document.measures.filter(({ group }) => group === 'preservation');
    const reference = document.cells.find(({ agent }) => agent === 'reference');
    expect(preserving.map(({ id }) => [id, reference?.scores[id]?.value])).toEqual(
      preserving.map(({ id, perfect }) => [id, perfect]),
    );
  });

  it('says which mutant found nothing to fail at', async () => {
    const { code, stdout } = await stage.run(
      ...['eval', '--sample', '4', '--agent', 'reference,literalist', '--mode', 'async', '--quiet'],
    );
    expect(code).toBe(0);
    expect(stdout).toContain('nothing here to fail at: it shows itself where tools fail (--failing 0.1)');
  });

  it('prints the data set without running anything', async () => {
    const { code, stdout } = await stage.run('eval', '--list', '--filter', 'filesystem/*');
    expect(code).toBe(0);
    expect(stdout).toMatch(/filesystem\/001 {2}filesystem \d/);
    expect(stdout).toMatch(/\d+ of \d+ instances, \d+ gold calls/);
  });

  it('runs the records of others', async () => {
    const records = join(findPackage().root, 'fixtures/evaluation/records');
    const imports = [
      ['nestful', '--data', join(records, 'nestful.jsonl')],
      ['bfcl', '--data', join(records, 'bfcl.jsonl'), '--answers', join(records, 'bfcl-answers.jsonl')],
    ];
    for (const [name = '', ...args] of imports) {
      const { document } = await evaluate(name, ...args, '--agent', 'reference', '--mode', 'async');
      expect(document.instances.count).toBe(10);
      expect(document.cells[0]?.scores.trajectory?.value).toBe(1);
    }
  });

  it.each([
    [['--agent', 'refrence'], 'reference'],
    [['--filter', 'nothing/*'], 'no instance fits'],
    [['--law', 'unifrom'], 'uniform'],
    [['--server', 'node x.js'], '--server is for --lint'],
    [['--baseline', 'nowhere'], 'there is no evaluation.json'],
  ])('refuses %j', async (args, words) => {
    const { code, stdout, stderr } = await stage.run('eval', ...args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(words);
  });
});
