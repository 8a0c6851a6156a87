import { html } from '../html.ts';
import { METRIC_COLUMNS, metricRow } from '../metric-row.ts';
import type { Section } from '../report-run.ts';
import { table } from '../table.ts';

const METRICS = [
  'recovered-kept',
  'recovered-failed',
  'recovered-lost',
  'recovered-zombie',
  'recovered-doubled',
  'recovery-time',
  'heal-to-answer',
  'heal-to-settled',
];

/** How the tasks came through that were under way when the server was struck, and how long that took. */
export const recoverySection: Section = {
  id: 'recovery',
  title: 'How tasks came through the outages',
  label: 'Recovery',
  render({ run, words }) {
    const { metrics } = run.verdict;
    const rows = METRICS.flatMap((metric) => metricRow(metric, metrics[metric], words));
    if (rows.length === 0) return null;
    return html`<p class="note">An outage lasts from the strike of a fault on the server until it is undone and the server is ready. Each task that was under way then is one of the first five; a task whose agent never came back for it counts by how it ended.</p>
${table('Recovery', METRIC_COLUMNS, rows)}`;
  },
};
