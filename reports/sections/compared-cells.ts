import {
  type CellGroup,
  type ComparedCell,
  type Comparison,
  cellName,
  type MeasureMeta,
} from '../../harness/model/comparison.ts';
import { formatCount, formatMs, plural } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { formatInterval, formatMeasure } from '../measure-text.ts';
import { type Column, chip, type TableRow, table } from '../table.ts';
import { paretoChart } from './pareto.ts';

/** Address of a run's own report, from the report that compares. */
export type RunLink = (directory: string) => string;

/** What follows from the numbers, in sentences. */
export function comparisonFindings({ findings, cells, isInterrupted }: Comparison): Markup {
  const broken = cells.filter(({ runs }) => runs.some(({ valid }) => valid === false)).length;
  const missing = cells.filter(({ unavailable }) => unavailable !== null);
  return html`${isInterrupted && html`<p>${chip('unknown', 'interrupted')} What was finished by then is below.</p>`}
<p>${broken === 0 ? chip(true, 'no promise was broken in any cell') : chip(false, `${plural(broken, 'cell')} broke a promise`)}</p>
${findings.length > 0 && html`<ul>${findings.map(({ kind, text }) => html`<li>${kind !== 'note' && chip(kind === 'holds', kind)} ${text}</li>`)}</ul>`}
${missing.length > 0 && html`<p class="note">Not available: ${missing.map(({ id, unavailable }) => `${id} (${unavailable})`).join('; ')}.</p>`}`;
}

/** One table of cells that share their conditions, and the choice between asking often and waiting long. */
export function comparedGroup({ cells }: CellGroup, comparison: Comparison, linkTo: RunLink): Markup {
  const measures = comparison.measures.filter(({ id }) =>
    cells.some(({ measures: known }) => known[id]?.value != null),
  );
  const hasModel = cells.some(({ model }) => model !== null);
  const columns: readonly Column[] = [
    { title: 'Cell' },
    { title: 'Verdict' },
    ...measures.map(({ title }) => ({ title, numeric: true })),
    ...(hasModel ? [{ title: 'By the rule alone', numeric: true }] : []),
    { title: 'Tasks', numeric: true },
    { title: 'Runs' },
  ];
  const rows = cells.map((cell) => rowOf(cell, { comparison, measures, hasModel, linkTo }));
  return html`${table('Each number with its 95 % interval and, where it is not the number of tasks, its samples', columns, rows)}
${paretoChart(cells, comparison)}
<p class="note">★ No other cell of this table has both fewer polls and less lag. Intervals of means and quantiles are bootstrapped, those of shares are Wilson’s. ${hasModel && '“By the rule alone” is what the pure rule costs for the same durations, without a server.'}</p>`;
}

/** What each number means. */
export function measureGlossary({ measures }: Comparison): Markup {
  const rows = measures.map(({ title, unit, description }) => ({ cells: [title, unit, description] }));
  return table(
    'Less is better in all of them',
    [{ title: 'Measure' }, { title: 'Unit' }, { title: 'Meaning', wide: true }],
    rows,
  );
}

function rowOf(
  cell: ComparedCell,
  look: {
    readonly comparison: Comparison;
    readonly measures: readonly MeasureMeta[];
    readonly hasModel: boolean;
    readonly linkTo: RunLink;
  },
): TableRow {
  const { comparison, measures, hasModel, linkTo } = look;
  const name = html`${cell.isBest && html`<span class="best" title="best">★</span> `}${cellName(cell, comparison.conditions)}`;
  if (cell.unavailable !== null) {
    return {
      tone: 'muted',
      cells: [name, 'not available', ...measures.map(() => '–'), ...(hasModel ? ['–'] : []), '0', ''],
    };
  }
  return {
    cells: [
      name,
      verdictOf(cell),
      ...measures.map((meta) => measureCell(cell, meta)),
      ...(hasModel ? [modelText(cell)] : []),
      formatCount(cell.calls),
      cell.runs.map(({ directory, seed }) => html`<a href="${linkTo(directory)}">${seed}</a> `),
    ],
  };
}

function measureCell({ measures, calls }: ComparedCell, meta: MeasureMeta): Markup {
  const measure = measures[meta.id];
  const n = measure === undefined || measure.n === calls ? '' : `n = ${formatCount(measure.n)}`;
  const small = [formatInterval(measure, meta), n].filter((part) => part !== '').join(', ');
  return html`${formatMeasure(measure, meta)}${small !== '' && html` <small>${small}</small>`}`;
}

function modelText({ model }: ComparedCell): string {
  return model === null ? '–' : `${Number(model.polls.toPrecision(3))} polls, ${formatMs(model.lagMs)}`;
}

function verdictOf({ runs }: ComparedCell): Markup {
  if (runs.length === 0) return chip('not-applicable', 'not run');
  if (runs.some(({ valid }) => valid === false)) return chip(false, 'violated');
  return runs.some(({ valid }) => valid === 'unknown') ? chip('unknown') : chip(true, 'valid');
}
