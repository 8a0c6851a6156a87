import Table from 'cli-table3';
import { EXIT } from '../model/exit-code.ts';
import { serviceUnits } from '../services/index.ts';
import type { Command } from './command.ts';
import { jsonText } from './json-file.ts';
import { foundServices, type ServicesDocument } from './services-document.ts';

/** Which engines of stores and queues this machine has, and how to get the missing ones. */
export const services: Command = {
  name: 'services',
  summary: `which real store servers were found (${Object.keys(serviceUnits).join(', ')}), and how to install the missing`,
  attach(parser, { output, end }) {
    parser.option('--json', 'one JSON document').action(async ({ json }: { readonly json?: boolean }) => {
      const document = await foundServices();
      output.result(json ? jsonText(document) : servicesText(document, output.columns));
      end(EXIT.valid);
    });
  },
};

/** A table of what there is, and a line for each that is missing. */
export function servicesText({ services: found }: ServicesDocument, columns: number): string {
  const head = ['id', 'engine', 'found', 'serves', 'where'];
  const rows = found.map(({ id, title, version, path, stores, queues, why }) => [
    id,
    title,
    version ?? 'no',
    [...stores.map((store) => `--store ${store}`), ...queues.map((queue) => `--queue ${queue}`)].join(' '),
    path ?? why ?? '',
  ]);
  const widest = head.map((name, index) => Math.max(name.length, ...rows.map((row) => row[index]?.length ?? 0)) + 2);
  const taken = widest.slice(0, -1).reduce((sum, width) => sum + width + 1, 2);
  const colWidths = [...widest.slice(0, -1), Math.max(20, Math.min(widest.at(-1) ?? 0, columns - taken - 1))];
  const table = new Table({ head, colWidths, wordWrap: true, style: { head: [], border: [] } });
  table.push(...rows);
  const missing = found.filter(({ version }) => version === null);
  const advice = missing.map(({ title, install }) => `${title} is missing; to get it: ${install}`);
  return [table.toString(), ...(advice.length === 0 ? ['nothing is missing'] : advice)].join('\n');
}
