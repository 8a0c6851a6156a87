import { expect, it } from 'vitest';
import type { TrendValue } from '../model/metric-value.ts';
import { createPrng } from '../model/prng.ts';
import { parseThreshold } from '../plan/threshold.ts';
import { catalogueOf } from '../plan/threshold-choice.ts';
import { concludeGate } from './confirmation.ts';
import { decideMetrics } from './decision.ts';
import { checkPaired, gateInputs, type MeasuredPair } from './paired-metrics.ts';
import { metricRowsOf, validityRows } from './paired-rows.ts';

const service = (p50: number): TrendValue => ({
  ...{ type: 'trend', unit: 'ms', count: 240, censored: 0, min: 10, mean: p50, p50, p90: p50 },
  ...{ p95: p50 + 10, p99: null, max: p50 + 20 },
});
const measured = (ms: number) => ({
  metrics: { service: service(ms), polls: { type: 'counter', unit: 'requests', value: 7 } as const },
  fates: {},
});
const pairs = (candidateMs: number): readonly MeasuredPair[] =>
  Array.from({ length: 10 }, (_, index) => ({
    baseline: measured(50 + (index % 3)),
    candidate: measured(candidateMs + (index % 3)),
  }));
const paired = (text: string) => parseThreshold(text, catalogueOf());

it('the work itself is primary, and what its caller waits for where the work cannot be seen', () => {
  expect(gateInputs(pairs(50), []).map(({ metric, role }) => [metric.id, role])).toEqual([['service.p95', 'primary']]);
  const blind = pairs(50).map(({ baseline, candidate }) => ({
    baseline: { ...baseline, metrics: { 'end-to-end': service(50) } },
    candidate: { ...candidate, metrics: { 'end-to-end': service(50) } },
  }));
  expect(gateInputs(blind, []).map(({ metric, role }) => [metric.id, role])).toEqual([['end-to-end.p95', 'primary']]);
});

it('a threshold for pairs is held against its own factor', () => {
  const decide = (text: string, ms: number) =>
    decideMetrics(gateInputs(pairs(ms), [paired(text)]), createPrng(1)).find(({ metric }) => metric.id === text)
      ?.outcome;
  expect(decide('service.p50 <= baseline * 1.3 paired', 60)).toBe('no-regression');
  expect(decide('service.p50 <= baseline * 1.1 paired', 60)).toBe('regression');
  // Without a part of the run there is nothing to decide by.
  expect(decide('service.p50 during fault <= baseline * 1.1 paired', 60)).toBe(null);
});

it.each([
  ['polls <= baseline', "does not end in 'paired'"],
  ['lost <= baseline paired', 'fates are counted exactly'],
  ['service.p95 >= baseline paired', 'lower is better; write < or <= and a factor above 0'],
  ['service.p95 <= baseline * 0 paired', 'a factor above 0'],
])('%s is refused', (text, why) => {
  expect(() => checkPaired(paired(text))).toThrow(why);
});

it('rows say what fresh pairs said of an alarm', () => {
  const decide = (ms: number) => decideMetrics(gateInputs(pairs(ms), []), createPrng(1));
  const rowsOf = (first: number, fresh: number | null) => {
    const rounds = {
      first: decide(first),
      fresh: fresh === null ? null : decide(fresh),
      all: fresh === null ? null : decide(first),
    };
    return metricRowsOf(rounds, concludeGate(rounds), 'it').map(({ status, text }) => [status, text]);
  };
  expect(rowsOf(50, null)).toEqual([['pass', 'primary']]);
  expect(rowsOf(70, 70)).toEqual([['fail', 'primary; fresh pairs say the same (10)']]);
  expect(rowsOf(70, 50)).toEqual([['pass', 'primary; an alarm that 10 fresh pairs did not repeat']]);
  expect(rowsOf(70, null)).toEqual([['unknown', 'primary; an alarm that no fresh pairs could confirm']]);
});

it('one violation of the candidate fails, and runs without evidence are unknown', () => {
  const good = { valid: true, violated: [], isOurs: false } as const;
  const bad = { valid: false, violated: ['lost-tasks'], isOurs: false } as const;
  const statuses = (
    baseline: readonly (typeof good | typeof bad)[],
    candidate: readonly (typeof good | typeof bad)[],
  ) => validityRows({ baseline, candidate }, 'it').map(({ status, gate }) => `${status} ${gate}`);
  expect(statuses([good], [good])).toEqual(['pass validity']);
  expect(statuses([bad, bad], [good, bad])).toEqual(['fail checker lost-tasks']);
  expect(statuses([bad], [good])).toEqual(['reported checker lost-tasks']);
  const rows = validityRows({ baseline: [good], candidate: [{ valid: 'unknown', violated: [], isOurs: false }] }, 'it');
  expect(rows.map(({ status }) => status)).toEqual(['unknown']);
});
