import { html } from '../html.ts';
import { METRIC_COLUMNS, metricRow } from '../metric-row.ts';
import type { Section } from '../report-run.ts';
import { table } from '../table.ts';

const METRICS = [
  'binding-accuracy',
  'inversion-degree',
  'out-of-order-accuracy',
  'continuations-correct',
  'continuations-late',
  'continuations-lost',
  'continuations-duplicated',
  'continuations-misrouted',
  'duplicate-knows',
  'duplicate-continuations',
];

/** Whether late and reordered results still reached the step they belong to. */
export const contextSection: Section = {
  id: 'context',
  title: 'Context preservation',
  label: 'Context',
  render({ run, words }) {
    const rows = METRICS.flatMap((metric) => metricRow(metric, run.verdict.metrics[metric], words));
    if (rows.length === 0) return null;
    return html`<p class="note">An agent that goes on with other work must, when a result comes back, still know which call it answers and take the next step once.</p>
${table('Did each result reach the step it belongs to?', METRIC_COLUMNS, rows)}`;
  },
};
