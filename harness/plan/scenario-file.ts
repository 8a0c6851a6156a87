import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LineCounter, parseDocument } from 'yaml';
import { messageOf, UsageError, unknownName } from '../model/usage-error.ts';
import { type Scenario, scenarioSchema } from './scenario-schema.ts';
import { describeIssues } from './schema-issue.ts';

const EXTENSIONS = ['.yaml', '.yml', '.json'];

/** Reads a scenario by name out of the package's scenarios/, or by path (anything with a slash or an extension). */
export function loadScenario(nameOrPath: string): Scenario {
  const isPath = nameOrPath.includes('/') || nameOrPath.includes(sep) || EXTENSIONS.includes(extname(nameOrPath));
  if (isPath) {
    if (!existsSync(nameOrPath)) throw new UsageError(`No scenario file at ${nameOrPath}.`);
    return parseScenario(readText(nameOrPath), nameOrPath);
  }
  const names = scenarioNames();
  if (!names.includes(nameOrPath)) throw unknownName('scenario', nameOrPath, names);
  const path = join(scenariosDirectory(), `${nameOrPath}.yaml`);
  return parseScenario(readFileSync(path, 'utf8'), path);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = messageOf(error);
    throw new UsageError(`Cannot read the scenario ${path}: ${why}`, { cause: error });
  }
}

/** Names of the scenarios that come with the package, sorted. */
export function scenarioNames(): readonly string[] {
  return readdirSync(scenariosDirectory())
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();
}

/** Checks a scenario's text. A UsageError names file, line, key and what was expected. */
export function parseScenario(text: string, path: string): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken) {
    throw new UsageError(
      `${path}, line ${lines.linePos(broken.pos[0]).line}: not valid YAML: ${firstLine(broken.message)}`,
    );
  }
  const value: unknown = document.toJS();
  const parsed = scenarioSchema.safeParse(value);
  if (parsed.success) return { ...parsed.data, name: basename(path, extname(path)) };
  const complaints = describeIssues(scenarioSchema, parsed.error, value).map((issue) => {
    return `${path}, line ${lineOf(issue.path)}, ${issue.key}: ${issue.message}`;
  });
  throw new UsageError(complaints.join('\n'));

  /** The line of the nearest node that the document really has. */
  function lineOf(issuePath: readonly (string | number)[]): number {
    for (let depth = issuePath.length; depth > 0; depth -= 1) {
      const node: unknown = document.getIn(issuePath.slice(0, depth), true);
      if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
        return lines.linePos(Number(node.range[0])).line;
      }
    }
    return 1;
  }
}

/** scenarios/ of this package: beside its package.json, from the sources as well as from dist/. */
export function scenariosDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    if (isPackageRoot(directory)) return join(directory, 'scenarios');
    const parent = dirname(directory);
    if (parent === directory) throw new Error(`no package.json named claimcheck above ${import.meta.url}`);
    directory = parent;
  }
}

function isPackageRoot(directory: string): boolean {
  const path = join(directory, 'package.json');
  if (!existsSync(path)) return false;
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'name' in manifest && manifest.name === 'claimcheck';
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
