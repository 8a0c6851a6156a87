import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { openProgramStage, type ProgramStage } from './testing/program-stage.ts';

let stage: ProgramStage;

beforeAll(() => {
  stage = openProgramStage();
});

afterAll(() => {
  stage[Symbol.dispose]();
});

const QUICK = ['--set', 'calls=12', '--set', 'work.0.ms=[300,500]', '--agents', '4', '--backoff', 'fixed', '--quiet'];

function kindsOf(directory: string): readonly string[] {
  const lines = stage.read(join(directory, 'history.jsonl')).trimEnd().split('\n');
  const kinds = lines.map((line) => {
    const event: unknown = JSON.parse(line);
    return typeof event === 'object' && event !== null && 'kind' in event ? String(event.kind) : 'none';
  });
  return [...new Set(kinds)].sort();
}

function verdictOf(directory: string) {
  const {
    replay: _replay,
    recorded,
    checkers,
    fates,
    metrics,
    valid,
    coverage,
  } = JSON.parse(stage.read(join(directory, 'verdict.json')));
  return { recorded, checkers, fates, metrics, valid, coverage };
}

test.each(['run', 'simulate'])(
  '%s --record counts keeps a verdict and no history that could be judged',
  async (command) => {
    const { code, stderr } = await stage.run(
      command,
      'crash-mid-task',
      ...QUICK,
      '--record',
      'counts',
      '--out',
      command,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
    expect(kindsOf(command)).toEqual(['fault', 'note', 'proc', 'run']);
    const { recorded, valid, fates, metrics } = verdictOf(command);
    expect({ recorded, valid, fates }).toEqual({ recorded: 'counts', valid: true, fates: { 'settled-ok': 12 } });
    expect(metrics.polls.value).toBeGreaterThan(12);
    expect(stage.read(join(command, 'report.html'))).toContain('counts only: this run cannot be judged again');
    for (const again of ['check', 'report']) {
      const refused = await stage.run(again, command);
      expect(refused.code).toBe(64);
      expect(refused.stderr).toMatch(/was recorded with --record counts: .* run it again with --record heads/);
    }
    expect(readdirSync(join(stage.cwd, command))).toContain('verdict.json');
  },
);

/** Needs the texts of messages, and looks for nothing where none asks for the task of another either. */
const READS_TEXTS = 'leaked-tasks';

test('in virtual time counts, heads and full come to the same verdict, but for what needs texts', async () => {
  const verdicts = [];
  for (const record of ['full', 'heads', 'counts']) {
    const { code } = await stage.run('simulate', 'crash-mid-task', ...QUICK, '--record', record, '--out', record);
    expect(code).toBe(0);
    const { recorded, checkers, ...rest } = verdictOf(record);
    expect(recorded).toBe(record === 'full' ? undefined : record);
    const all = z.array(z.looseObject({ id: z.string(), valid: z.unknown() })).parse(checkers);
    expect(all.find(({ id }) => id === READS_TEXTS)?.valid).toBe(record === 'full' ? true : 'not-applicable');
    verdicts.push({ ...rest, checkers: all.filter(({ id }) => id !== READS_TEXTS) });
  }
  const [full, heads, counts] = verdicts;
  expect(heads).toEqual(full);
  expect(counts).toEqual(full);
  const text = (record: string) => stage.read(join(record, 'history.jsonl'));
  const framesWithText = (record: string) => text(record).split('\n').filter(isFrameWithText).length;
  expect([framesWithText('full') > 100, framesWithText('heads')]).toEqual([true, 0]);
  expect(text('heads').length).toBeLessThan(0.7 * text('full').length);
  expect(text('counts').length).toBeLessThan(0.1 * text('full').length);
});

function isFrameWithText(line: string): boolean {
  const event: unknown = line === '' ? null : JSON.parse(line);
  return typeof event === 'object' && event !== null && 'kind' in event && event.kind === 'frame' && 'text' in event;
}
