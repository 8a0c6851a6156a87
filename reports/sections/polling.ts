import { isTerminal } from '../../harness/model/operation.ts';
import { chartFigure, chartLanes, laneWords } from '../chart-figure.ts';
import { formatCount } from '../format.ts';
import { html } from '../html.ts';
import { METRIC_COLUMNS, metricRow } from '../metric-row.ts';
import { pollReads } from '../poll-reads.ts';
import type { Section } from '../report-run.ts';
import { table } from '../table.ts';
import { binStep } from '../time-bins.ts';

const METRICS = [
  'polls',
  'polls-per-task',
  'useful-polls',
  'informative-polls',
  'poll-peak',
  'poll-burst',
  'interval-compliance',
  'wasted-bytes',
  'poll-tokens',
];

/** How often agents asked, second by second, and how many of those questions had a new answer. */
export const pollingSection: Section = {
  id: 'polling',
  title: 'Polling load',
  label: 'Polling',
  render(input) {
    const { run, chart, words } = input;
    const { history, verdict } = run;
    const reads = history.calls.flatMap(pollReads);
    if (reads.length === 0) return null;
    const untilS = history.endT / 1e9;
    const bins = Math.max(1, Math.ceil(untilS));
    const all = new Array<number>(bins).fill(0);
    const final = new Array<number>(bins).fill(0);
    for (const { inv, end } of reads) {
      const bin = Math.min(bins - 1, Math.floor(inv.t / 1e9));
      if (end?.kind === 'ok' && isTerminal(end.status)) final[bin] = (final[bin] ?? 0) + 1;
      else all[bin] = (all[bin] ?? 0) + 1;
    }
    for (const [index, count] of (history.folded?.polls.perSecond ?? []).entries()) {
      // Most reads of such a run were counted and let go; those that found the task finished are all here.
      const bin = Math.min(bins - 1, index + (history.folded?.polls.firstSecond ?? 0));
      all[bin] = count - (final[bin] ?? 0);
    }
    const id = chart({
      id: 'polling',
      type: 'bar',
      yTitle: 'polls a second',
      logarithmic: false,
      untilS,
      series: [
        {
          label: 'found the task finished',
          tone: 2,
          points: final.map((count, second) => [second + 0.5, count] as const),
        },
        {
          label: 'not finished, or no answer',
          tone: 3,
          points: all.map((count, second) => [second + 0.5, count] as const),
        },
      ],
      lanes: chartLanes(input),
    });
    const stepS = binStep(untilS);
    const rows = Array.from({ length: Math.ceil(bins / stepS) }, (_, index) => {
      const from = index * stepS;
      const sum = (list: readonly number[]) =>
        list.slice(from, from + stepS).reduce((total, count) => total + count, 0);
      const peak = Math.max(
        ...all.slice(from, from + stepS).map((count, offset) => count + (final[from + offset] ?? 0)),
      );
      return { cells: [`${from} s`, formatCount(sum(all) + sum(final)), formatCount(sum(final)), formatCount(peak)] };
    });
    const metricRows = METRICS.flatMap((metric) => metricRow(metric, verdict.metrics[metric], words));
    return html`<p class="note">Every question about a task, counted by the second. ${laneWords(input)}</p>
${chartFigure(
  id,
  'Polls a second over the time of the run',
  table(
    `Polls in each ${stepS} s`,
    [
      { title: 'From', numeric: true },
      { title: 'Polls', numeric: true },
      { title: 'Found it finished', numeric: true },
      { title: 'Busiest second', numeric: true },
    ],
    rows,
  ),
)}
${metricRows.length > 0 && table('What polling cost', METRIC_COLUMNS, metricRows)}`;
  },
};
