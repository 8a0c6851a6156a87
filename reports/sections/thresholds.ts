import { html } from '../html.ts';
import type { Section } from '../report-run.ts';
import { chip, table } from '../table.ts';

/** What the run was held against, and what was measured. */
export const thresholdsSection: Section = {
  id: 'thresholds',
  title: 'Thresholds',
  render({ run }) {
    const { thresholds } = run.verdict;
    if (thresholds.length === 0) return null;
    const rows = thresholds.map((threshold) => ({
      cells: [
        html`<code>${threshold.expression}</code>`,
        threshold.value === null ? '–' : String(threshold.value),
        threshold.applicable === false
          ? chip('not-applicable')
          : chip(
              threshold.valid,
              { true: 'met', false: 'missed', unknown: 'unknown' }[
                String(threshold.valid) === 'true' ? 'true' : threshold.valid === false ? 'false' : 'unknown'
              ],
            ),
        threshold.reason ?? '',
      ],
    }));
    return table(
      'Thresholds of this scenario',
      [
        { title: 'Expression' },
        { title: 'Measured', numeric: true },
        { title: 'Result' },
        { title: 'Note', wide: true },
      ],
      rows,
    );
  },
};
