import type { Robustness } from '../../../harness/model/evaluation/document.ts';
import { agentLines } from '../../agent-lines.ts';
import { chartFigure } from '../../chart-figure.ts';
import type { EvaluationSection } from '../../evaluation-input.ts';
import { html, type Markup } from '../../html.ts';
import { casesText, intervalText, shareText } from '../../score-text.ts';
import { table } from '../../table.ts';

/** Task success of episodes, by how many of their results came back in another order than their calls went out. */
export const robustnessSection: EvaluationSection = {
  id: 'robustness',
  title: 'When results change their order',
  label: 'Order',
  render({ evaluation: { document }, chart }) {
    const rows = document.robustness.filter(
      ({ mode, bins }) => mode === 'async' && bins.some(({ score }) => score !== null),
    );
    const [first] = rows;
    if (first === undefined) return null;
    const title = 'Task success against inversion degree';
    const id = chart({
      id: 'robustness',
      type: 'scatter',
      yTitle: 'task success',
      logarithmic: false,
      untilS: 0,
      xAxis: { title: 'inversion degree (middle of the bin)', from: 0, to: 1 },
      yMax: 1,
      series: agentLines(
        rows.map(({ agent, bins }) => ({ agent, points: pointsOf(bins) })),
        document.settings.agents,
      ),
      bands: [],
    });
    const columns = [
      { title: 'Agent' },
      ...first.bins.map(({ from, to }) => ({ title: `${shareText(from)} – ${shareText(to)}`, numeric: true })),
      { title: 'Slope', numeric: true },
    ];
    const data = table(
      title,
      columns,
      rows.map(({ agent, bins, slope }) => ({
        cells: [agent, ...bins.map(({ score }) => binCell(score)), slope === null ? '–' : slope.toFixed(2)],
      })),
    );
    return html`${chartFigure(id, title, data)}
<p class="note">Inversion degree: the share of pairs of results that came back in the other order, 0 to 1. Slope: least squares over the episodes, the change of task success from 0 to 1; a dash where all episodes have the same degree. Lines that lie on each other are told apart in the table.</p>`;
  },
};

function pointsOf(bins: Robustness['bins']): readonly (readonly [number, number])[] {
  return bins.flatMap(({ from, to, score }) => (score === null ? [] : [[(from + to) / 2, score.value] as const]));
}

function binCell(score: Robustness['bins'][number]['score']): Markup | string {
  if (score === null) return '–';
  return html`<b>${shareText(score.value)}</b> <small>${intervalText(score, 'ratio')}, ${casesText(score)}</small>`;
}
