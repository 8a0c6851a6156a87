import type { CallView } from '../../harness/model/history-index.ts';
import { chartBands, chartFigure } from '../chart-figure.ts';
import { formatCount, formatMs } from '../format.ts';
import { html } from '../html.ts';
import type { ChartData, Section } from '../report-run.ts';
import { table } from '../table.ts';

/** Points drawn for one series; beyond them every n-th is kept, and the slowest always. */
const POINTS_MAX = 2000;

type Point = readonly [number, number];

/** How long receipts, work and results took over the run, with the faults behind. */
export const latencySection: Section = {
  id: 'latency',
  title: 'Latency over time',
  label: 'Latency',
  render({ run, chart, tracks }) {
    const { history, verdict } = run;
    const receipts: Point[] = [];
    const results: Point[] = [];
    const lags: Point[] = [];
    for (const { call, ackT, seenT, sentT, commits } of tracks.all) {
      const startT = startOf(call) ?? sentT;
      if (startT === null) continue;
      const atS = startT / 1e9;
      if (ackT !== null) receipts.push([atS, (ackT - startT) / 1e6]);
      if (seenT !== null) results.push([atS, (seenT - startT) / 1e6]);
      const commitT = commits[0];
      if (seenT !== null && commitT !== undefined) lags.push([atS, Math.max(0, (seenT - commitT) / 1e6)]);
    }
    if (receipts.length + results.length === 0) return null;
    const series: ChartData['series'] = [
      { label: 'receipt', tone: 0, points: thinned(receipts) },
      { label: 'end of the work until seen', tone: 2, points: thinned(lags) },
      { label: 'result seen', tone: 1, points: thinned(results) },
    ];
    const id = chart({
      id: 'latency',
      type: 'scatter',
      yTitle: 'ms after the intended start (log)',
      logarithmic: true,
      untilS: history.endT / 1e9,
      series,
      bands: chartBands(history, verdict),
    });
    const stepS = binStep(history.endT / 1e9);
    const rows = binRows(stepS, history.endT / 1e9, [receipts, lags, results]);
    const columns = ['receipt', 'until seen', 'result'].map((name) => ({ title: `${name}, median`, numeric: true }));
    return html`<p class="note">Each call at its intended start; a log scale, so equal steps are equal factors. Shaded: the server was away, or a fault was at work.</p>
${chartFigure(id, 'Latency of each call over the time of the run', table(`Median latency of the calls that started in each ${stepS} s`, [{ title: 'From', numeric: true }, { title: 'Calls', numeric: true }, ...columns], rows))}`;
  },
};

function startOf(call: CallView): number | null {
  return call.creates[0]?.inv.intended ?? null;
}

function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= POINTS_MAX) return points.map(round);
  const step = Math.ceil(points.length / POINTS_MAX);
  const slowest = [...points].sort((a, b) => b[1] - a[1]).slice(0, 50);
  return [...new Set([...points.filter((_, index) => index % step === 0), ...slowest])].map(round);
}

function round([at, ms]: Point): Point {
  return [Math.round(at * 1000) / 1000, Math.round(ms * 100) / 100];
}

/** A whole number of seconds that gives at most 15 rows. */
export function binStep(untilS: number): number {
  return [1, 2, 5, 10, 20, 30, 60, 120, 300, 600].find((step) => untilS / step <= 15) ?? 1800;
}

function binRows(stepS: number, untilS: number, series: readonly (readonly Point[])[]) {
  const bins = Array.from({ length: Math.max(1, Math.ceil(untilS / stepS)) }, (_, bin) => bin * stepS);
  return bins.flatMap((fromS) => {
    const own = series.map((points) => points.filter(([at]) => at >= fromS && at < fromS + stepS).map(([, ms]) => ms));
    const count = Math.max(...own.map((list) => list.length));
    if (count === 0) return [];
    return [{ cells: [`${fromS} s`, formatCount(count), ...own.map((list) => medianText(list))] }];
  });
}

function medianText(samples: readonly number[]): string {
  const ascending = [...samples].sort((a, b) => a - b);
  const middle = ascending[Math.floor((ascending.length - 1) / 2)];
  return middle === undefined ? '–' : formatMs(middle);
}
