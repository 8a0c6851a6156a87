import { expect, test } from 'vitest';
import { sampleChecker, sampleVerdict } from '../cli/testing/verdict.ts';
import { metrics } from '../metrics/index.ts';
import type { MetricValue, TrendValue } from '../model/metric-value.ts';
import { parseThreshold } from '../plan/threshold.ts';
import { BASELINE_SCHEMA, type BaselineRun, parseBaseline } from './baseline-file.ts';
import { baselineRows, withExpected } from './baseline-gates.ts';
import { baselineThresholdRow } from './baseline-threshold.ts';
import { verdictRows, violationRows } from './verdict-rows.ts';

const service = (p95: number): TrendValue => ({
  ...{ type: 'trend', unit: 'ms', count: 240, censored: 0, min: 50, mean: 55, p50: 55, p90: 58 },
  ...{ p95, p99: null, max: 80 },
});
const run = (more: Partial<BaselineRun> = {}): BaselineRun => ({
  key: 'steady-1',
  plan: 'abc',
  time: 'real',
  fingerprint: 'here',
  checkers: { 'lost-tasks': true },
  fates: { 'settled-ok': 60 },
  phantom: 0,
  metrics: {
    service: service(60),
    polls: { type: 'counter', unit: 'requests', value: 100 },
    'duplicate-effects': { type: 'counter', unit: 'effects', value: 0 },
  },
  ...more,
});
const failing = (candidate: BaselineRun, base = run()) =>
  baselineRows(candidate, base)
    .filter(({ status }) => status === 'fail' || status === 'unknown')
    .map(({ gate, status }) => `${status} ${gate}`);

test('the same run passes, and other numbers of real time are only reported', () => {
  expect(failing(run())).toEqual([]);
  const slower = run({
    metrics: { ...run().metrics, service: service(600), polls: { type: 'counter', unit: 'requests', value: 101 } },
  });
  expect(failing(slower)).toEqual([]);
  expect(baselineRows(slower, run()).find(({ gate }) => gate === 'metric polls.value')).toEqual({
    ...{ subject: 'steady-1', gate: 'metric polls.value', status: 'reported', baseline: 100, candidate: 101 },
    ...{ unit: 'requests', text: 'one run against one run decides nothing about it' },
  });
});

test('what is counted exactly fails by one', () => {
  expect(failing(run({ fates: { 'settled-ok': 59, lost: 1 } }))).toEqual(['fail fate lost', 'fail fate settled-ok']);
  expect(failing(run({ phantom: 1 }))).toEqual(['fail phantom']);
  expect(failing(run({ checkers: { 'lost-tasks': false } }))).toEqual(['fail checker lost-tasks']);
  expect(failing(run({ checkers: { 'lost-tasks': 'not-applicable' } }))).toEqual(['unknown checker lost-tasks']);
  expect(failing(run({ checkers: {} }))).toEqual(['unknown checker lost-tasks']);
  const doubled: MetricValue = { type: 'counter', unit: 'effects', value: 1 };
  expect(failing(run({ metrics: { ...run().metrics, 'duplicate-effects': doubled } }))).toEqual([
    'fail metric duplicate-effects.value',
  ]);
  expect(failing(run({ metrics: { service: service(60) } }))).toEqual([
    'unknown metric polls',
    'unknown metric duplicate-effects',
  ]);
});

test('in virtual time every number is exact', () => {
  const virtual = run({ time: 'virtual', fingerprint: null });
  expect(failing(virtual, virtual)).toEqual([]);
  const slower = { ...virtual, metrics: { ...virtual.metrics, service: service(60.001) } };
  expect(failing(slower, virtual)).toEqual(['fail metric service.p95']);
  expect(failing(virtual, slower)).toEqual([]);
});

