import { FATES } from '../../harness/model/verdict.ts';
import { FATE_WORDS } from '../fate-words.ts';
import { formatCount, formatMs, nameOfId, plural } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { linePlot, type PlotSeries } from '../line-plot.ts';
import type { MetricWords, Section, TrendRun } from '../report-run.ts';
import { chip, type TableRow, table } from '../table.ts';
import { durationAxis } from '../value-axis.ts';

/** What a server is asked about most: how soon it answers, how late an end is seen, how long all of it takes. */
const METRICS = ['ack-latency', 'detection-lag', 'end-to-end'] as const;

/** The last runs of this scenario on such a target, with this one at the end. */
export const trendSection: Section = {
  id: 'trend',
  title: 'The last runs',
  label: 'Trend',
  render({ run, words }) {
    if (run.trend.length === 0) return null;
    const { startedAt, seed, valid, fates, metrics } = run.verdict;
    const own: TrendRun = { name: 'this run', startedAt, seed, valid, fates, metrics, isSameMachine: true };
    const runs = [...run.trend, own];
    const foreign = runs.filter(({ isSameMachine }) => !isSameMachine).length;
    return html`<p class="note">${plural(run.trend.length, 'earlier run')} of this scenario on such a target, as ${run.trend.length === 1 ? 'it was' : 'they were'} judged then; the latest stands last. One run each says little about small differences.${foreign > 0 && ` The times of ${plural(foreign, 'run')} from another machine are left out.`}</p>
${strip(runs)}
${plot(runs, words)}
${table(
  'Run by run',
  [
    { title: 'Started' },
    { title: 'Verdict' },
    { title: 'Seed', numeric: true },
    { title: 'Calls', numeric: true },
    { title: 'Ended badly', numeric: true },
    ...METRICS.map((id) => ({ title: `${words[id]?.title ?? nameOfId(id)}, p95`, numeric: true })),
  ],
  runs.map((one) => rowOf(one, one === own)),
)}`;
  },
};

function strip(runs: readonly TrendRun[]): Markup {
  const words = runs.map(({ valid }) => (valid === true ? 'valid' : valid === false ? 'not valid' : 'unknown'));
  return html`<p class="strip" role="img" aria-label="Verdicts in order: ${words.join(', ')}">${runs.map(({ valid, name }) => html`<span class="${valid === true ? 'good' : valid === false ? 'bad' : 'warn'}" title="${name}">${valid === true ? '✓' : valid === false ? '✕' : '?'}</span>`)}</p>`;
}

function plot(runs: readonly TrendRun[], words: MetricWords): Markup | null {
  const series = METRICS.flatMap((id, tone): readonly PlotSeries[] => {
    const points = runs.flatMap((one, index) => {
      const value = p95Of(one, id);
      return value === null ? [] : [[index + 1, value] as const];
    });
    return points.length < 2 ? [] : [{ label: `${words[id]?.title ?? nameOfId(id)}, p95`, tone: tone * 2, points }];
  });
  if (series.length === 0) return null;
  const ticks = runs.map((_, index) => ({
    at: index + 1,
    label: index + 1 === runs.length ? 'this run' : String(index + 1),
  }));
  const every = Math.ceil(ticks.length / 10);
  const x = {
    ...{ title: 'run', from: 1, to: runs.length, isLogarithmic: false },
    ticks: ticks.filter(({ at }) => at === runs.length || (at - 1) % every === 0),
  };
  const y = durationAxis(
    series.flatMap(({ points }) => points.map((point) => point[1])),
    'duration (log scale)',
  );
  return linePlot({ title: 'Durations of the last runs', x, y, series });
}

function rowOf(run: TrendRun, isOwn: boolean): TableRow {
  const bad = FATES.filter((fate) => FATE_WORDS[fate].tone === 'bad');
  const badCount = bad.reduce((sum, fate) => sum + (run.fates[fate] ?? 0), 0);
  const all = FATES.reduce((sum, fate) => sum + (run.fates[fate] ?? 0), 0);
  const word = run.valid === true ? 'valid' : run.valid === false ? 'not valid' : 'unknown';
  return {
    ...(isOwn && { tone: 'total' as const }),
    cells: [
      html`${run.startedAt.replace('T', ' ').replace(/\.\d+Z$/, '')}${isOwn && ' (this run)'}`,
      chip(run.valid, word),
      String(run.seed),
      formatCount(all),
      formatCount(badCount),
      ...METRICS.map((id) => {
        const value = p95Of(run, id);
        return value === null ? '–' : formatMs(value);
      }),
    ],
  };
}

function p95Of({ metrics, isSameMachine }: TrendRun, id: string): number | null {
  const value = metrics[id];
  return isSameMachine && value?.type === 'trend' ? value.p95 : null;
}
