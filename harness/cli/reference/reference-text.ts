import type { Command as Parser } from 'commander';
import { scenarioJsonSchema } from '../../plan/scenario-schema.ts';
import { profileJsonSchema } from '../../targets/profile-schema.ts';
import { KINDS } from '../catalogue.ts';
import type { CommandContext } from '../command.ts';
import { createParser } from '../command-parser.ts';
import { cellsOf, headOf } from '../list.ts';
import { markdownTable } from '../markdown-table.ts';
import { PUBLISHED } from '../published-schemas.ts';
import { commandText } from './command-text.ts';
import { keyRows } from './key-rows.ts';

const HEAD = `# Reference

Everything there is, made from what commands, units and formats say of themselves: \`npm run reference\` writes this file, and a test
says when it is out of date. \`claimcheck list KIND\` and \`claimcheck COMMAND --help\` print the same.`;

/** What each kind of unit is, for a reader who looks for one. */
const KIND_WORDS: Readonly<Record<string, string>> = {
  scenarios: 'Run by name: `claimcheck run NAME`.',
  faults:
    'Named by their code in scenarios and by `--fault F5=0.2`. Options are given in a scenario, with these defaults.',
  stores: 'Where the reference server keeps tasks: `--store ID`.',
  queues: 'Who runs the work of the reference server: `--queue ID`.',
  backoffs: 'How agents space their polls: `--backoff ID`, or `ID:option=value` in `compare`.',
  dialects: 'How a server is spoken to: `--dialect ID`.',
  agents: 'What a client does between receipt and result: `agents.policy` in a scenario.',
  loads: 'When calls are meant to start: `load.id` in a scenario.',
  checkers: 'One invariant, or one family of them, each. All of them judge every run.',
  metrics: "Named in thresholds by their id: `--threshold 'detection-lag.p95 < 800ms'`.",
  lint: 'What `eval --lint` looks for in descriptions of tools.',
  policies: 'Agents of the evaluation: `eval --agent ID`.',
  measures: 'What the evaluation measures.',
  'latency-laws': 'How long calls of the evaluation take: `eval --law ID`.',
  situations: 'What a scenario can demand to have happened: `mustReach`.',
  clients: 'Clients of others that `eval --clients` plays.',
  reporters: 'Who else is told of results: `--reporter ID`.',
};

/** docs/reference.md. `serve` is the parser of the reference server's own options. */
export async function referenceText(context: CommandContext, serve: Parser): Promise<string> {
  const parser = await createParser(context, []);
  const commands = parser.commands.map((command) =>
    commandText(command.name() === 'serve' ? serve : command, nameOf(command)),
  );
  const kinds = Object.entries(KINDS).map(([kind, read]) => {
    const rows = read();
    const [first] = rows;
    const table = first === undefined ? 'None.' : markdownTable(headOf(rows), rows.map(cellsOf));
    return [`## ${headingOf(kind)}`, '', ...(KIND_WORDS[kind] ? [KIND_WORDS[kind], ''] : []), table].join('\n');
  });
  const parts = [
    HEAD,
    contents(['commands', ...Object.keys(KINDS), 'profile', 'scenario', 'schemas']),
    '## Commands',
    ...commands,
    ...kinds,
    `## Profile\n\nHow a server is described: [Test your server](test-your-server.md).\n\n${keysTable(profileJsonSchema())}`,
    `## Scenario\n\nWhat is tried: [Write a scenario](write-a-scenario.md).\n\n${keysTable(scenarioJsonSchema())}`,
    schemasText(),
  ];
  return `${parts.join('\n\n')}\n`;
}

function nameOf(command: Parser): string {
  return command.name();
}

function headingOf(kind: string): string {
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1).replaceAll('-', ' ')}`;
}

function contents(kinds: readonly string[]): string {
  return kinds.map((kind) => `[${headingOf(kind)}](#${kind})`).join(' · ');
}

function keysTable(schema: Readonly<Record<string, unknown>>): string {
  const rows = keyRows(schema).map((row) => [
    `\`${row.path}\``,
    row.type,
    row.isRequired ? 'required' : row.default,
    row.description,
  ]);
  return markdownTable(['key', 'is', 'default', 'meaning'], rows);
}

function schemasText(): string {
  const rows = Object.entries(PUBLISHED).map(([name, { title, file }]) => [
    `\`claimcheck/schemas/${name}.json\``,
    file,
    title,
  ]);
  return `## Schemas

JSON Schemas of the files that Claimcheck reads and writes, in \`node_modules/claimcheck/dist/schemas/\`, and for programs under
\`claimcheck/schemas/NAME.json\`. Readers ignore keys that they do not know, in all but profile, scenario and baseline.

${markdownTable(['schema', 'of', 'holds'], rows)}`;
}
