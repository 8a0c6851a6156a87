// What the documents show is what the program takes: every command is parsed by its own parser, every profile, scenario and
// workflow by its schema, every program by a parser of its language, and every link leads somewhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { CommanderError } from 'commander';
import { parseAst } from 'rolldown/parseAst';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { parseConfig } from '../../src/config.ts';
import { createProgram } from '../../src/main.ts';
import { createSystemClock } from '../model/clock.ts';
import { messageOf } from '../model/usage-error.ts';
import { compile } from '../plan/compile.ts';
import type { Overrides } from '../plan/override.ts';
import { loadScenario, parseScenario } from '../plan/scenario-file.ts';
import type { Scenario } from '../plan/scenario-schema.ts';
import { plannedTarget } from '../plan/testing/planned-target.ts';
import { parseThreshold } from '../plan/threshold.ts';
import { catalogueOf } from '../plan/threshold-choice.ts';
import { splitCommandLine } from '../targets/command-line.ts';
import { parseProfile } from '../targets/profile-file.ts';
import type { CommandContext } from './command.ts';
import { createParser } from './command-parser.ts';
import { COMMANDS } from './commands.ts';
import { createOutput } from './output.ts';
import { findPackage } from './package.ts';
import { referenceText } from './reference/reference-text.ts';
import { overridesOf, type ScenarioFlags } from './run-options.ts';
import { type Block, commandsOf, type Document, type Place, readDocument, targetOf } from './testing/document.ts';

const own = findPackage();
const manifest = z
  .object({ scripts: z.record(z.string(), z.string()), exports: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync(join(own.root, 'package.json'), 'utf8')));
const guides = readdirSync(join(own.root, 'docs')).filter((file) => file.endsWith('.md'));
const documents = ['README.md', 'fixtures/examples/README.md', ...guides.map((file) => `docs/${file}`)].map((path) =>
  readDocument(own.root, path),
);
// Made by a program out of what other tests look at.
const written = documents.filter(({ path }) => path !== 'docs/reference.md');

const context: CommandContext = {
  output: createOutput(process, () => true),
  stdin: new PassThrough(),
  stdout: process.stdout,
  clock: createSystemClock(),
  package: own,
  cwd: own.root,
  env: {},
  signal: new AbortController().signal,
  end: () => {},
};

const SILENT = { writeOut: () => {}, writeErr: () => {} };

describe('the documents', () => {
  it('are all in the index, and there is something in them', () => {
    const index = readFileSync(join(own.root, 'docs/README.md'), 'utf8');
    expect(guides.filter((file) => file !== 'README.md' && !index.includes(`(${file})`))).toEqual([]);
    expect(written.flatMap(({ blocks }) => blocks).length).toBeGreaterThan(40);
    expect(written.flatMap(shellCommands).length).toBeGreaterThan(60);
  });

  it('link to what is there', () => {
    const byPath = new Map(documents.map((document) => [document.path, document]));
    const faults = documents.flatMap((document) =>
      document.links.flatMap(({ line, text }) => {
        const { path, anchor } = targetOf(document, text);
        if (!existsSync(join(own.root, path))) return [`${document.path}:${line}: ${text}: there is no such file`];
        const isKnown = anchor === '' || byPath.get(path)?.anchors.has(anchor);
        return isKnown ? [] : [`${document.path}:${line}: ${text}: there is no such heading`];
      }),
    );
    expect(faults).toEqual([]);
  });

  it('show commands that the program takes', async () => {
    const faults: string[] = [];
    for (const document of written) {
      for (const { line, text } of [...shellCommands(document), ...namedCommands(document)]) {
        const fault = await commandFault(text);
        if (fault !== null) faults.push(`${document.path}:${line}: ${text}: ${fault}`);
      }
    }
    expect(faults).toEqual([]);
  });

  it('show files that are what they are said to be', () => {
    const faults = written.flatMap((document) =>
      document.blocks.flatMap((block) => {
        const fault = blockFault(block);
        return fault === null ? [] : [`${document.path}:${block.line}: ${fault}`];
      }),
    );
    expect(faults).toEqual([]);
  });

  it('have a reference of everything there is', async () => {
    const text = await referenceText(context, createProgram());
    await expect(text, 'out of date; npm run reference writes it anew').toMatchFileSnapshot('../../docs/reference.md');
  });
});

