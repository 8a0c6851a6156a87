import type { Event } from '../../harness/model/event.ts';
import { trend } from '../../harness/model/percentile.ts';
import type { Plan } from '../../harness/model/plan.ts';
import { type CheckerVerdict, VERDICT_SCHEMA, type Verdict } from '../../harness/model/verdict.ts';
import { HOSTILE } from './hostile-text.ts';

function checker(
  id: string,
  title: string,
  invariants: readonly string[],
  more: Partial<CheckerVerdict> = {},
): CheckerVerdict {
  return { id, title, invariants, valid: true, counts: { calls: 120 }, findings: [], ...more };
}

/** What the judge would say of the sample. */
export function sampleVerdict(
  plan: Plan,
  broken: boolean,
  seqOf: (test: (event: Event) => boolean) => number[],
  endT: number,
): Verdict {
  const calls = plan.calls.length;
  const lostReads = seqOf((event) => event.kind === 'fail' && event.reason === 'not-found');
  const doubled = seqOf((event) => event.kind === 'fx' && event.call === 58 && event.phase === 'commit');
  const stuck = seqOf((event) => event.kind === 'quit' && event.call === 77);
  const violated = (invariant: string, message: string, events: readonly number[]) =>
    broken ? { valid: false as const, findings: [{ invariant, message, events }] } : {};
  const numbers = (count: number, from: number, spread: number) =>
    Array.from({ length: count }, (_, index) => from + ((index * 7919) % 1000) * (spread / 1000));
  const firstKill = seqOf((event) => event.kind === 'proc' && event.phase === 'exit')[0] ?? null;
  return {
    schema: VERDICT_SCHEMA,
    claimcheck: '0.1.0',
    scenario: plan.scenario,
    seed: plan.seed,
    time: 'real',
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: Math.round(endT / 1e6),
    interrupted: false,
    target: {
      kind: 'reference',
      server: { name: 'claimcheck', version: '0.1.0' },
      dialect: plan.target.dialect,
      transport: 'http',
      store: plan.target.store,
      queue: 'local',
      agents: plan.agents.count,
      backoff: 'server-hint',
      load: 'closed',
    },
    valid: !broken,
    exitCode: broken ? 1 : 0,
    checkers: [
      checker('broken-keys', 'Same key, same task', ['S13']),
      checker('conservation', 'Fates add up to the calls', []),
      checker('duplicate-effects', 'No work done twice', ['S3'], {
        counts: { calls, doubled: broken ? 1 : 0 },
        ...violated('S3', 'call 58 (agent 18) committed twice, 0.707 s apart, under one key', doubled),
      }),
      checker('fault-coverage', 'Every planned fault struck', [], { counts: { entries: 10 } }),
      checker('lost-tasks', 'No accepted task is lost', ['S1', 'S2'], {
        counts: { acks: calls, reads: 912 },
        ...violated(
          'S2',
          `call 41 (agent 1) had a receipt, and later the server answered: Unknown task ${HOSTILE}`,
          lostReads,
        ),
      }),
      checker('malformed-replies', 'Replies have the shape the protocol gives them', ['S17'], {
        warnings: [{ invariant: 'S17', message: 'ttlMs shrank between two reads of task-9', events: [] }],
      }),
      checker('repeated-ids', 'Task ids are unique and hard to guess', ['S12']),
      checker('slow-recovery', 'Recovers after a restart', ['L2'], {
        valid: 'not-applicable',
        reason: 'the scenario states no limit for recovery',
      }),
      checker(
        'unsettled-tasks',
        'Every accepted task comes to an end',
        ['L1'],
        violated('L1', 'call 77 (agent 17) was accepted and still at work 15.2 s later', stuck),
      ),
      checker('wrong-results', 'Results belong to their call', ['S8']),
    ],
    fates: broken
      ? { doubled: 1, lost: 1, stuck: 1, 'settled-failed': 4, 'settled-ok': calls - 8, void: 1 }
      : { 'settled-failed': 4, 'settled-ok': calls - 4 },
    phantom: 0,
    metrics: {
      'ack-latency': trend(numbers(calls, 4, 28), { unit: 'ms', censored: 1 }),
      'binding-accuracy': { type: 'rate', numerator: calls - 2, denominator: calls - 2, value: 1 },
      'continuations-correct': { type: 'rate', numerator: calls - 2, denominator: calls - 2, value: 1 },
      'continuations-late': { type: 'counter', unit: 'calls', value: 0 },
      'detection-lag': trend(numbers(calls - 2, 3, 250), { unit: 'ms', censored: broken ? 2 : 0 }),
      'generator-lateness': trend(numbers(calls, 0.05, 1.1), { unit: 'ms', censored: 0 }),
      'poll-burst': { type: 'rate', numerator: 81, denominator: 44.2, value: 1.832579 },
      polls: { type: 'counter', unit: 'requests', value: 912 },
      'recovery-time': trend([912, 934, 951], { unit: 'ms', censored: 0 }),
      'response-survival': {
        type: 'curve',
        unit: 'ratio',
        count: 131,
        at: { '700': 0.05, '1000': 0.05, '7000': 0.05 },
      },
      'useful-polls': { type: 'rate', numerator: 117, denominator: 912, value: 0.128289 },
    },
    thresholds: [
      { expression: 'detection-lag.p95 < 800ms', valid: true, value: 240.6 },
      { expression: 'lost == 0', valid: !broken, value: broken ? 1 : 0 },
    ],
    coverage: [
      { id: 'kill-mid-work', title: 'Killed while work was going on', required: true, reached: 14, first: firstKill },
      { id: 'cancel-won', title: 'A cancel came before the end of the work', required: false, reached: 0, first: null },
    ],
    faults: [
      { id: 'F1', name: 'latency', planned: 1, verified: 1 },
      { id: 'F12', name: 'kill', planned: 3, verified: 3 },
      { id: 'F5', name: 'reply-lost', planned: 6, verified: 6 },
      {
        id: 'F14',
        name: 'pause',
        planned: 0,
        verified: 0,
        applicable: false,
        reason: 'the target was not started by the harness',
      },
    ],
    replay: `claimcheck replay reports/out/crash-mid-task/2026-01-01T00-00-00-${plan.seed}`,
  };
}
