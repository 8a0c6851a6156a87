import type { CallView } from '../../harness/model/history-index.ts';
import type { ChartData } from '../chart-data.ts';
import { bandWords, chartBands, chartFigure } from '../chart-figure.ts';
import { formatCount, formatMs } from '../format.ts';
import { html } from '../html.ts';
import type { Section } from '../report-run.ts';
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
    const never: Point[] = [];
    for (const { call, ackT, seenT, sentT, commits, waitedUntilT } of tracks.all) {
      const startT = startOf(call) ?? sentT;
      if (startT === null) continue;
      const atS = startT / 1e9;
      if (ackT !== null) receipts.push([atS, (ackT - startT) / 1e6]);
      if (seenT === null) never.push([atS, Math.max(0, (waitedUntilT - startT) / 1e6)]);
      if (seenT !== null) results.push([atS, (seenT - startT) / 1e6]);
      const commitT = commits[0];
      if (seenT !== null && commitT !== undefined) lags.push([atS, Math.max(0, (seenT - commitT) / 1e6)]);
    }
    if (receipts.length + results.length + never.length === 0) return null;
    const isBlocking = run.plan.target.dialect === 'blocking';
    const series: ChartData['series'] = [
      // A blocking call has no receipt but its result.
      ...(isBlocking ? [] : [{ label: 'call to receipt', tone: 0, points: thinned(receipts) }]),
      { label: 'work done to end seen', tone: 2, points: thinned(lags) },
      { label: 'call to end seen', tone: 1, points: thinned(results) },
      ...(never.length === 0
        ? []
        : [{ label: 'waited so long, saw no end', tone: 5, crossed: true as const, points: thinned(never) }]),
    ];
    const id = chart({
      id: 'latency',
      type: 'scatter',
      yTitle: 'duration (log scale)',
      logarithmic: true,
      untilS: history.endT / 1e9,
      series,
      bands: chartBands(history, verdict),
    });
    const stepS = binStep(history.endT / 1e9);
    const rows = binRows(stepS, history.endT / 1e9, [receipts, lags, results], never);
    const columns = ['Call to receipt', 'Work done to end seen', 'Call to end seen', 'Never saw an end'].map(
      (title) => ({
        title,
        numeric: true,
      }),
    );
    return html`<p class="note">Each call stands at the moment it was meant to start; the scale is logarithmic, so equal steps are equal factors. ${bandWords(history, verdict) ?? 'No fault was at work.'}</p>
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

function binRows(stepS: number, untilS: number, series: readonly (readonly Point[])[], never: readonly Point[]) {
  const bins = Array.from({ length: Math.max(1, Math.ceil(untilS / stepS)) }, (_, bin) => bin * stepS);
  return bins.flatMap((fromS) => {
    const own = series.map((points) => points.filter(([at]) => at >= fromS && at < fromS + stepS).map(([, ms]) => ms));
    const neverCount = never.filter(([at]) => at >= fromS && at < fromS + stepS).length;
    const count = (own[2]?.length ?? 0) + neverCount;
    if (count === 0) return [];
    return [
      { cells: [`${fromS} s`, formatCount(count), ...own.map((list) => medianText(list)), formatCount(neverCount)] },
    ];
  });
}

function medianText(samples: readonly number[]): string {
  const ascending = [...samples].sort((a, b) => a - b);
  const middle = ascending[Math.floor((ascending.length - 1) / 2)];
  return middle === undefined ? '–' : formatMs(middle);
}
