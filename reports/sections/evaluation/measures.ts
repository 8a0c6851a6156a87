import type { MeasureMeta } from '../../../harness/model/evaluation/measure.ts';
import type { EvaluationSection } from '../../evaluation-input.ts';
import { html } from '../../html.ts';
import { table } from '../../table.ts';

const ORIGINS: Readonly<Record<MeasureMeta['origin'], string>> = {
  asynctool: 'AsyncTool-style',
  literature: 'literature',
  new: 'new here',
};

/** What each measure is. */
export const measuresSection: EvaluationSection = {
  id: 'measures',
  title: 'What was measured',
  label: 'Measures',
  render({ evaluation: { document } }) {
    const rows = document.measures.map((meta) => ({
      cells: [
        html`${meta.title} <code class="id">${meta.id}</code>`,
        meta.unit,
        meta.better === 'neither' ? '–' : meta.better,
        meta.perfect === undefined ? '–' : String(meta.perfect),
        ORIGINS[meta.origin],
        meta.description,
      ],
    }));
    const columns = ['Measure', 'Unit', 'Better', 'Perfect', 'Origin'].map((title) => ({ title }));
    return html`<details><summary>All measures and their meaning</summary>${table('Shares are summed over episodes before they are divided; values are averaged over episodes', [...columns, { title: 'Meaning', wide: true }], rows)}</details>`;
  },
};
