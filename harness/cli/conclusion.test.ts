import { expect, it } from 'vitest';
import { concludeRun, verdictWord } from './conclusion.ts';
import { brokenVerdict, sampleVerdict } from './testing/verdict.ts';

const places = { directory: 'reports/out/tour/x', report: 'reports/out/tour/x/report.html' };

it('a good run is told in a few lines, the report last', () => {
  expect(concludeRun(sampleVerdict(), places)).toBe(
    [
      'tour: valid (seed 7, 31.2 s; claimcheck 0.1.0, tasks-2026-07-28, http, sqlite, 20 agents)',
      '  calls     60: 58 settled-ok, 2 void',
      '  faults    F12 kill 3/3',
      '  checkers  1 hold',
      '  report    reports/out/tour/x/report.html',
    ].join('\n'),
  );
});

it('says which faults could not happen, and why', () => {
  const kill = {
    id: 'F12',
    name: 'kill',
    planned: 0,
    verified: 0,
    applicable: false as const,
    reason: 'it is not ours',
  };
  expect(
    concludeRun(sampleVerdict({ faults: [kill] }), places)
      .split('\n')
      .slice(2, 5),
  ).toEqual(['  faults    none planned', '  left out  F12 kill: it is not ours', '  checkers  1 hold']);
});

it('a bad run ends with the verdict, the first finding, the directory and how to replay it', () => {
  expect(concludeRun(brokenVerdict(), places).split('\n').slice(3)).toEqual([
    '  checkers  1 violated, 1 unknown',
    '  violated  S3: Work was done twice',
    '  first     S3: call 41 committed twice <&> (events 1201, 1377)',
    '  threshold lost == 0: missed, it was 2',
    '  unknown   S8: Wrong results (no result)',
    "  unknown   the situation 'kill-mid-work' was not reached",
    '  directory reports/out/tour/x',
    '  report    reports/out/tour/x/report.html',
    '  replay    claimcheck replay reports/out/tour/x',
  ]);
});

it('has a word for every ending', () => {
  expect(verdictWord(sampleVerdict())).toBe('valid');
  expect(verdictWord(brokenVerdict())).toBe('VIOLATED');
  expect(verdictWord(sampleVerdict({ valid: 'unknown', exitCode: 2 }))).toBe('unknown');
  expect(verdictWord(sampleVerdict({ exitCode: 3 }))).toBe('valid, threshold missed');
  expect(verdictWord(sampleVerdict({ exitCode: 130, interrupted: true }))).toBe('valid, interrupted');
  expect(verdictWord(sampleVerdict({ valid: false, exitCode: 70 }))).toBe('HARNESS FAULT');
});
