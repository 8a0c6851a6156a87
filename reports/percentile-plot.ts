import { ascendingSamples, type CallSamples } from '../harness/model/call-samples.ts';
import { percentile } from '../harness/model/percentile.ts';
import { formatCount, formatMs } from './format.ts';
import { html, type Markup } from './html.ts';
import { linePlot, type PlotSeries } from './line-plot.ts';
import { percentileAxis, percentilePoints, sharePoints } from './percentile-points.ts';
import { table } from './table.ts';
import { durationAxis } from './value-axis.ts';

/** The samples of one run or of one metric, under the name that its curve has. */
export interface NamedSamples {
  readonly name: string;
  readonly samples: CallSamples;
}

const STATISTICS = [0.5, 0.9, 0.95, 0.99, 0.999] as const;
const TONES = [0, 4, 2, 5, 6, 1, 7, 3] as const;

/** Durations by percentile, one curve each, as far as the samples go. null: nobody measured any. */
export function percentilePlot(title: string, named: readonly NamedSamples[], isHalf = false): Markup | null {
  const series = named.flatMap(({ name, samples }, index): readonly PlotSeries[] => {
    const points = percentilePoints(samples);
    const { ms } = ascendingSamples(samples);
    return points.length === 0
      ? []
      : [{ label: `${name}, n = ${formatCount(ms.length)}`, tone: toneOf(index), points }];
  });
  if (series.length === 0) return null;
  const most = Math.max(...named.map(({ samples }) => ascendingSamples(samples).ms.length));
  const y = durationAxis(
    series.flatMap(({ points }) => points.map((point) => point[1])),
    'duration (log scale)',
  );
  return linePlot({ title, x: percentileAxis(most), y, series, isHalf });
}

/** The share of calls that were done by then, one curve each; what never came keeps a curve below 100 %. */
export function sharePlot(title: string, named: readonly NamedSamples[]): Markup | null {
  const series = named.flatMap(({ name, samples }, index): readonly PlotSeries[] => {
    const points = sharePoints(samples);
    return points.length === 0 ? [] : [{ label: name, tone: toneOf(index), points }];
  });
  if (series.length === 0) return null;
  const x = durationAxis(
    series.flatMap(({ points }) => points.map((point) => point[0])),
    'duration (log scale)',
  );
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, label: `${at * 100} %` }));
  const y = { title: 'share of calls', from: 0, to: 1, isLogarithmic: false, ticks };
  return linePlot({ title, x, y, series, isHalf: true });
}

/** The numbers behind both. */
export function percentileTable(caption: string, named: readonly NamedSamples[]): Markup {
  const rows = named.map(({ name, samples }) => {
    const { ms, never } = ascendingSamples(samples);
    const most = ms.at(-1);
    return {
      cells: [
        name,
        formatCount(ms.length),
        never > 0 ? html`<b class="warn">${formatCount(never)}</b>` : '0',
        ...STATISTICS.map((p) => {
          const value = percentile(ms, p);
          return value === null
            ? html`<span class="none">${ms.length === 0 ? '–' : 'too few'}</span>`
            : formatMs(value);
        }),
        most === undefined ? '–' : formatMs(most),
      ],
    };
  });
  const titles = ['Samples', 'Never', ...STATISTICS.map((p) => `p${Number((p * 100).toPrecision(4))}`), 'max'];
  return table(caption, [{ title: 'Duration' }, ...titles.map((title) => ({ title, numeric: true }))], rows);
}

function toneOf(index: number): number {
  return TONES[index % TONES.length] ?? 0;
}
