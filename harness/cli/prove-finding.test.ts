import { describe, expect, it } from 'vitest';
import type { Verdict } from '../model/verdict.ts';
import { problemOf, rowOf } from './prove-finding.ts';
import type { Finished } from './prove-run.ts';
import type { Subject } from './prove-server.ts';
import { proveText } from './prove-table.ts';
import { sampleChecker, sampleVerdict } from './testing/verdict.ts';

const broken: Subject = {
  id: 'ignored-keys',
  title: 'Keys nobody looks at',
  description: 'For this test.',
  breaks: 'S13',
  mayAlsoShow: ['S3'],
  dialects: ['tasks-2026-07-28'],
  transports: ['http'],
  scenario: 'duplicate-calls',
  set: [],
  faults: [],
};
const good: Subject = { ...broken, id: 'good', breaks: null, mayAlsoShow: [], scenario: 'tour' };

function finished(subject: Subject, seed: number, verdict: Verdict, isFaultless = false): Finished {
  return {
    subject,
    dialect: 'tasks-2026-07-28',
    transport: 'http',
    store: 'sqlite',
    queue: 'local',
    seed,
    isFaultless,
    verdict,
  };
}

function showing(...invariants: readonly string[]): Verdict {
  const checkers = invariants.map((invariant) =>
    sampleChecker({
      id: `about-${invariant}`,
      invariants: [invariant],
      valid: false,
      findings: [{ invariant, message: `what ${invariant} says`, events: [1] }],
    }),
  );
  return sampleVerdict({ valid: false, exitCode: 1, checkers });
}

const quiet = sampleVerdict({ checkers: [sampleChecker({ id: 'broken-keys', invariants: ['S13'] })] });

describe('prove, one run', () => {
  it('is right when the broken promise is found, with or without what is allowed beside it', () => {
    expect(problemOf(broken, finished(broken, 1, showing('S13')))).toBeNull();
    expect(problemOf(broken, finished(broken, 1, showing('S3', 'S13')))).toBeNull();
  });

  it('is wrong when anything else is found as well', () => {
    expect(problemOf(broken, finished(broken, 1, showing('S13', 'conservation')))).toBe(
      'seed 1: shows conservation as well: what conservation says',
    );
  });

  it('is wrong when the broken promise is not found, and says what the checker said', () => {
    expect(problemOf(broken, finished(broken, 2, quiet))).toBe('seed 2: S13 was not found (broken-keys is true)');
    const undecided = sampleVerdict({
      valid: 'unknown',
      checkers: [sampleChecker({ id: 'broken-keys', invariants: ['S13'], valid: 'unknown', reason: 'no key' })],
    });
    expect(problemOf(broken, finished(broken, 2, undecided))).toBe(
      'seed 2: S13 was not found (broken-keys is unknown: no key)',
    );
    expect(problemOf(broken, finished(broken, 2, showing('S3')))).toBe(
      'seed 2: S13 was not found (no checker judges it)',
    );
  });

  it('may find nothing without faults, and still nothing foreign', () => {
    expect(problemOf(broken, finished(broken, 1, quiet, true))).toBeNull();
    expect(problemOf(broken, finished(broken, 1, showing('L1'), true))).toBe(
      'without faults: shows L1 as well: what L1 says',
    );
  });

  it('of the good server is right only when everything is', () => {
    expect(problemOf(good, finished(good, 1, quiet))).toBeNull();
    expect(problemOf(good, finished(good, 1, showing('S1')))).toBe('seed 1: shows S1 as well: what S1 says');
    const unreached = sampleVerdict({
      valid: 'unknown',
      exitCode: 2,
      coverage: [{ id: 'kill-mid-work', title: 'A kill', required: true, reached: 0, first: null }],
    });
    expect(problemOf(good, finished(good, 1, unreached))).toBe('seed 1: exit code 2: kill-mid-work was not reached');
  });

  it('that was interrupted proves nothing', () => {
    expect(problemOf(broken, finished(broken, 1, { ...showing('S13'), interrupted: true }))).toBe(
      'seed 1: interrupted',
    );
  });
});

describe('prove, one server', () => {
  it('counts runs, what else they showed, and whether it looks perfect when nothing is done to it', () => {
    const runs = [
      finished(broken, 1, showing('S13', 'S3')),
      finished(broken, 2, quiet),
      finished(broken, 1, quiet, true),
    ];
    expect(rowOf(broken, runs)).toEqual({
      id: 'ignored-keys',
      title: 'Keys nobody looks at',
      breaks: 'S13',
      scenario: 'duplicate-calls',
      dialect: 'tasks-2026-07-28',
      transport: 'http',
      runs: 2,
      asExpected: 1,
      alsoShown: ['S3'],
      faultsOff: { looksPerfect: true, shows: [] },
      problems: ['seed 2: S13 was not found (broken-keys is true)'],
    });
    expect(rowOf(broken, [])).toBeNull();
  });

  it('takes a run that no fault was planned for as the one without faults', () => {
    const row = rowOf(broken, [finished(broken, 1, { ...showing('S13'), faults: [] })]);
    expect(row?.faultsOff).toEqual({ looksPerfect: false, shows: ['S13'] });
  });

  it('says in words what is wrong, below the table', () => {
    const row = rowOf(broken, [finished(broken, 1, quiet), finished(broken, 1, quiet, true)]);
    const text = proveText(row ? [row] : []);
    expect(text).toContain('ignored-keys (!)');
    expect(text).toContain('caught 0 of 1');
    expect(text).toContain('looks perfect');
    expect(text).toContain('ignored-keys, seed 1: S13 was not found (broken-keys is true)');
    expect(text).toContain('Not as it must be: 1 of 1 servers');
  });
});
