import type { MetricValue } from '../harness/model/metric-value.ts';
import { formatCount, formatValue, nameOfId } from './format.ts';
import { html, type Markup } from './html.ts';
import type { MetricWords } from './report-run.ts';
import type { Column, TableRow } from './table.ts';

export const METRIC_COLUMNS: readonly Column[] = [
  { title: 'Metric' },
  { title: 'Value', numeric: true },
  { title: 'Out of', numeric: true },
  { title: 'Meaning', wide: true },
];

export function metricName(id: string, words: MetricWords): Markup {
  return html`${words[id]?.title ?? nameOfId(id)} <code class="id">${id}</code>`;
}

/** One line a metric; none where the run held no evidence for it. */
export function metricRow(id: string, value: MetricValue | undefined, words: MetricWords): readonly TableRow[] {
  if (value === undefined) return [];
  const meaning = words[id]?.description ?? '';
  switch (value.type) {
    case 'trend': {
      const middle = value.p50 ?? value.mean;
      const spread =
        value.p95 === null ? `max ${formatValue(value.max, value.unit)}` : `p95 ${formatValue(value.p95, value.unit)}`;
      const what = value.p50 === null ? 'mean' : 'p50';
      const text = middle === null ? '–' : `${what} ${formatValue(middle, value.unit)}, ${spread}`;
      return [{ cells: [metricName(id, words), text, `${formatCount(value.count)} samples`, meaning] }];
    }
    case 'counter':
      return [{ cells: [metricName(id, words), formatCount(value.value), value.unit, meaning] }];
    case 'rate': {
      const text = formatValue(value.value, 'ratio');
      return [
        {
          cells: [
            metricName(id, words),
            text,
            `${formatValue(value.numerator, '')} / ${formatValue(value.denominator, '')}`,
            meaning,
          ],
        },
      ];
    }
    case 'curve':
      return [];
  }
}
