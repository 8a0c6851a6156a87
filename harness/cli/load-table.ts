import Table from 'cli-table3';
import type { HistogramFigures, HistogramsDocument } from '../model/latency-histograms.ts';
import type { MetricValue, TrendValue } from '../model/metric-value.ts';
import type { Plan } from '../model/plan.ts';
import type { LostShare } from '../model/planned-load.ts';
import type { Verdict } from '../model/verdict.ts';
import { histogramLine } from './histogram-agreement.ts';

/** What a load is measured by, in the order of a call's life. */
const TRENDS: Readonly<Record<string, string>> = {
  'ack-latency': 'receipt, from the intended start',
  'create-time': 'create, from its sending',
  'read-time': 'read, from its sending',
  'queue-wait': 'wait for the work to begin',
  service: 'work',
  'detection-lag': 'end of work to agent knowing',
  'end-to-end': 'all of it, from the intended start',
};

/** Later than this the generator is part of what it measures: half of the smallest latency that people gate on. */
const LATE_MS = 20;

/** One table of a measured load: how long what took, and how far the harness itself can be trusted with it. */
export function loadText(
  plan: Plan,
  { metrics, lostGenerators = [] }: Pick<Verdict, 'metrics' | 'lostGenerators'>,
  timed: HistogramsDocument | null = null,
): string {
  const table = new Table({
    head: ['ms', 'n', 'never', 'min', 'p50', 'p90', 'p95', 'p99', 'max'],
    colAligns: ['left', ...new Array<'right'>(8).fill('right')],
    style: { head: [], border: [], compact: true },
  });
  for (const [id, name] of Object.entries(TRENDS)) {
    const value = metrics[id];
    if (value?.type === 'trend') table.push(rowOf(name, value));
    // A run that kept counts only let go of its reads; those who timed them while they went on have not.
    else if (id === 'read-time' && timed && timed.histograms[id].count > 0)
      table.push(rowOf(name, timed.histograms[id]));
  }
  const lateness = trendIn(metrics, 'generator-lateness');
  const delay = trendIn(metrics, 'event-loop-delay');
  return [
    table.toString(),
    `load      ${loadLine(plan, metrics)}`,
    ...lostGenerators.map(lostLine),
    ...(timed ? [histogramLine(metrics, timed)] : []),
    `harness   started calls late by ${tailOf(lateness)}; event-loop delay ${tailOf(delay)}`,
    ...(isLate(lateness)
      ? [`harness   was late itself by more than ${LATE_MS} ms: these latencies are its own as well`]
      : []),
  ].join('\n');
}

function rowOf(name: string, figures: TrendValue | HistogramFigures): string[] {
  const { count, min, p50, p90, p95, p99, max } = figures;
  const never = 'censored' in figures ? String(figures.censored) : '–';
  return [name, String(count), never, ...[min, p50, p90, p95, p99, max].map(numberText)];
}

function loadLine(plan: Plan, metrics: Verdict['metrics']): string {
  const { warmupMs = 0, inFlightMax } = plan.load;
  const dropped = trendIn(metrics, 'generator-lateness')?.censored ?? 0;
  const parts = [
    plan.load.model,
    `${counterText(metrics['arrivals-per-second'])} calls/s begun`,
    `${counterText(metrics['results-per-second'])} results/s`,
    ...(metrics['requests-per-second'] ? [`${counterText(metrics['requests-per-second'])} requests/s`] : []),
    ...(inFlightMax !== undefined || dropped > 0 ? [`${dropped} dropped`] : []),
    ...(warmupMs > 0 ? [`the first ${warmupMs / 1000} s left out`] : []),
  ];
  return parts.join(', ');
}

function lostLine({ generator, calls, why }: LostShare): string {
  return `not run   ${calls} calls of ${generator}, which was lost: ${why}`;
}

function isLate(lateness: TrendValue | null): boolean {
  return lateness !== null && (lateness.p99 ?? lateness.max ?? 0) > LATE_MS;
}

function trendIn(metrics: Verdict['metrics'], id: string): TrendValue | null {
  const value = metrics[id];
  return value?.type === 'trend' ? value : null;
}

function tailOf(trend: TrendValue | null): string {
  if (trend === null) return 'nobody measured';
  const { p99, max } = trend;
  return `${p99 === null ? '' : `p99 ${numberText(p99)} ms, `}max ${numberText(max)} ms`;
}

function counterText(value: MetricValue | undefined): string {
  return value?.type === 'counter' ? String(Math.round(value.value * 10) / 10) : '–';
}

function numberText(value: number | null): string {
  if (value === null) return '–';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
