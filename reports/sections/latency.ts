import type { CallView } from '../../harness/model/history-index.ts';
import type { ChartData } from '../chart-data.ts';
import { chartFigure, chartLanes, laneWords } from '../chart-figure.ts';
import { formatCount, formatMs } from '../format.ts';
import { html, type Markup } from '../html.ts';
import type { Section, SectionInput } from '../report-run.ts';
import { table } from '../table.ts';
import { binned, binStep, quantileLine, type TimedSample } from '../time-bins.ts';

/** Points drawn for one series; beyond them every n-th is kept, and the slowest always. */
const POINTS_MAX = 2000;
const SLOWEST = 50;
/** Parts of the run that a line of quantiles goes through. */
const BINS_MAX = 60;

interface Latencies {
  readonly receipts: readonly TimedSample[];
  readonly lags: readonly TimedSample[];
  /** Calls that ended as they should, and the others whose agent saw an end. */
  readonly good: readonly TimedSample[];
  readonly other: readonly TimedSample[];
  readonly never: readonly TimedSample[];
}

/** How long receipts, work and results took over the run, with the faults behind. */
export const latencySection: Section = {
  id: 'latency',
  title: 'Latency over time',
  label: 'Latency',
  render(input) {
    const { run, chart } = input;
    const latencies = latenciesOf(input);
    const { receipts, lags, good, other, never } = latencies;
    if (receipts.length + good.length + other.length + never.length === 0) return null;
    const untilS = run.history.endT / 1e9;
    const isBlocking = run.plan.target.dialect === 'blocking';
    const base = { type: 'scatter' as const, yTitle: 'duration (log scale)', logarithmic: true, untilS };
    const series: ChartData['series'] = [
      // A blocking call has no receipt but its result.
      ...(isBlocking ? [] : [{ label: 'call to receipt', tone: 0, points: thinned(receipts) }]),
      { label: 'work done to end seen', tone: 2, points: thinned(lags) },
      { label: 'call to end seen', tone: 1, points: thinned(good) },
      ...(other.length === 0 ? [] : [{ label: 'call to another end seen', tone: 4, points: thinned(other) }]),
      ...(never.length === 0
        ? []
        : [{ label: 'waited so long, saw no end', tone: 5, crossed: true as const, points: thinned(never) }]),
    ];
    const id = chart({ id: 'latency', ...base, series, lanes: chartLanes(input) });
    return html`<p class="note">Each call stands at the moment it was meant to start; the scale is logarithmic, so equal steps are equal factors. ${laneWords(input)}</p>
${chartFigure(id, 'Latency of each call over the time of the run', latencyTable(latencies, untilS))}
${quantiles(input, [...good, ...other], base)}`;
  },
};

function latenciesOf({ tracks }: SectionInput): Latencies {
  const lists: Record<keyof Latencies, TimedSample[]> = { receipts: [], lags: [], good: [], other: [], never: [] };
  for (const track of tracks.all) {
    const { call, ackT, seenT, sentT, commits, waitedUntilT } = track;
    const startT = startOf(call) ?? sentT;
    if (startT === null) continue;
    const atS = startT / 1e9;
    if (ackT !== null) lists.receipts.push([atS, (ackT - startT) / 1e6]);
    if (seenT === null) lists.never.push([atS, Math.max(0, (waitedUntilT - startT) / 1e6)]);
    else {
      const isGood = tracks.fates.get(call.planned.call) === 'settled-ok';
      lists[isGood ? 'good' : 'other'].push([atS, (seenT - startT) / 1e6]);
    }
    const commitT = commits[0];
    if (seenT !== null && commitT !== undefined) lists.lags.push([atS, Math.max(0, (seenT - commitT) / 1e6)]);
  }
  return lists;
}

/** How the middle and the slowest went over the run: a crash shows as a hill, a leak as a slope. */
function quantiles(
  input: SectionInput,
  ends: readonly TimedSample[],
  base: Pick<ChartData, 'type' | 'yTitle' | 'logarithmic' | 'untilS'>,
): Markup | null {
  const stepS = binStep(base.untilS, BINS_MAX);
  const bins = binned(ends, stepS, base.untilS);
  if (bins.filter(({ length }) => length > 1).length < 3) return null;
  const lines = [
    { label: 'p50', tone: 0, p: 0.5 },
    { label: 'p95', tone: 4, p: 0.95 },
    { label: 'p99', tone: 5, p: 0.99 },
    { label: 'slowest', tone: 6, p: 1 },
  ];
  const series = lines
    .map(({ label, tone, p }) => ({ label, tone, joined: true as const, points: quantileLine(bins, p, stepS) }))
    .filter(({ points }) => points.length > 0);
  const id = input.chart({ id: 'quantiles', ...base, series, lanes: chartLanes(input) });
  const columns = [{ title: 'From', numeric: true }, ...series.map(({ label }) => ({ title: label, numeric: true }))];
  const rows = bins.flatMap((bin, index) => {
    if (bin.length === 0) return [];
    const at = (index + 0.5) * stepS;
    const cells = series.map(({ points }) => {
      const point = points.find(([place]) => place === at);
      return point === undefined ? 'too few' : formatMs(point[1]);
    });
    return [{ cells: [`${index * stepS} s`, ...cells] }];
  });
  return chartFigure(
    id,
    `Call to end seen: quantiles of the calls that started in each ${stepS} s`,
    table(`Call to end seen, of the calls that started in each ${stepS} s`, columns, rows),
  );
}

function startOf(call: CallView): number | null {
  return call.creates[0]?.inv.intended ?? null;
}

function thinned(points: readonly TimedSample[]): readonly TimedSample[] {
  if (points.length <= POINTS_MAX) return points.map(round);
  const step = Math.ceil(points.length / POINTS_MAX);
  const slowest = [...points].sort((a, b) => b[1] - a[1]).slice(0, SLOWEST);
  return [...new Set([...points.filter((_, index) => index % step === 0), ...slowest])].map(round);
}

function round([at, ms]: TimedSample): TimedSample {
  return [Math.round(at * 1000) / 1000, Math.round(ms * 100) / 100];
}

function latencyTable({ receipts, lags, good, other, never }: Latencies, untilS: number): Markup {
  const stepS = binStep(untilS);
  const parts = [receipts, lags, [...good, ...other], never].map((samples) => binned(samples, stepS, untilS));
  const [received = [], lagged = [], ended = [], unseen = []] = parts;
  const rows = ended.flatMap((ends, bin) => {
    const neverCount = unseen[bin]?.length ?? 0;
    const count = ends.length + neverCount;
    const medians = [received[bin] ?? [], lagged[bin] ?? [], ends].map(medianText);
    return count === 0
      ? []
      : [{ cells: [`${bin * stepS} s`, formatCount(count), ...medians, formatCount(neverCount)] }];
  });
  const titles = ['From', 'Calls', 'Call to receipt', 'Work done to end seen', 'Call to end seen', 'Never saw an end'];
  return table(
    `Median latency of the calls that started in each ${stepS} s`,
    titles.map((title) => ({ title, numeric: true })),
    rows,
  );
}

function medianText(ascending: readonly number[]): string {
  const middle = ascending[Math.floor((ascending.length - 1) / 2)];
  return middle === undefined ? '–' : formatMs(middle);
}