describe('the tests of documents', () => {
  it('find what the program would refuse', async () => {
    const said = [
      'npx claimcheck run steady --profil x.yaml',
      'npx claimcheck run stedy',
      'npx claimcheck run steady --threshold "lag < 1s"',
      'npx claimcheck run steady --set call=3',
      'npx claimcheck fly',
      'npx claimcheck serve --stor sqlite',
      'npx claimcheck simulate all --module fixtures/examples/no-server.mjs',
      'npm run nothing',
      'rm -rf .',
    ];
    for (const text of said) expect(await commandFault(text), text).not.toBeNull();
    const block = (language: string, kind: string, text: string): Block => ({ line: 1, language, kind, text });
    expect(blockFault(block('yaml', 'profile', 'target: { comand: x }'))).toContain('comand');
    expect(blockFault(block('yaml', 'scenario', 'title: T\ncalls: 3'))).toContain('description');
    const unknown = 'title: T\ndescription: D\ncalls: 3\nfaults: [{ fault: F5, count: 1, options: { fast: 1 } }]';
    expect(blockFault(block('yaml', 'scenario', unknown))).toContain('fast');
    expect(blockFault(block('yaml', '', 'a: 1'))).toContain('say what it is');
    expect(blockFault(block('js', '', 'export const = 1'))).not.toBeNull();
    expect(blockFault(block('ts', '', "import x from 'claimcheck/nothing'"))).toContain('claimcheck/nothing');
  });
});

function shellCommands({ blocks }: Document): readonly Place[] {
  const inWorkflows = blocks.filter(({ language, kind }) => language === 'yaml' && kind === 'gitlab').flatMap(scriptOf);
  return [...blocks.filter(({ language }) => language === 'sh').flatMap(commandsOf), ...inWorkflows];
}

function scriptOf(block: Block): readonly Place[] {
  const jobs = z.record(z.string(), z.looseObject({ script: z.array(z.string()) })).parse(parseYaml(block.text));
  return Object.values(jobs).flatMap(({ script }) => script.map((text) => ({ line: block.line, text })));
}

