import { type Child, html, type Markup } from './html.ts';

export interface Column {
  readonly title: string;
  /** Numbers stand right, in columns of equal digits. */
  readonly numeric?: boolean;
  /** Long text that may take the room that is left. */
  readonly wide?: boolean;
}

export interface TableRow {
  readonly id?: string;
  readonly tone?: 'bad' | 'warn' | 'good' | 'muted' | 'total';
  readonly cells: readonly Child[];
}

/** A table that a screen reader can walk: a caption, column heads, and the first cell of each row as its head. */
export function table(caption: string, columns: readonly Column[], rows: readonly TableRow[]): Markup {
  return html`<div class="table-frame" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col" class="${classOf(column)}">${column.title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => tableRow(columns, row))}</tbody>
</table></div>
`;
}

function tableRow(columns: readonly Column[], row: TableRow): Markup {
  const cells = row.cells.map((cell, index) => {
    const type = classOf(columns[index]);
    return index === 0 ? html`<th scope="row" class="${type}">${cell}</th>` : html`<td class="${type}">${cell}</td>`;
  });
  const id = row.id === undefined ? null : html` id="${row.id}"`;
  return html`<tr class="${row.tone ?? ''}"${id}>${cells}</tr>
`;
}

function classOf(column: Column | undefined): string {
  if (column?.numeric === true) return 'numeric';
  return column?.wide === true ? 'wide' : '';
}

/** Name and value pairs. */
export function facts(pairs: readonly (readonly [string, Child])[]): Markup {
  return html`<dl class="facts">${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

const SYMBOLS = { true: '✓', false: '✕', unknown: '?', 'not-applicable': '–' } as const;
const WORDS = { true: 'holds', false: 'violated', unknown: 'unknown', 'not-applicable': 'not applicable' } as const;
const TONES = { true: 'good', false: 'bad', unknown: 'warn', 'not-applicable': 'muted' } as const;

export type State = keyof typeof SYMBOLS;

export function stateOf(valid: true | false | 'unknown' | 'not-applicable'): State {
  if (valid === true) return 'true';
  return valid === false ? 'false' : valid;
}

/** A state as symbol, word and colour, so that none of them carries it alone. */
export function chip(valid: true | false | 'unknown' | 'not-applicable', word?: string): Markup {
  const state = stateOf(valid);
  return html`<span class="chip ${TONES[state]}"><b aria-hidden="true">${SYMBOLS[state]}</b> ${word ?? WORDS[state]}</span>`;
}
