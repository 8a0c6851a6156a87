import { metrics } from '../metrics/index.ts';
import type { CalibrationRow } from '../model/calibration.ts';
import type { MetricValue, TrendValue } from '../model/metric-value.ts';
import { FATES } from '../model/verdict.ts';
import { isMachineTime } from './calibration-noise.ts';
import { MACHINE_TIMES, type Observation, valuesOf } from './calibration-observation.ts';

/** A number of every run, not yet judged. */
export type Measured = Omit<CalibrationRow, 'verdict' | 'cause'>;

type Head = Pick<Measured, 'metric' | 'title' | 'statistic' | 'unit' | 'kind'>;
type Reading = Head & { read(value: MetricValue): number | null };

/**
 * Counts of what happened in the same second, in which order, or between two updates of a task: which of them fall together
 * depends on a few ms, so that two real runs differ as well. So does the length of a text that says how far the work is.
 */
const SHAPES: readonly string[] = [
  'poll-burst',
  'poll-peak',
  'inversion-degree',
  'out-of-order-accuracy',
  'informative-polls',
  'poll-tokens',
  'wasted-bytes',
  'response-survival',
];

/** Every number that any of the runs has: fates, requests and effects, metrics, and the times of the machine. */
export function measureRows(real: readonly Observation[], virtual: Observation): readonly Measured[] {
  const all = [...real, virtual];
  const rowOf = (head: Head, read: (run: Observation) => number | null) =>
    measured(head, real.map(read), read(virtual));
  const fates = FATES.filter((fate) => all.some(({ verdict }) => (verdict.fates[fate] ?? 0) > 0)).map((fate) =>
    rowOf(count(`fate ${fate}`, `Calls that ended ${fate}`, 'calls'), ({ verdict }) => verdict.fates[fate] ?? 0),
  );
  const counts = namesOf(all.map((run) => run.counts)).map((name) =>
    rowOf(count(name, name.charAt(0).toUpperCase() + name.slice(1), ''), (run) => run.counts[name] ?? null),
  );
  const phantom = rowOf(count('phantom effects', 'Effects of no call', ''), ({ verdict }) => verdict.phantom);
  const values = namesOf(all.map(valuesOf)).flatMap((metric) =>
    readingsOf(metric, all).map(({ read, ...head }) =>
      rowOf(head, (run) => {
        const value = valuesOf(run)[metric];
        return value === undefined ? null : read(value);
      }),
    ),
  );
  // Too few samples in every run are no evidence, and no difference either.
  const isMeasured = ({ median, virtual: value }: Measured) => median !== null || value !== null;
  return [...fates, ...counts, phantom, ...values].filter(isMeasured);
}

/** The statistics by which a metric is compared. */
function readingsOf(metric: string, runs: readonly Observation[]): readonly Reading[] {
  const title = metrics[metric]?.meta.title ?? MACHINE_TIMES[metric] ?? metric;
  const sample = runs.map((run) => valuesOf(run)[metric]).find((value) => value !== undefined);
  const kind = SHAPES.includes(metric) ? 'shape' : 'count';
  const reading = (statistic: string, unit: string, read: Reading['read']): Reading => ({
    ...{ metric, title, statistic, unit, kind, read },
  });
  switch (sample?.type) {
    case undefined:
      return [];
    case 'counter':
      return [reading('value', sample.unit, (value) => (value.type === 'counter' ? value.value : null))];
    case 'rate':
      if (kind === 'shape') return [reading('value', 'ratio', (value) => (value.type === 'rate' ? value.value : null))];
      return [
        reading('numerator', '', (value) => (value.type === 'rate' ? value.numerator : null)),
        reading('denominator', '', (value) => (value.type === 'rate' ? value.denominator : null)),
      ];
    case 'curve':
      return Object.keys(sample.at).map((at) =>
        reading(`at ${at}`, sample.unit, (value) => (value.type === 'curve' ? (value.at[at] ?? null) : null)),
      );
    case 'trend':
      return trendReadings(
        metric,
        runs.map((run) => valuesOf(run)[metric]).filter((value) => value?.type === 'trend'),
        sample.unit,
        reading,
      );
  }
}

function trendReadings(
  metric: string,
  values: readonly TrendValue[],
  unit: string,
  reading: (statistic: string, unit: string, read: Reading['read']) => Reading,
): readonly Reading[] {
  const of = (name: 'count' | 'censored' | 'p50' | 'p95' | 'mean' | 'max') => (value: MetricValue) =>
    value.type === 'trend' ? value[name] : null;
  const samples = [reading('samples', '', of('count')), reading('never', '', of('censored'))];
  if (unit !== 'ms') return [...samples, reading('mean', unit, of('mean')), reading('max', unit, of('max'))];
  const kind = isMachineTime(metric) ? 'machine' : 'time';
  // Where one of the runs has too few samples for a tail, the longest stands in for it in all of them.
  const tail = values.every(({ p95 }) => p95 !== null) ? 'p95' : 'max';
  const times = [reading('p50', unit, of('p50')), reading(tail, unit, of(tail))].map(
    (time) => ({ ...time, kind }) as const,
  );
  // How often a machine time was taken is no property of the server.
  return metric in MACHINE_TIMES ? times : [...samples, ...times];
}

function count(metric: string, title: string, unit: string): Head {
  return { metric, title, statistic: 'value', unit, kind: 'count' };
}

function measured(head: Head, real: readonly (number | null)[], virtual: number | null): Measured {
  const known = real.filter((value) => value !== null).sort((a, b) => a - b);
  const low = known[0] ?? null;
  const high = known.at(-1) ?? null;
  const median = middleOf(known);
  const difference = median === null || virtual === null ? null : rounded(virtual - median);
  return { ...head, real, median, low, high, virtual, difference };
}

function middleOf(ascending: readonly number[]): number | null {
  const half = Math.floor(ascending.length / 2);
  const upper = ascending[half];
  const lower = ascending[ascending.length % 2 === 0 ? half - 1 : half];
  return upper === undefined || lower === undefined ? null : rounded((lower + upper) / 2);
}

function namesOf(records: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))];
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
