import Table from 'cli-table3';
import { EXIT } from '../model/exit-code.ts';
import { UsageError, unknownName } from '../model/usage-error.ts';
import { type CatalogueRow, KINDS } from './catalogue.ts';
import type { Command } from './command.ts';
import { jsonText } from './json-file.ts';
import { markdownTable } from './markdown-table.ts';

/** What there is, read from the registries. Without a kind: the names of everything. */
export const list: Command = {
  name: 'list',
  summary: `what there is: ${Object.keys(KINDS).join(', ')}`,
  attach(parser, { output, end }) {
    parser
      .argument('[kind]', `one of ${Object.keys(KINDS).join(', ')}`)
      .option('--json', 'one JSON document')
      .option('--markdown', 'Markdown tables, for documents')
      .action((kind: string | undefined, options: { json?: boolean; markdown?: boolean }) => {
        if (options.json && options.markdown) throw new UsageError('--json and --markdown exclude each other');
        const kinds = chosen(kind);
        if (options.json) output.result(jsonText(kind === undefined ? Object.fromEntries(kinds) : kinds[0]?.[1]));
        else if (options.markdown) output.result(kinds.map(([name, rows]) => markdownText(name, rows)).join('\n'));
        else if (kind === undefined) output.result(overviewText(kinds, output.columns));
        else output.result(kinds.map(([, rows]) => tableText(rows, output.columns)).join('\n'));
        end(EXIT.valid);
      });
  },
};

// The longest kind is 'situations'.
const INDENT = 12;

type Kind = readonly [string, readonly CatalogueRow[]];

function chosen(kind: string | undefined): Kind[] {
  if (kind === undefined) return Object.entries(KINDS).map(([name, read]) => [name, read()]);
  const read = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (read === undefined) throw unknownName('kind', kind, Object.keys(KINDS));
  return [[kind, read()]];
}

function overviewText(kinds: readonly Kind[], columns: number): string {
  const lines = kinds.flatMap(([name, rows]) =>
    wrap(
      name.padEnd(INDENT),
      rows.map(({ id }) => id),
      columns,
    ),
  );
  return [...lines, '', 'More about one of them: claimcheck list KIND'].join('\n');
}

/** Words after a heading, continued below the first of them. */
function wrap(heading: string, words: readonly string[], columns: number): string[] {
  const lines = [heading];
  for (const [index, word] of words.entries()) {
    const text = index === words.length - 1 ? word : `${word}, `;
    const line = lines.at(-1) ?? '';
    const fits = line.length + text.trimEnd().length <= columns || line.length <= heading.length;
    if (fits) lines[lines.length - 1] = line + text;
    else lines.push(' '.repeat(heading.length) + text);
  }
  return lines.map((line) => line.trimEnd());
}

export function headOf(rows: readonly CatalogueRow[]): string[] {
  return ['id', 'title', ...Object.keys(rows[0]?.facts ?? {}), 'description'];
}

export function cellsOf({ id, title, facts, description }: CatalogueRow): string[] {
  return [id, title, ...Object.values(facts), description];
}

/** Long cells are wrapped by words; the description takes what the terminal leaves. */
function tableText(rows: readonly CatalogueRow[], columns: number): string {
  const head = headOf(rows);
  const widest = head.map((name, index) => {
    const longest = Math.max(name.length, ...rows.map((one) => cellsOf(one)[index]?.length ?? 0));
    return Math.min(longest, 34) + 2;
  });
  const others = widest.slice(0, -1).reduce((sum, width) => sum + width + 1, 2);
  const colWidths = [...widest.slice(0, -1), Math.max(30, columns - others - 1)];
  const table = new Table({ head, colWidths, wordWrap: true, style: { head: [], border: [] } });
  table.push(...rows.map(cellsOf));
  return table.toString();
}

function markdownText(name: string, rows: readonly CatalogueRow[]): string {
  return [`### ${name}`, '', markdownTable(headOf(rows), rows.map(cellsOf)), ''].join('\n');
}
