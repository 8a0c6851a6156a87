import type { Robustness } from '../../../harness/model/evaluation/document.ts';
import { agentLines, alikeText } from '../../agent-lines.ts';
import type { ChartData } from '../../chart-data.ts';
import { chartFigure } from '../../chart-figure.ts';
import type { EvaluationSection, EvaluationSectionInput } from '../../evaluation-input.ts';
import { html, type Markup } from '../../html.ts';
import { casesText, intervalText, shareText } from '../../score-text.ts';
import { table } from '../../table.ts';

// One episode more or less would move the point by more than a line of the grid.
const CASES_MIN = 10;

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
    const lines = rows.map(({ agent, bins }) => ({ agent, points: pointsOf(bins) }));
    const isThin = rows.some(({ bins }) => bins.some(({ score }) => score !== null && score.cases < CASES_MIN));
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
    return html`${figure(title, data, { series: agentLines(lines, document.settings.agents), chart })}
<p class="note">A line that falls: the more results change their order, the more the agent gets wrong. ${alikeText(lines)} ${isThin && `Not drawn: what stands on fewer than ${CASES_MIN} episodes; the table has it. `}Inversion degree: the share of pairs of results that came back in the other order, 0 to 1. Slope: least squares over the episodes, the change of task success from 0 to 1; a dash where all episodes have the same degree.</p>`;
  },
};

/** The table alone where no point has enough episodes. */
function figure(
  title: string,
  data: Markup,
  { series, chart }: { readonly series: ChartData['series']; readonly chart: EvaluationSectionInput['chart'] },
): Markup {
  if (series.length === 0) return data;
  const id = chart({
    id: 'robustness',
    type: 'scatter',
    yTitle: 'task success',
    logarithmic: false,
    untilS: 0,
    xAxis: { title: 'inversion degree (middle of the bin)', from: 0, to: 1 },
    yMax: 1,
    series,
    lanes: [],
  });
  return chartFigure(id, title, data);
}

function pointsOf(bins: Robustness['bins']): readonly (readonly [number, number])[] {
  return bins.flatMap(({ from, to, score }) =>
    score === null || score.cases < CASES_MIN ? [] : [[(from + to) / 2, score.value] as const],
  );
}

function binCell(score: Robustness['bins'][number]['score']): Markup | string {
  if (score === null) return '–';
  return html`<b>${shareText(score.value)}</b> <small>${intervalText(score, 'ratio')}, ${casesText(score)}</small>`;
}
