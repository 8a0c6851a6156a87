import Table from 'cli-table3';
import { formatInterval, formatMeasure } from '../../reports/measure-text.ts';
import { type ComparedCell, type Comparison, cellGroups, cellName, type MeasureMeta } from '../model/comparison.ts';

/** Beside these the report has the rest. */
const SHOWN = [
  ...['lost', 'doubled', 'timeouts', 'ack-p99', 'answer', 'lag', 'polls', 'tokens', 'recovery'],
  ...['store-operations', 'store-bytes', 'memory'],
];
// Intervals stand where choices are made by them.
const WITH_INTERVAL = ['lag', 'polls', 'timeouts', 'lost', 'answer'];

/** A table for each condition, then what the numbers say. */
export function comparisonText(comparison: Comparison): string {
  const { conditions, findings } = comparison;
  const groups = cellGroups(comparison).map(({ name, cells }) => {
    const measures = comparison.measures.filter(
      ({ id }) => SHOWN.includes(id) && cells.some(({ measures: { [id]: one } }) => one?.value != null),
    );
    const table = new Table({
      head: ['', ...measures.map(({ title }) => title), 'n', ''],
      colAligns: ['left', ...measures.map(() => 'right' as const), 'right', 'left'],
      style: { head: [], border: [], compact: true },
    });
    table.push(...cells.map((cell) => rowOf(cell, measures, comparison)));
    return [...(name === '' ? [] : [`${conditions.join(', ')}: ${name}`]), table.toString()].join('\n');
  });
  return [
    ...groups,
    'intervals hold 95 %; ★: no other cell of its table has both fewer polls and less lag',
    ...findings.map(({ kind, text }) => `${MARKS[kind]} ${text}`),
  ].join('\n');
}

const MARKS = { holds: 'holds      ', contradicts: 'contradicts', note: 'note       ' } as const;

function rowOf(cell: ComparedCell, measures: readonly MeasureMeta[], { conditions }: Comparison): string[] {
  const name = cellName(cell, conditions);
  if (cell.unavailable !== null) return [name, ...measures.map(() => '–'), '0', `not available: ${cell.unavailable}`];
  const cells = measures.map((meta) => {
    const measure = cell.measures[meta.id];
    const interval = WITH_INTERVAL.includes(meta.id) ? formatInterval(measure, meta) : '';
    return `${formatMeasure(measure, meta)}${interval === '' ? '' : ` ${interval}`}`;
  });
  return [
    name,
    ...cells,
    String(cell.calls),
    [cell.isBest ? '★' : '', wordOf(cell)].filter((part) => part !== '').join(' '),
  ];
}

/** Nothing where all is well. */
function wordOf({ runs }: ComparedCell): string {
  if (runs.length === 0) return 'not run';
  if (runs.some(({ valid }) => valid === false)) return 'VIOLATED';
  return runs.some(({ valid }) => valid === 'unknown') ? 'unknown' : '';
}
