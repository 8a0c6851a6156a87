import type { ClientCell, ClientRow, ClientTable } from '../harness/model/evaluation/client-table.ts';
import { readBrowserScript } from './browser-script.ts';
import {
  cancelsText,
  cellText,
  cellTone,
  clientNotes,
  givesUpText,
  hintText,
  NONE,
  OUTCOME_WORDS,
  pollsText,
  restartsText,
} from './client-words.ts';
import { plural } from './format.ts';
import { html, type Markup, markupText } from './html.ts';
import { page } from './page.ts';
import { type Column, table } from './table.ts';

/** One self-contained HTML file for a table of clients; its links lead to the runs beside it. `script`: the browser code to inline; null: none. */
export function renderClients(
  document: ClientTable,
  { directory, script = readBrowserScript() }: { readonly directory: string; readonly script?: string | null },
): string {
  const { rows, claimcheck, startedAt, seed } = document;
  const present = rows.filter(({ missing }) => missing === null);
  const clients = new Set(present.map(({ client }) => client));
  const sections = [
    {
      id: 'situations',
      label: 'Situations',
      title: 'What became of their calls',
      body: outcomeTable(document, present),
    },
    { id: 'waiting', label: 'Waiting', title: 'How they wait', body: behaviourTable(present) },
    { id: 'words', label: 'Words', title: 'What the words mean', body: notes(document) },
    { id: 'cells', label: 'Cells', title: 'Every call of every cell', body: present.map(cellDetails) },
    { id: 'absent', label: 'Not run', title: 'Not run', body: absent(rows) },
  ].filter(({ body }) => body !== null);
  return markupText(
    page({
      title: 'What real clients do when results come late or never',
      tabTitle: `${plural(clients.size, 'client')} played`,
      subtitle: `claimcheck ${claimcheck} · ${[...clients].join(', ')} · seed ${seed} · ${startedAt}`,
      footer: [`claimcheck report ${directory}`],
      links: sections.map(({ id, label }) => ({ id, title: label })),
      body: sections.map(
        ({ id, title, body }) => html`<section id="${id}"><h2>${title}</h2>
${body}</section>
`,
      ),
      charts: [],
      script,
    }),
  );
}

function outcomeTable({ situations, interrupted }: ClientTable, rows: readonly ClientRow[]): Markup {
  const columns: Column[] = [
    { title: 'Client' },
    { title: 'Server' },
    { title: 'Over' },
    ...situations.map((title) => ({ title })),
  ];
  const drawn = rows.flatMap(({ title, dialect, cells }) =>
    (['stdio', 'http'] as const).flatMap((transport) => {
      const some = situations.map((id) => cells.find((cell) => cell.situation === id && cell.transport === transport));
      if (some.every((cell) => cell === undefined)) return [];
      return [{ cells: [title, dialect, transport, ...some.map((cell) => (cell ? linkedCell(cell) : NONE))] }];
    }),
  );
  return html`${interrupted && html`<p>It was ended early: what had been played until then is here.</p>`}
${table('Calls by what became of them; each cell leads to its run', columns, drawn)}`;
}

/** The words lead to the run in which the client worked; one that started several servers has one run each. */
function linkedCell(cell: ClientCell): Markup {
  const words = html`<b class="${cellTone(cell)}">${cellText(cell)}</b>`;
  const main = mainRun(cell);
  if (main === undefined) return words;
  const others = cell.runs.length === 1 ? [] : cell.runs;
  const links = others.map((run, index) => html` <a href="${reportOf(run.directory)}">${index + 1}</a>`);
  return html`<a href="${reportOf(main.directory)}">${words}</a>${links.length > 0 && html` <small>runs${links}</small>`}`;
}

/** The last in which there were calls. */
function mainRun({ runs }: ClientCell): ClientCell['runs'][number] | undefined {
  return runs.findLast(({ fates }) => Object.keys(fates).length > 0) ?? runs[0];
}

function behaviourTable(rows: readonly ClientRow[]): Markup {
  const columns: Column[] = [
    ...['Client', 'Server', 'Asks for tasks', 'Gives up after', 'Cancels'].map((title) => ({ title })),
    { title: 'Polls', wide: true },
    ...['Keeps the hint', 'Sends again', 'Starts its server again'].map((title) => ({ title })),
  ];
  return table(
    'How each client waits, measured off the wire in all its cells',
    columns,
    rows.map(({ title, package: name, version, node, dialect, silence, behaviour }) => {
      const { asksForTasks, givesUp, polls, retries, cancels } = behaviour;
      const links = silence.flatMap((cell) => {
        const run = mainRun(cell);
        return run === undefined ? [] : [html` <a href="${reportOf(run.directory)}">${cell.transport}</a>`];
      });
      return {
        cells: [
          html`${title} <small><code>${name}@${version}</code> on Node ${node}</small>`,
          ...[dialect, asksForTasks ? 'yes' : 'no'],
          html`${givesUpText(givesUp)}${links}`,
          ...[cancelsText(cancels), pollsText(polls), hintText(polls), retries, restartsText(behaviour)],
        ],
      };
    }),
  );
}

function notes(document: ClientTable): Markup {
  return html`<ul class="story">${clientNotes(document).map((note) => html`<li>${note}</li>`)}</ul>`;
}

function cellDetails({ title, dialect, cells, silence }: ClientRow): Markup {
  const columns: Column[] = [
    { title: 'Situation' },
    { title: 'Call', numeric: true },
    { title: 'Became' },
    { title: 'After', numeric: true },
    { title: 'Effects', numeric: true },
    { title: 'What was shown in place of a result', wide: true },
  ];
  const rows = [...cells, ...silence].flatMap((cell) =>
    cell.calls.map(({ call, outcome, ms, effects, words }) => ({
      cells: [
        html`${cell.transport} ${cell.situation}`,
        call,
        html`<b class="${OUTCOME_WORDS[outcome].tone}">${OUTCOME_WORDS[outcome].word}</b>`,
        ms === null ? NONE : `${ms} ms`,
        effects,
        words ?? '',
      ],
    })),
  );
  return html`<details><summary>${title}, server ${dialect}: ${plural(cells.length, 'cell')}</summary>${table(`Calls of ${title}, server ${dialect}`, columns, rows)}</details>
`;
}

function absent(rows: readonly ClientRow[]): Markup | null {
  const missing = new Map(rows.flatMap((row) => (row.missing === null ? [] : [[row.title, row.missing]])));
  if (missing.size === 0) return null;
  return html`<ul>${[...missing].map(([title, reason]) => html`<li>${title}: ${reason}</li>`)}</ul>`;
}

function reportOf(directory: string): string {
  return `${directory.split('/').map(encodeURIComponent).join('/')}/report.html`;
}
