import type { EvaluationCell } from '../../../harness/model/evaluation/document.ts';
import type { MeasureMeta } from '../../../harness/model/evaluation/measure.ts';
import type { EvaluationSection } from '../../evaluation-input.ts';
import { html, type Markup } from '../../html.ts';
import { type ScatterPoint, scatterPlot } from '../../scatter-plot.ts';
import { cellName, scoreCell } from '../../score-text.ts';
import { table } from '../../table.ts';

/** Success against time: who is right, and how soon. */
export const timeSection: EvaluationSection = {
  id: 'success-and-time',
  title: 'Success against time',
  label: 'Success and time',
  render({ evaluation: { document } }) {
    const task = document.measures.find(({ id }) => id === 'task');
    const makespan = document.measures.find(({ id }) => id === 'makespan');
    if (task === undefined || makespan === undefined) return null;
    const laws = [...new Set(document.cells.map(({ law }) => law))];
    const figures = laws.flatMap((law) => {
      const figure = figureOf(
        document.cells.filter((cell) => cell.law === law),
        { law, task, makespan },
      );
      return figure === null ? [] : [{ law, figure }];
    });
    if (figures.length === 0) return null;
    const [first, ...others] = figures;
    return html`${others.length > 0 && html`<h3>${first?.law}</h3>`}${first?.figure}
${others.map(({ law, figure }) => html`<details><summary>${law}</summary>${figure}</details>`)}
<p class="note">★ No other is both more often right and sooner done. ● async, ○ sync. Time is the mean makespan of those episodes in which every result became known, so read it with its n: who gives up early is not quick.</p>`;
  },
};

function figureOf(
  cells: readonly EvaluationCell[],
  { law, task, makespan }: { readonly law: string; readonly task: MeasureMeta; readonly makespan: MeasureMeta },
): Markup | null {
  const placed = cells.flatMap((cell) => {
    const right = cell.scores[task.id];
    const time = cell.scores[makespan.id];
    if (right === undefined || time === undefined || time.value <= 0) return [];
    return [{ cell, success: right.value, ms: time.value }];
  });
  if (placed.length === 0) return null;
  const isBest = (one: { success: number; ms: number }) =>
    !placed.some(({ success, ms }) => success >= one.success && ms <= one.ms && (success > one.success || ms < one.ms));
  const points = placed.map(
    (one): ScatterPoint => ({
      name: cellName(one.cell, cells),
      x: one.ms / 1000,
      y: one.success,
      isBest: isBest(one),
      isHollow: one.cell.mode === 'sync',
    }),
  );
  const rows = [...placed]
    .sort((a, b) => b.success - a.success || a.ms - b.ms)
    .map((one) => ({
      cells: [
        html`${isBest(one) && html`<span class="best" title="best">★</span> `}${cellName(one.cell, cells)}`,
        scoreCell(one.cell.scores[task.id], task),
        scoreCell(one.cell.scores[makespan.id], makespan),
      ],
    }));
  const title = `Task success against makespan, ${law} latency; high and left is good`;
  return html`${scatterPlot(points, { title, xTitle: 'mean makespan, s (log scale)', yTitle: 'task success' })}
<details><summary>The numbers behind this chart</summary>${table(title, [{ title: 'Agent' }, { title: task.title, numeric: true }, { title: makespan.title, numeric: true }], rows)}</details>`;
}
