import { nameOfId } from '../format.ts';
import { html } from '../html.ts';
import { percentilePlot, percentileTable } from '../percentile-plot.ts';
import type { Section } from '../report-run.ts';

/** The whole distribution of each duration: what the slowest in ten, in a hundred, in a thousand had. */
export const percentilesSection: Section = {
  id: 'percentiles',
  title: 'How slow the slowest are',
  label: 'Percentiles',
  render({ run, words }) {
    const named = run.samples.map((samples) => ({
      name: words[samples.metric]?.title ?? nameOfId(samples.metric),
      samples,
    }));
    const plot = percentilePlot('Durations by percentile', named);
    if (plot === null) return null;
    const warmup = (run.plan.load.warmupMs ?? 0) > 0 ? ' Calls of the warm-up are left out.' : '';
    return html`<p class="note">Read it from left to right: half of the calls are below p50, nine in ten below p90. A curve ends where its samples run out. What never came has no place on it, and is counted in the table.${warmup}</p>
${plot}
<details><summary>The numbers behind this chart</summary>${percentileTable('Durations of calls, the same samples as in “All numbers”', named)}</details>`;
  },
};
