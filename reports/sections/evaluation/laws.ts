import type { EvaluationCell } from '../../../harness/model/evaluation/document.ts';
import { LATENCY_LAW_METAS, latencyLawNamed } from '../../../harness/model/evaluation/latency-law.ts';
import type { MeasureMeta } from '../../../harness/model/evaluation/measure.ts';
import { agentLines, alikeText } from '../../agent-lines.ts';
import { chartFigure } from '../../chart-figure.ts';
import type { EvaluationSection, EvaluationSectionInput } from '../../evaluation-input.ts';
import { html, type Markup } from '../../html.ts';
import { scoreCell } from '../../score-text.ts';
import { table } from '../../table.ts';

// Efficiency alone would praise who is fast and wrong.
const SHOWN = ['task', 'correct-efficiency'] as const;

/** The same agents under several laws of latency. */
export const lawsSection: EvaluationSection = {
  id: 'laws',
  title: 'How long calls work',
  label: 'Latency',
  render(input) {
    const { cells, measures, settings } = input.evaluation.document;
    const late = cells.filter(({ mode }) => mode === 'async');
    const laws = settings.laws.filter((law) => late.some((cell) => cell.law === law));
    if (laws.length < 2) return null;
    const metas = SHOWN.flatMap((id) => measures.find((meta) => meta.id === id) ?? []);
    const meanings = laws.flatMap((law) => {
      const known = latencyLawNamed(law);
      return known === undefined ? [] : [html`<li><b>${law}</b>: ${LATENCY_LAW_METAS[known].description}</li>`];
    });
    return html`${metas.map((meta) => lawFigure(meta, { cells: late, laws, agents: settings.agents }, input.chart))}
<ul class="note">${meanings}</ul>`;
  },
};

interface LateCells {
  readonly cells: readonly EvaluationCell[];
  readonly laws: readonly string[];
  readonly agents: readonly string[];
}

function lawFigure(
  meta: MeasureMeta,
  { cells, laws, agents }: LateCells,
  chart: EvaluationSectionInput['chart'],
): Markup | null {
  const scoreOf = (agent: string, law: string) =>
    cells.find((cell) => cell.agent === agent && cell.law === law)?.scores[meta.id];
  const lines = agents.map((agent) => ({
    agent,
    points: laws.flatMap((law, place) => {
      const score = scoreOf(agent, law);
      return score === undefined ? [] : [[place, score.value] as const];
    }),
  }));
  if (lines.every(({ points }) => points.length === 0)) return null;
  const title = `${meta.title} by law of latency, results later`;
  const id = chart({
    id: `law-${meta.id}`,
    type: 'scatter',
    yTitle: meta.title.toLowerCase(),
    logarithmic: false,
    untilS: 0,
    xAxis: { title: 'law of latency', from: -0.3, to: laws.length - 0.7, names: laws },
    ...(meta.id === 'task' ? { yMax: 1 } : {}),
    series: agentLines(lines, agents),
    lanes: [],
  });
  const rows = agents.map((agent) => ({ cells: [agent, ...laws.map((law) => scoreCell(scoreOf(agent, law), meta))] }));
  const columns = [{ title: 'Agent' }, ...laws.map((law) => ({ title: law, numeric: true }))];
  return html`<h3>${meta.title}</h3>${chartFigure(id, title, table(title, columns, rows))}${alikeText(lines) !== '' && html`<p class="note">${alikeText(lines)}</p>`}`;
}
