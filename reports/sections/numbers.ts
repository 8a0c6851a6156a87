import { formatCount, formatMs, formatRatio, formatValue, nameOfId } from '../format.ts';
import { html } from '../html.ts';
import { METRIC_COLUMNS, metricName, metricRow } from '../metric-row.ts';
import type { Section } from '../report-run.ts';
import { table } from '../table.ts';

/** Every metric of the run: distributions with their sample counts, then rates and counters. */
export const numbersSection: Section = {
  id: 'numbers',
  title: 'All numbers',
  label: 'Numbers',
  render({ run, words }) {
    const entries = Object.entries(run.verdict.metrics);
    if (entries.length === 0) return null;
    const trends = entries.flatMap(([id, value]) => (value.type === 'trend' ? [{ id, value }] : []));
    const curves = entries.flatMap(([id, value]) => (value.type === 'curve' ? [{ id, value }] : []));
    const rest = entries.filter(([, value]) => value.type === 'counter' || value.type === 'rate');
    const trendRows = trends.map(({ id, value }) => {
      const cell = (number: number | null) =>
        number === null
          ? html`<span class="none" title="${value.count === 0 ? 'no samples' : 'too few samples'}">${value.count === 0 ? '–' : 'too few'}</span>`
          : formatValue(number, value.unit);
      return {
        cells: [
          metricName(id, words),
          formatCount(value.count),
          value.censored > 0 ? html`<b class="warn">${formatCount(value.censored)}</b>` : '0',
          cell(value.min),
          cell(value.p50),
          cell(value.p90),
          cell(value.p95),
          cell(value.p99),
          cell(value.max),
        ],
      };
    });
    return html`${trends.length > 0 && table('Distributions', [{ title: 'Metric' }, ...['Samples', 'Never', 'min', 'p50', 'p90', 'p95', 'p99', 'max'].map((title) => ({ title, numeric: true }))], trendRows)}
<p class="note">“Never” counts those that gave no sample, such as a task that never finished: without it, losing work would make the tail look better. A percentile p needs 1/(1−p) samples, else it says “too few”.</p>
${curves.map(({ id, value }) => {
  const points = Object.entries(value.at);
  return table(
    `${words[id]?.title ?? nameOfId(id)}: share of ${formatCount(value.count)} requests without an answer`,
    [{ title: 'After' }, ...points.map(([ms]) => ({ title: formatMs(Number(ms)), numeric: true }))],
    [{ cells: ['Unanswered', ...points.map(([, share]) => formatRatio(share))] }],
  );
})}
${
  rest.length > 0 &&
  table(
    'Rates and counters',
    METRIC_COLUMNS,
    rest.flatMap(([id, value]) => metricRow(id, value, words)),
  )
}`;
  },
};