/** Commands in the middle of a sentence; those with a name to be filled in are forms, not commands. */
function namedCommands({ codes }: Document): readonly Place[] {
  return codes.filter(({ text }) => {
    const [, name = '', rest = ''] = /^(?:npx )?claimcheck ([a-z]+)(.*)$/.exec(text) ?? [];
    return Object.hasOwn(COMMANDS, name) && !/[[…]|\b[A-Z]{2,}\b/.test(rest);
  });
}

/** null: the program, or npm, would take it. */
async function commandFault(text: string): Promise<string | null> {
  const [program, ...rest] = splitCommandLine(text);
  if (program === 'npm') return npmFault(rest);
  if (program === 'cd' || program === 'git' || program === 'node') return null;
  const words = program === 'npx' ? rest.filter((word) => word !== '--yes') : [program ?? '', ...rest];
  const [name = '', ...argv] = words;
  if (!/^claimcheck(@\d+\.\d+\.\d+)?$/.test(name)) return `a program that nobody asked for: ${name}`;
  try {
    if (argv[0] === 'serve') createProgram().configureOutput(SILENT).parse(argv.slice(1), { from: 'user' });
    else await parseOnly(argv);
    return null;
  } catch (error) {
    // Asked for its help text it has printed that.
    return error instanceof CommanderError && error.exitCode === 0 ? null : messageOf(error);
  }
}

function npmFault([verb = '', script = '']: readonly string[]): string | null {
  if (['ci', 'test', 'pack', 'install'].includes(verb)) return null;
  if (verb === 'run' && Object.hasOwn(manifest.scripts, script)) return null;
  return `package.json has no such script: ${script}`;
}

/** Everything a command checks before it starts something. */
async function parseOnly(argv: readonly string[]): Promise<void> {
  const [name = ''] = argv;
  if (!Object.hasOwn(COMMANDS, name)) throw new CommanderError(64, 'unknown', `there is no command '${name}'`);
  const parser = await createParser(context, argv);
  const [command] = parser.commands;
  if (command === undefined) throw new Error('expected the parser of one command');
  command.action(() => {});
  await parser.parseAsync(argv, { from: 'user' });
  const flags = command.opts<ScenarioFlags & { profile?: string; module?: string; scenario?: string }>();
  for (const file of [flags.profile, flags.module]) {
    if (file?.startsWith('fixtures/') && !existsSync(join(own.root, file))) throw new Error(`${file} is not there`);
  }
  const named = ['run', 'simulate', 'load', 'compare'].includes(name) ? command.args : [];
  const scenarios = named.filter((one) => one !== 'all' && !one.endsWith('.yaml'));
  const { set, fault, threshold } = flags;
  const changes = overridesOf({ ...(set && { set }), ...(fault && { fault }), ...(threshold && { threshold }) });
  for (const scenario of scenarios.length > 0 ? scenarios : ['steady']) {
    planned(loadScenario(scenario), changes);
  }
}

/** Every call and fault of it is drawn, so every name in it is known and every option is one. */
function planned(scenario: Scenario, overrides: Overrides): void {
  const plan = compile({ scenario, overrides, seed: 1, target: plannedTarget(), claimcheck: own.version });
  for (const threshold of plan.thresholds) parseThreshold(threshold, catalogueOf());
}

/** null: it is what it is said to be. */
function blockFault(block: Block): string | null {
  const { language, kind, text } = block;
  try {
    switch (language) {
      case 'yaml':
        return yamlFault(kind, text);
      case 'json':
        for (const line of kind === '' && text.startsWith('{"') ? text.split('\n') : [text]) JSON.parse(line);
        return null;
      case 'js':
      case 'ts':
        return programFault(language, text);
      case 'text':
        if (kind !== 'thresholds') return `a text block of '${kind}': expected thresholds`;
        for (const line of text.split('\n')) parseThreshold(line.split(/ {2,}/)[0] ?? '', catalogueOf());
        return null;
      case 'sh':
      case 'python':
      case '':
        return null;
      default:
        return `nobody checks blocks of '${language}'; see harness/cli/documents.test.ts`;
    }
  } catch (error) {
    return messageOf(error);
  }
}

function yamlFault(kind: string, text: string): string | null {
  switch (kind) {
    case 'profile':
      parseProfile(text, 'the profile');
      return null;
    case 'scenario':
      planned(parseScenario(text, 'the-scenario.yaml'), {});
      return null;
    case 'server':
      parseConfig(text, 'the configuration');
      return null;
    case 'workflow':
      z.strictObject({
        on: z.unknown(),
        jobs: z.record(z.string(), z.looseObject({ steps: z.array(z.unknown()) })),
      }).parse(parseYaml(text));
      return null;
    case 'gitlab':
      parseYaml(text);
      return null;
    default:
      return `say what it is behind the fence: profile, scenario, server, workflow or gitlab, not '${kind}'`;
  }
}

function programFault(language: 'js' | 'ts', text: string): string | null {
  parseAst(text, { lang: language }, `block.${language}`);
  for (const [, path = ''] of text.matchAll(/'claimcheck\/([^']+)'/g)) {
    if (!Object.hasOwn(manifest.exports, `./${path}`)) return `the package has no claimcheck/${path}`;
  }
  return null;
}
