import { expect, test } from 'vitest';
import type { MetricValue } from '../model/metric-value.ts';
import { type MetricCatalogue, parseThreshold } from '../plan/threshold.ts';
import { evaluateThreshold } from './threshold-evaluation.ts';

const lag = {
  type: 'trend',
  unit: 'ms',
  count: 98,
  min: 4,
  mean: 260,
  p50: 212,
  p90: 600,
  p95: 700,
  max: 1020,
} as const;
const metrics: Readonly<Record<string, MetricValue>> = {
  whole: { ...lag, censored: 0, p99: null },
  holed: { ...lag, censored: 2, p99: 900 },
  none: {
    type: 'trend',
    unit: 'ms',
    count: 0,
    censored: 0,
    min: null,
    mean: null,
    p50: null,
    p90: null,
    p95: null,
    p99: null,
    max: null,
  },
  polls: { type: 'counter', unit: 'requests', value: 412 },
  useful: { type: 'rate', numerator: 58, denominator: 412, value: 0.141 },
  idle: { type: 'rate', numerator: 0, denominator: 0, value: null },
  curve: { type: 'curve', unit: 'ratio', count: 60, at: { '7000': 0.1 } },
  flat: { type: 'curve', unit: 'ratio', count: 0, at: { '7000': 0 } },
};
const catalogue: MetricCatalogue = new Map([
  ...Object.entries(metrics).map(
    ([id, { type }]) => [id, { id, type, unit: type === 'trend' ? 'ms' : 'requests' }] as const,
  ),
  ['absent', { id: 'absent', type: 'trend', unit: 'ms' }],
]);
const evaluate = (text: string) => {
  const { valid, value, reason } = evaluateThreshold(parseThreshold(text, catalogue), {
    metrics,
    fates: { doubled: 2 },
  });
  return [valid, value, ...(reason === undefined ? [] : [reason])];
};
const HOLED = '2 of 100 never gave a sample; theirs can only be larger';

test.each([
  ['lost == 0', [true, 0]],
  ['doubled == 0', [false, 2]],
  ['whole.p95 < 700ms', [false, 700]],
  ['whole.p95 <= 700ms', [true, 700]],
  ['whole.max > 1s', [true, 1020]],
  ['whole.p50 != 212', [false, 212]],
  ['whole.p99 < 5s', ['unknown', null, '98 samples are too few for whole.p99']],
  ['none.max < 1s', ['unknown', null, '0 samples are too few for none.max']],
  ['absent.max < 1s', ['unknown', null, 'this run holds no evidence for absent']],
  ['polls < 500', [true, 412]],
  ['useful.rate > 0.1', [true, 0.141]],
  ['useful.denominator == 412', [true, 412]],
  ['idle < 1', ['unknown', null, 'idle has nothing to be a share of in this run']],
  ['curve.at(7000) < 0.1', [false, 0.1]],
  ['curve.at(8000) < 0.1', ['unknown', null, 'curve has no point at 8000; known: 7000']],
  ['curve.count == 60', [true, 60]],
  ['flat.at(7000) < 0.1', ['unknown', null, 'flat has nothing to be a share of in this run']],
])('%s', (text, expected) => {
  expect(evaluate(text)).toEqual(expected);
});

test.each([
  ['holed.censored == 0', [false, 2], 'counts are what they are'],
  ['holed.count == 98', [true, 98], 'counts are what they are'],
  ['holed.max < 2s', ['unknown', 1020, HOLED], 'the largest may be among the missing'],
  ['holed.max < 1s', [false, 1020], 'the largest is at least this large'],
  ['holed.p95 < 950ms', [true, 700], 'p99 of those seen covers p95 of all, and is within the bound'],
  ['holed.p95 < 800ms', ['unknown', 700, HOLED], 'p99 of those seen is not within the bound'],
  ['holed.p95 < 600ms', [false, 700], 'it can only be larger'],
  ['holed.p99 < 5s', ['unknown', 900, HOLED], 'the missing are more than a hundredth'],
  ['holed.p50 > 200', [true, 212], 'it can only be larger'],
  ['holed.p50 > 300', ['unknown', 212, HOLED], 'it may be larger'],
  ['holed.mean < 300', ['unknown', 260, HOLED], 'the mean of all is not known'],
  ['holed.p50 == 212', ['unknown', 212, HOLED], 'the exact value is not known'],
])('with censored subjects, %s', (text, expected, _why) => {
  expect(evaluate(text)).toEqual(expected);
});
