import { expect, test } from 'vitest';
import { UsageError } from '../model/usage-error.ts';
import { type MetricCatalogue, parseThreshold } from './threshold.ts';

const FORM =
  "The form is NAME[.STATISTIC] [during clean|fault|recovery] OPERATOR NUMBER[UNIT], or OPERATOR baseline [* NUMBER] [paired], for example 'detection-lag.p95 < 800ms' or 'lost == 0'.";

const catalogue: MetricCatalogue = new Map(
  [
    { id: 'detection-lag', type: 'trend', unit: 'ms', perCall: true } as const,
    { id: 'polls-per-task', type: 'trend', unit: 'polls' } as const,
    { id: 'polls', type: 'counter', unit: 'requests' } as const,
    { id: 'wasted-bytes', type: 'counter', unit: 'bytes' } as const,
    { id: 'useful-polls', type: 'rate', unit: 'ratio' } as const,
    { id: 'response-survival', type: 'curve', unit: 'ratio' } as const,
  ].map((meta) => [meta.id, meta]),
);

test.each([
  ['detection-lag.p95 < 800ms', { kind: 'metric', metric: 'detection-lag', statistic: 'p95' }, '<', 800],
  ['detection-lag.max<=1.5s', { kind: 'metric', metric: 'detection-lag', statistic: 'max' }, '<=', 1500],
  ['detection-lag.p50 < 2m', { kind: 'metric', metric: 'detection-lag', statistic: 'p50' }, '<', 120_000],
  ['detection-lag.p50 < 1h', { kind: 'metric', metric: 'detection-lag', statistic: 'p50' }, '<', 3_600_000],
  ['detection-lag.censored == 0', { kind: 'metric', metric: 'detection-lag', statistic: 'censored' }, '==', 0],
  ['lost == 0', { kind: 'fate', fate: 'lost' }, '==', 0],
  ['settled-ok >= 58', { kind: 'fate', fate: 'settled-ok' }, '>=', 58],
  ['useful-polls.rate > 0.1', { kind: 'metric', metric: 'useful-polls', statistic: 'rate' }, '>', 0.1],
  ['useful-polls > 7%', { kind: 'metric', metric: 'useful-polls', statistic: 'rate' }, '>', 0.07],
  ['useful-polls.value != 1', { kind: 'metric', metric: 'useful-polls', statistic: 'rate' }, '!=', 1],
  ['useful-polls.denominator > 10', { kind: 'metric', metric: 'useful-polls', statistic: 'denominator' }, '>', 10],
  ['response-survival.at(7000) < 0.1', { kind: 'curve', metric: 'response-survival', at: '7000' }, '<', 0.1],
  ['polls < 500', { kind: 'metric', metric: 'polls', statistic: 'value' }, '<', 500],
  ['wasted-bytes < 64KB', { kind: 'metric', metric: 'wasted-bytes', statistic: 'value' }, '<', 64_000],
  ['wasted-bytes < 1MiB', { kind: 'metric', metric: 'wasted-bytes', statistic: 'value' }, '<', 1_048_576],
])('%s', (text, subject, operator, bound) => {
  const { expression, ...rest } = parseThreshold(text, catalogue);
  expect(rest).toEqual({ subject, operator, bound });
  expect(parseThreshold(expression, catalogue)).toEqual({ expression, ...rest });
});

test.each([
  [
    'detection-lag < 800ms',
    "Threshold 'detection-lag < 800ms': detection-lag is a trend and needs a statistic; known: detection-lag.p50, " +
      'detection-lag.p90, detection-lag.p95, detection-lag.p99, detection-lag.min, detection-lag.mean, ' +
      'detection-lag.max, detection-lag.count, detection-lag.censored.',
  ],
  ['polls.p95 < 3', "Threshold 'polls.p95 < 3': polls is a counter; known: polls.value."],
  [
    'response-survival < 0.1',
    "Threshold 'response-survival < 0.1': response-survival is a curve and needs a statistic; known: " +
      'response-survival.at(…), response-survival.count.',
  ],
  ['lost.p95 == 0', "Threshold 'lost.p95 == 0': 'lost' is a fate, a plain count of calls; write 'lost == 0'."],
  [
    'detection-lag.p95 < 8KB',
    "Threshold 'detection-lag.p95 < 8KB': unit 'KB' does not fit; expected a plain number or one of ms, s, m, h.",
  ],
  ['lost == 0ms', "Threshold 'lost == 0ms': unit 'ms' does not fit; expected a plain number."],
  [
    'lost = 0',
    `Threshold 'lost = 0' does not parse at character 6: expected an operator (!= < <= == > >=), found '= 0'. ${FORM}`,
  ],
  [
    'polls < baseline * x',
    `Threshold 'polls < baseline * x' does not parse at character 20: expected a number, found 'x'. ${FORM}`,
  ],
  [
    'polls <',
    `Threshold 'polls <' does not parse at character 8: expected a number or 'baseline', it ends there. ${FORM}`,
  ],
  [
    'polls < 3 paired',
    `Threshold 'polls < 3 paired' does not parse at character 11: expected the end, found 'paired'. ${FORM}`,
  ],
  [
    'detection-lag.p95 during storm < 3',
    `Threshold 'detection-lag.p95 during storm < 3' does not parse at character 26: expected clean, fault, recovery, found 'storm < 3'. ${FORM}`,
  ],
  [
    'polls during clean < 3',
    "Threshold 'polls during clean < 3': polls is not counted call by call, so it has no part 'clean'; known: fates, detection-lag.",
  ],
])('%s is refused', (text, message) => {
  expect(() => parseThreshold(text, catalogue)).toThrow(new UsageError(message));
});

test('an unknown name lists the known ones and the nearest', () => {
  expect(() => parseThreshold('detection-leg.p95 < 1', catalogue)).toThrow(
    /Unknown metric or fate 'detection-leg' in threshold .*; known: detection-lag, .*\. Did you mean 'detection-lag'\?/,
  );
  expect(() => parseThreshold('detection-lag.p95 < 1sec', catalogue)).toThrow(/Unknown unit 'sec' in threshold/);
});

test.each([
  ['polls <= baseline', { operator: '<=', bound: 1, against: 'baseline' }],
  ['polls <= baseline * 1.05', { operator: '<=', bound: 1.05, against: 'baseline' }],
  ['polls <= baseline paired', { operator: '<=', bound: 1, against: 'paired' }],
  ['detection-lag.p95 during clean < 60ms', { operator: '<', bound: 60, during: 'clean' }],
  ['detection-lag.p95 during recovery <= baseline * 2 paired', { bound: 2, against: 'paired', during: 'recovery' }],
  ['lost during fault == 0', { operator: '==', bound: 0, during: 'fault' }],
  ['polls-per-task < 3', { bound: 3, subject: { kind: 'metric', metric: 'polls-per-task', statistic: 'mean' } }],
])('%s', (text, expected) => {
  const threshold = parseThreshold(text, catalogue);
  expect(threshold).toMatchObject({ expression: text, ...expected });
  expect(parseThreshold(text.replaceAll(' ', '  ').replace('*  ', '*'), catalogue)).toEqual(threshold);
});
