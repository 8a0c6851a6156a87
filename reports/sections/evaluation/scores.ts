import type { EvaluationDocument } from '../../../harness/model/evaluation/document.ts';
import { INSTANCE_KINDS } from '../../../harness/model/evaluation/instance.ts';
import type { MeasureMeta } from '../../../harness/model/evaluation/measure.ts';
import type { EvaluationSection } from '../../evaluation-input.ts';
import { html, type Markup } from '../../html.ts';
import { cellName, scoreCell } from '../../score-text.ts';
import { type Column, table } from '../../table.ts';

const GROUPS: readonly (readonly [MeasureMeta['group'], string])[] = [
  ['step', 'Steps: the right calls'],
  ['task', 'Tasks: the right way and the right end'],
  ['preservation', 'Preservation: nothing lost, mixed up or used too early'],
  ['reliability', 'Reliability: failures, repeats, crashes, honesty'],
  ['time', 'Time: how well waiting was used'],
  ['switching', 'Switching between tasks'],
  ['waiting', 'Waiting: polls, lags and tokens'],
];

/** With more rows than that each table is opened by its reader. */
const OPEN_CELLS_MAX = 16;

/** The whole vector of every agent, a table for each level. */
export const scoresSection: EvaluationSection = {
  id: 'scores',
  title: 'All scores',
  label: 'Scores',
  render({ evaluation: { document } }) {
    const isOpen = (index: number) => document.cells.length <= OPEN_CELLS_MAX && index < 3;
    const tables = GROUPS.flatMap(([group, title], index) => {
      const measured = document.measures.filter(
        ({ id, group: own }) => own === group && document.cells.some(({ scores }) => scores[id] !== undefined),
      );
      if (measured.length === 0) return [];
      return [
        html`<details${isOpen(index) && html` open`}><summary><h3>${title}</h3></summary>${groupTable(group, measured, document)}</details>
`,
      ];
    });
    if (tables.length === 0) return null;
    return html`<p class="note">Each figure with its 95 % interval (Wilson's of a share, Student's of a mean), then what it stands on. A dash: no episode had a case of it. Shaded: short of what is perfect; ↑ more is better, ↓ less is.</p>
${tables}${kindTable(document)}`;
  },
};

function groupTable(group: MeasureMeta['group'], metas: readonly MeasureMeta[], { cells }: EvaluationDocument): Markup {
  const columns: readonly Column[] = [
    { title: 'Agent' },
    ...metas.map((meta) => ({ title: `${meta.title} ${arrowOf(meta)}`.trim(), numeric: true })),
  ];
  const rows = cells.map((cell) => ({
    cells: [cellName(cell, cells), ...metas.map((meta) => scoreCell(cell.scores[meta.id], meta))],
  }));
  return html`<div class="vectors">${table(`${group.charAt(0).toUpperCase()}${group.slice(1)}: figure, 95 % interval, cases`, columns, rows)}</div>`;
}

/** Task success by the number of tasks and whether their tools are of one class. */
function kindTable({ cells, measures, instances }: EvaluationDocument): Markup | null {
  const task = measures.find(({ id }) => id === 'task');
  const kinds = INSTANCE_KINDS.filter((kind) => instances.byKind[kind] !== undefined);
  if (task === undefined || kinds.length === 0) return null;
  const columns = [{ title: 'Agent' }, ...kinds.map((kind) => ({ title: kind, numeric: true }))];
  const rows = cells.map((cell) => ({
    cells: [cellName(cell, cells), ...kinds.map((kind) => scoreCell(cell.byKind[kind]?.[task.id], task))],
  }));
  return html`<details open><summary><h3>Task success by kind of instance</h3></summary><div class="vectors">${table('Task success by how many tasks are given at once, and whether their tools are of one class', columns, rows)}</div></details>`;
}

function arrowOf({ better }: MeasureMeta): string {
  if (better === 'neither') return '';
  return better === 'higher' ? '↑' : '↓';
}
