import Table from 'cli-table3';
import {
  cancelsText,
  cellText,
  clientNotes,
  givesUpText,
  hintText,
  NONE,
  pollsText,
  restartsText,
} from '../../reports/client-words.ts';
import type { ClientRow, ClientTable } from '../model/evaluation/client-table.ts';

const STYLE = { head: [], border: [], compact: true };

/** How each client waits, then what became of its calls in each situation. `files`: where the rest is. */
export function clientsText(table: ClientTable, files: { readonly report: string; readonly json: string }): string {
  const present = table.rows.filter(({ missing }) => missing === null);
  const absent = new Map(table.rows.flatMap(({ title, missing }) => (missing === null ? [] : [[title, missing]])));
  return [
    ...(present.length === 0 ? [] : [behaviourTable(present), '', outcomeTable(present, table.situations)]),
    ...[...absent].map(([title, missing]) => `${title}: not run: ${missing}`),
    ...(present.length === 0
      ? []
      : [
          '',
          ...clientNotes(table),
          `Every cell is a saved run; they stand in ${files.report}, all figures in ${files.json}`,
        ]),
  ].join('\n');
}

function behaviourTable(rows: readonly ClientRow[]): string {
  const table = new Table({
    head: [
      'client',
      'Node',
      'server',
      'asks for tasks',
      'gives up after',
      'cancels',
      'polls',
      'keeps the hint',
      'sends again',
      'starts server again',
    ],
    style: STYLE,
  });
  table.push(
    ...rows.map(({ client, version, node, dialect, behaviour }) => {
      const { asksForTasks, givesUp, polls, retries, cancels } = behaviour;
      return [
        ...[`${client} ${version}`, node?.replace(/\..*/, '') ?? NONE, dialect, asksForTasks ? 'yes' : 'no'],
        ...[
          givesUpText(givesUp),
          cancelsText(cancels),
          pollsText(polls),
          hintText(polls),
          String(retries),
          restartsText(behaviour),
        ],
      ];
    }),
  );
  return table.toString();
}

function outcomeTable(rows: readonly ClientRow[], situations: readonly string[]): string {
  const table = new Table({ head: ['client', 'server', 'over', ...situations], style: STYLE });
  for (const { client, dialect, cells } of rows) {
    for (const transport of ['stdio', 'http'] as const) {
      const some = situations.map((id) => cells.find((cell) => cell.situation === id && cell.transport === transport));
      if (some.every((cell) => cell === undefined)) continue;
      table.push([client, dialect, transport, ...some.map((cell) => (cell ? cellText(cell) : NONE))]);
    }
  }
  return table.toString();
}