test('what a run did not show by itself is unknown, whatever the baseline was', () => {
  const bare = { applicable: undefined, value: null, reason: 'no samples' };
  const verdict = sampleVerdict({
    valid: 'unknown',
    checkers: [sampleChecker({ valid: false })],
    thresholds: [
      { ...bare, expression: 'lost == 0', valid: true, value: 0 },
      { ...bare, expression: 'polls < 3', valid: false, value: 7 },
      { ...bare, expression: 'service.p99 < 1', valid: 'unknown' },
      { expression: 'polls < 4', valid: 'unknown', value: null, applicable: false },
    ],
    coverage: [
      { id: 'seen', title: 'Seen', required: true, reached: 2, first: 3 },
      { id: 'missed', title: 'Missed', required: true, reached: 0, first: null },
      { id: 'idle', title: 'Idle', required: false, reached: 0, first: null },
    ],
  });
  const rows = verdictRows('it', verdict).map(({ gate, status, text }) => [gate, status, text]);
  expect(rows).toEqual([
    ['threshold lost == 0', 'pass', 'met'],
    ['threshold polls < 3', 'fail', 'missed'],
    ['threshold service.p99 < 1', 'unknown', 'no samples'],
    ['situation missed', 'unknown', 'not reached: Missed'],
  ]);
  expect(verdictRows('it', sampleVerdict({ notRun: 'no node 24' })).map(({ gate, status }) => [gate, status])).toEqual([
    ['run', 'unknown'],
  ]);
  expect(violationRows('it', verdict).map(({ gate, status }) => [gate, status])).toEqual([
    ['checker duplicate-effects', 'fail'],
  ]);
});

test('another plan is no comparison', () => {
  expect(failing(run({ plan: 'other' }))).toEqual(['unknown plan']);
});

test('a known failure is expected with its reason, and one that passes is stale', () => {
  const rows = baselineRows(run({ fates: { 'settled-ok': 60, lost: 1 } }), run());
  const known = { run: 'steady-1', gate: 'fate lost', reason: 'ticket 12' };
  const excused = withExpected(rows, [known], new Set(['steady-1']));
  expect(excused.find(({ gate }) => gate === 'fate lost')).toMatchObject({
    status: 'expected',
    text: 'worse than the baseline; expected: ticket 12',
  });
  const clean = withExpected(baselineRows(run(), run()), [known], new Set(['steady-1']));
  expect(clean.at(-1)).toMatchObject({ gate: 'fate lost', status: 'stale' });
  expect(withExpected([], [known], new Set(['another']))).toEqual([]);
});

test.each([
  ['polls <= baseline', 100, 'pass'],
  ['polls <= baseline', 101, 'fail'],
  ['polls <= baseline * 1.05', 105, 'pass'],
  ['polls <= baseline * 1.05', 106, 'fail'],
  ['polls <= baseline * 1.05 paired', 106, 'unknown'],
])('%s with %d polls: %s', (text, value, status) => {
  const catalogue = new Map(Object.entries(metrics).map(([id, { meta }]) => [id, meta]));
  const polls: MetricValue = { type: 'counter', unit: 'requests', value };
  expect(baselineThresholdRow(parseThreshold(text, catalogue), run({ metrics: { polls } }), run()).status).toBe(status);
});

test('times are held against a baseline of the same machine only, with samples enough', () => {
  const catalogue = new Map(Object.entries(metrics).map(([id, { meta }]) => [id, meta]));
  const threshold = parseThreshold('service.p95 <= baseline * 1.2', catalogue);
  const slow = run({ metrics: { service: service(73) } });
  expect(baselineThresholdRow(threshold, slow, run())).toMatchObject({ status: 'fail', baseline: 60, candidate: 73 });
  expect(baselineThresholdRow(threshold, { ...slow, fingerprint: 'there' }, run()).status).toBe('unknown');
  const few = run({ metrics: { service: { ...service(60), count: 199 } } });
  expect(baselineThresholdRow(threshold, slow, few)).toMatchObject({
    status: 'unknown',
    text: '199 samples, and this percentile needs 200',
  });
  expect(baselineThresholdRow(threshold, slow, run({ metrics: { service: service(3) } })).status).toBe('unknown');
  expect(baselineThresholdRow(threshold, slow, run({ metrics: {} })).status).toBe('unknown');
});

test('a file that is no baseline is refused with the place', () => {
  const good = { schema: BASELINE_SCHEMA, claimcheck: '0.1.0', runs: [run()], expected: [] };
  expect(parseBaseline(JSON.stringify(good), 'b.json')).toEqual(good);
  expect(() => parseBaseline('{', 'b.json')).toThrow('b.json is not JSON');
  const silent = { ...good, expected: [{ run: 'steady-1', gate: 'fate lost', reason: '' }] };
  expect(() => parseBaseline(JSON.stringify(silent), 'b.json')).toThrow('b.json is no baseline: expected.0.reason');
});
