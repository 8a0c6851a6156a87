import { mean } from 'simple-statistics';
import { bootstrapped, meanOf, quantileOf, shareOf } from '../gate/interval.ts';
import type { CallSample } from '../judge/run-sample.ts';
import type { Measure, MeasureMeta } from '../model/comparison.ts';
import type { MetricValue } from '../model/metric-value.ts';
import type { Prng } from '../model/prng.ts';
import type { Fate } from '../model/verdict.ts';
import type { CellResult } from './compare-runs.ts';

/** A number that cells are compared by. To add one: a line in MEASURES; the table and the report follow. */
interface MeasureUnit extends MeasureMeta {
  measure(results: readonly CellResult[], draw: Prng): Measure;
}

const NOTHING: Measure = { value: null, low: null, high: null, n: 0 };

export const MEASURES: readonly MeasureUnit[] = [
  {
    id: 'lost',
    title: 'No result',
    unit: 'share',
    better: 'lower',
    description: 'Calls whose work was accepted, and then denied, forgotten, never ended, or never fetched.',
    measure: (results) => fateShare(results, ['lost', 'stuck', 'expired', 'unread', 'orphaned']),
  },
  {
    id: 'doubled',
    title: 'Doubled',
    unit: 'share',
    better: 'lower',
    description: 'Calls whose effect was committed more than once.',
    measure: (results) => fateShare(results, ['doubled']),
  },
  {
    id: 'timeouts',
    title: 'Timeouts',
    unit: 'share',
    better: 'lower',
    description: 'Calls for which a client or a gateway stopped waiting at least once.',
    measure: (results) => {
      const calls = callsOf(results);
      return shareOf(calls.filter(({ timedOut }) => timedOut).length, calls.length);
    },
  },
  {
    id: 'ack-p99',
    title: 'Receipt, p99',
    unit: 'ms',
    better: 'lower',
    description: 'From the intended start of a call to its receipt (or its answer, where calls block).',
    measure: (results, draw) =>
      bootstrapped(
        callsOf(results).map(({ ackMs }) => ackMs),
        quantileOf(0.99),
        draw,
      ),
  },
  {
    id: 'total',
    title: 'Time to result',
    unit: 'ms',
    better: 'lower',
    description: 'From the intended start of a call until its agent had the result, mean.',
    measure: (results, draw) =>
      bootstrapped(
        callsOf(results).map(({ totalMs }) => totalMs),
        meanOf,
        draw,
      ),
  },
  {
    id: 'answer',
    title: 'Time to an answer',
    unit: 'ms',
    better: 'lower',
    description:
      'From the intended start of a call until its agent had a result or a failure, or was refused and gave up, mean.',
    measure: (results, draw) =>
      bootstrapped(
        callsOf(results).map(({ answeredMs }) => answeredMs),
        meanOf,
        draw,
      ),
  },
  {
    id: 'lag',
    title: 'Detection lag',
    unit: 'ms',
    better: 'lower',
    description: 'From the end of the work until its agent saw it, mean.',
    measure: (results, draw) => bootstrapped(lagsOf(results), meanOf, draw),
  },
  {
    id: 'lag-p95',
    title: 'Detection lag, p95',
    unit: 'ms',
    better: 'lower',
    description: 'The same, for the slowest of twenty.',
    measure: (results, draw) => bootstrapped(lagsOf(results), quantileOf(0.95), draw),
  },
  {
    id: 'polls',
    title: 'Polls per task',
    unit: 'polls',
    better: 'lower',
    description: 'How often an agent asked for its task, mean.',
    measure: pollsMeasure,
  },
  {
    id: 'tokens',
    title: 'Tokens per task',
    unit: 'tokens',
    better: 'lower',
    description: 'What these polls would cost a model that sends them itself: bytes / 4.',
    measure: tokensMeasure,
  },
  {
    id: 'peak',
    title: 'Poll peak',
    unit: 'requests/s',
    better: 'lower',
    description: 'Most polls in one second: what the server must stand.',
    measure: (results, draw) => byRun(results, ({ verdict }) => counterOf(verdict.metrics['poll-peak']), draw),
  },
  {
    id: 'recovery',
    title: 'Recovery time',
    unit: 'ms',
    better: 'lower',
    description: 'From an exit of the server that a fault caused to the first good reply, mean of all outages.',
    measure: recoveryMeasure,
  },
  {
    id: 'store-operations',
    title: 'Store operations',
    unit: 'operations',
    better: 'lower',
    description: 'Operations on the store for each task, where the server tells.',
    measure: (results, draw) =>
      byRun(results, ({ verdict }) => meanOfMetric(verdict.metrics['store-operations']), draw),
  },
  {
    id: 'store-bytes',
    title: 'Store bytes',
    unit: 'bytes',
    better: 'lower',
    description: 'Bytes written to the store for each task, where the server tells.',
    measure: (results, draw) => byRun(results, ({ verdict }) => meanOfMetric(verdict.metrics['store-bytes']), draw),
  },
  {
    id: 'memory',
    title: 'Memory',
    unit: 'MiB',
    better: 'lower',
    description: 'The most memory a process of the server held; the interval is that of the runs.',
    measure: (results, draw) => byRun(results, ({ memoryMiB }) => memoryMiB, draw),
  },
];

