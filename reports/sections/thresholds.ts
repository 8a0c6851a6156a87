import type { ThresholdVerdict } from '../../harness/model/verdict.ts';
import { html, type Markup } from '../html.ts';
import type { Section } from '../report-run.ts';
import { chip, table } from '../table.ts';

/** What the run was held against, and what was measured. */
export const thresholdsSection: Section = {
  id: 'thresholds',
  title: 'Thresholds',
  label: 'Thresholds',
  render({ run }) {
    const { thresholds } = run.verdict;
    if (thresholds.length === 0) return null;
    const rows = thresholds.map((threshold) => ({
      cells: [
        html`<code>${threshold.expression}</code>`,
        threshold.value === null ? '–' : String(threshold.value),
        html`${thresholdChip(threshold)}${threshold.reason !== undefined && html`<p>${threshold.reason}</p>`}`,
      ],
    }));
    const columns = [{ title: 'Expression' }, { title: 'Measured', numeric: true }, { title: 'Result', wide: true }];
    return table('Thresholds of this scenario', columns, rows);
  },
};

function thresholdChip({ applicable, valid }: ThresholdVerdict): Markup {
  if (applicable === false) return chip('not-applicable');
  return valid === 'unknown' ? chip('unknown') : chip(valid, valid ? 'met' : 'missed');
}
