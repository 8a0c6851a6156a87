import type { CallRatio } from '../../harness/model/call-ratio.ts';
import { formatCount, formatMs, formatRatio, nameOfId, plural } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { type NamedSamples, percentilePlot, percentileTable, sharePlot } from '../percentile-plot.ts';
import { ratioPlot } from '../ratio-plot.ts';
import type { MetricWords, ReportRun, RunRatios } from '../report-run.ts';
import { chip, type TableRow, table } from '../table.ts';

/** Curves that can still be told apart. */
const RUNS_MAX = 6;

/** The durations of several runs laid over each other, and the same calls of two runs against each other. */
export function comparedLatency(
  runs: readonly ReportRun[],
  names: readonly string[],
  { words, ratios }: { readonly words: MetricWords; readonly ratios: readonly RunRatios[] },
): Markup | null {
  const metrics = [...new Set(runs.flatMap(({ samples }) => samples.map(({ metric }) => metric)))];
  const drawn = metrics.flatMap((metric) => {
    const named = runs.slice(0, RUNS_MAX).flatMap((run, index): readonly NamedSamples[] => {
      const samples = run.samples.find((one) => one.metric === metric);
      return samples === undefined ? [] : [{ name: names[index] ?? `run ${index + 1}`, samples }];
    });
    return named.length < 2 ? [] : [overlaid(words[metric]?.title ?? nameOfId(metric), named)];
  });
  if (drawn.length === 0 && ratios.length === 0) return null;
  const more = runs.length - RUNS_MAX;
  return html`${ratios.map((pair) => ratioTable(pair, names, words))}
${more > 0 && html`<p class="note">${plural(more, 'more run')} would only hide these: the curves are those of the first ${RUNS_MAX}.</p>`}
${drawn}`;
}

function overlaid(title: string, named: readonly NamedSamples[]): Markup {
  return html`<h3>${title}</h3>
<div class="pair">${percentilePlot(`${title} by percentile, each run`, named, true)}${sharePlot(`Share of calls with at most this ${title.toLowerCase()}, each run`, named)}</div>
<details><summary>The numbers behind these charts</summary>${percentileTable(`${title} of each run`, named)}</details>
`;
}

function ratioTable({ baseline, candidate, rows }: RunRatios, names: readonly string[], words: MetricWords): Markup {
  const nameOf = (index: number) => names[index] ?? `run ${index + 1}`;
  const title = (metric: string) => words[metric]?.title ?? nameOfId(metric);
  const drawn = rows.flatMap(({ metric, ratio, floor }) =>
    ratio === null ? [] : [{ name: title(metric), floor, ...ratio }],
  );
  return html`<h3>The same calls: ${nameOf(candidate)} against ${nameOf(baseline)}</h3>
${ratioPlot(`Ratios of ${nameOf(candidate)} to ${nameOf(baseline)} with their 95 % intervals`, drawn, 'ratio of the same call (log scale); right of 1 is slower')}
${table(
  'Medians of the calls that both runs have, and of their ratios',
  [
    { title: 'Duration' },
    { title: nameOf(baseline), numeric: true },
    { title: nameOf(candidate), numeric: true },
    { title: 'Ratio', numeric: true },
    { title: '95 % interval', numeric: true },
    { title: 'Nothing counts within', numeric: true },
    { title: 'Calls', numeric: true },
    { title: 'Verdict' },
  ],
  rows.map((row) => rowOf(row, title(row.metric))),
)}
<p class="note">Each call of one run stands against the same call of the other: same number, same work. The interval says how sure that is of these two runs. Calls of one run share its luck, and two runs of one server differ as well: whether one server is slower than another, only many pairs of runs can tell (claimcheck gate --paired).</p>`;
}

// Calls of one run share its luck, so two runs of one server may differ: none of this is good or bad by itself.
const VERDICTS = {
  slower: { valid: 'not-applicable', word: 'longer here' },
  faster: { valid: 'not-applicable', word: 'shorter here' },
  alike: { valid: true, word: 'alike' },
  open: { valid: 'unknown', word: 'cannot tell' },
  unknown: { valid: 'not-applicable', word: 'not judged' },
} as const;

function rowOf({ pairs, lone, baselineMs, candidateMs, ratio, floor, outcome, reason }: CallRatio, name: string) {
  const { valid, word } = VERDICTS[outcome];
  const shown = (ms: number | null) => (ms === null ? '–' : formatMs(ms));
  const row: TableRow = {
    cells: [
      name,
      shown(baselineMs),
      shown(candidateMs),
      ratio === null ? '–' : `${ratio.value.toFixed(3)} ×`,
      ratio === null ? '–' : `${ratio.low.toFixed(3)} – ${ratio.high.toFixed(3)}`,
      `± ${formatRatio(floor - 1)}`,
      html`${formatCount(pairs)}${lone > 0 && html` <small>${formatCount(lone)} in one only</small>`}`,
      html`${chip(valid, word)}${reason !== null && html`<p>${reason}</p>`}`,
    ],
  };
  return row;
}