/** Polls of each call in order, 0 where there was nothing to poll. */
export function pollsOf(results: readonly CellResult[]): readonly number[] {
  return callsOf(results).map(({ polls }) => polls);
}

/** Lags of each call in order; null: never seen, or nobody can date it. */
export function lagByCall(results: readonly CellResult[]): readonly (number | null)[] {
  return callsOf(results).map(({ lagMs }) => lagMs);
}

export function callsOf(results: readonly CellResult[]): readonly CallSample[] {
  return results.flatMap(({ sample }) => sample.calls);
}

function lagsOf(results: readonly CellResult[]): readonly (number | null)[] {
  return callsOf(results).flatMap(({ lagMs, isDated }) => (lagMs === null && !isDated ? [] : [lagMs]));
}

function fateShare(results: readonly CellResult[], fates: readonly Fate[]): Measure {
  const calls = callsOf(results);
  return shareOf(calls.filter(({ fate }) => fates.includes(fate)).length, calls.length);
}

function pollsMeasure(results: readonly CellResult[], draw: Prng): Measure {
  return bootstrapped(pollsOf(results), meanOf, draw);
}

/** Polls are alike in size: the interval is that of the polls. */
function tokensMeasure(results: readonly CellResult[], draw: Prng): Measure {
  const polls = pollsMeasure(results, draw);
  const all = results.reduce((sum, { verdict }) => sum + (counterOf(verdict.metrics['poll-tokens']) ?? 0), 0);
  const count = pollsOf(results).reduce((sum, one) => sum + one, 0);
  const each = count === 0 ? 0 : all / count;
  const scaled = (value: number | null) => (value === null ? null : value * each);
  return { value: scaled(polls.value), low: scaled(polls.low), high: scaled(polls.high), n: polls.n };
}

/** One sample an outage, out of the trends of the runs: their means, each as often as it has samples. */
function recoveryMeasure(results: readonly CellResult[], draw: Prng): Measure {
  const samples = results.flatMap(({ verdict }) => {
    const trend = verdict.metrics['recovery-time'];
    if (trend?.type !== 'trend') return [];
    const known = trend.mean === null ? [] : Array.from({ length: trend.count }, () => trend.mean);
    return [...known, ...Array.from({ length: trend.censored }, () => null)];
  });
  return samples.length === 0 ? NOTHING : bootstrapped(samples, meanOf, draw);
}

function byRun(results: readonly CellResult[], value: (result: CellResult) => number | null, draw: Prng): Measure {
  const values = results.flatMap((result) => value(result) ?? []);
  return values.length === 0 ? NOTHING : bootstrapped(values, meanOf, draw);
}

function counterOf(value: MetricValue | undefined): number | null {
  return value?.type === 'counter' ? value.value : null;
}

function meanOfMetric(value: MetricValue | undefined): number | null {
  if (value?.type === 'trend') return value.mean;
  if (value?.type === 'rate') return value.value;
  return counterOf(value);
}

/** Mean of numbers that are there; null: there are none. */
export function meanOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : mean([...values]);
}
