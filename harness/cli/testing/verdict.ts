import type { CheckerVerdict, Verdict } from '../../model/verdict.ts';

/** A verdict as a good run gives it; tests change what they are about. */
export function sampleVerdict(changes: Partial<Verdict> = {}): Verdict {
  return {
    schema: 'claimcheck/verdict@1',
    claimcheck: '0.1.0',
    scenario: 'tour',
    seed: 7,
    time: 'real',
    startedAt: '2026-07-28T12:00:00.000Z',
    durationMs: 31_240,
    interrupted: false,
    target: {
      kind: 'reference',
      server: { name: 'claimcheck', version: '0.1.0' },
      dialect: 'tasks-2026-07-28',
      transport: 'http',
      store: 'sqlite',
      queue: 'local',
      agents: 20,
      backoff: 'server-hint',
      load: 'closed',
    },
    valid: true,
    exitCode: 0,
    checkers: [sampleChecker({})],
    fates: { 'settled-ok': 58, void: 2 },
    phantom: 0,
    metrics: {},
    thresholds: [],
    coverage: [],
    faults: [{ id: 'F12', name: 'kill', planned: 3, verified: 3 }],
    replay: 'claimcheck replay reports/out/tour/x',
    ...changes,
  };
}

export function sampleChecker(changes: Partial<CheckerVerdict>): CheckerVerdict {
  return {
    id: 'duplicate-effects',
    title: 'Work was done twice',
    invariants: ['S3'],
    valid: true,
    counts: { calls: 60 },
    findings: [],
    ...changes,
  };
}

/** The same run with one violation, one unknown checker and a missed threshold. */
export function brokenVerdict(): Verdict {
  return sampleVerdict({
    valid: false,
    exitCode: 1,
    checkers: [
      sampleChecker({
        valid: false,
        findings: [
          { invariant: 'S3', message: 'call 41 committed twice <&>', events: [1201, 1377] },
          { invariant: 'S3', message: 'call 42 committed twice', events: [1300, 1400] },
        ],
      }),
      sampleChecker({
        id: 'wrong-results',
        title: 'Wrong results',
        invariants: ['S8'],
        valid: 'unknown',
        reason: 'no result',
      }),
    ],
    thresholds: [{ expression: 'lost == 0', valid: false, value: 2 }],
    coverage: [{ id: 'kill-mid-work', title: 'A kill during work', required: true, reached: 0, first: null }],
  });
}
