// The rules of this code base that a machine can check. Each message says what to do. New rules go into RULES below.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseAst } from 'rolldown/parseAst';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const UNITS = ['faults', 'loads', 'agents', 'checkers', 'metrics'];
const BELOW_PLAN = ['model', 'backoffs', 'wire', ...UNITS];

/** What each folder of harness/ may import of the others; its own files always. Tests are free. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  backoffs: ['model'],
  wire: ['model'],
  ...Object.fromEntries(UNITS.map((unit) => [unit, ['model', 'backoffs']])),
  plan: BELOW_PLAN,
  targets: [...BELOW_PLAN, 'plan', 'services'],
  execution: BELOW_PLAN,
  services: ['model'],
  run: [...BELOW_PLAN, 'plan', 'targets', 'execution', 'services'],
  simulate: [...BELOW_PLAN, 'plan', 'targets', 'execution'],
  judge: ['model', 'checkers', 'metrics', 'plan'],
  explore: [...BELOW_PLAN, 'plan', 'targets', 'execution', 'run', 'simulate', 'judge'],
  gate: [...BELOW_PLAN, 'plan', 'targets', 'execution', 'run', 'simulate', 'judge'],
  generators: [...BELOW_PLAN, 'plan', 'targets', 'execution', 'run'],
  evaluation: [...BELOW_PLAN, 'plan', 'targets', 'execution', 'run', 'simulate', 'judge'],
  audit: ['model', 'wire', 'checkers', 'plan', 'targets', 'run'],
  probing: ['model', 'wire', 'targets', 'evaluation'],
  cli: [
    ...BELOW_PLAN,
    'plan',
    'targets',
    'execution',
    'services',
    'run',
    'simulate',
    'judge',
    'explore',
    'gate',
    'generators',
    'evaluation',
    'audit',
    'probing',
  ],
};

const TOP_LEVEL_FOLDERS = [
  'src',
  'harness',
  'scenarios',
  'fixtures',
  'reports',
  'docs',
  'dist',
  'node_modules',
  'coverage',
];
const TOP_LEVEL_FILES = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'biome.json',
  'knip.json',
  'vitest.config.ts',
  'action.yml',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'SECURITY.md',
];

/** Where real time is at home; everywhere else in harness/ the clock is a parameter. */
const OWNS_TIME = [
  'harness/model/clock.ts',
  'harness/execution/recorder.ts',
  'harness/run/',
  'harness/wire/',
  'harness/generators/',
];
const BANNED_CALLS: Readonly<Record<string, string>> = {
  'Math.random': "a Prng that is passed in (harness/model/prng.ts), forked by a label: draw.fork('my-part')",
  'Date.now': 'clock.wall() of the Clock that is passed in (harness/model/clock.ts)',
  'new Date': 'new Date(clock.wall()) with the Clock that is passed in (harness/model/clock.ts)',
  setTimeout: 'clock.sleep(ms, signal) of the Clock that is passed in (harness/model/clock.ts)',
  setInterval: 'a loop over clock.sleep(ms, signal) of the Clock that is passed in (harness/model/clock.ts)',
};

const FILE_LINES_MAX = 300;
const FUNCTION_LINES_MAX = 70;
/**
 * Functions that were longer before the rule came, with their length. They may shrink (then lower the number) and never grow.
 * Key: file, function.
 */
const LONG_FUNCTIONS: Readonly<Record<string, number>> = {};
/** Files that are longer, with their length; tables need no entry here when their name is in TABLES. */
const LONG_FILES: Readonly<Record<string, number>> = {};
/** Files that are one table, and may be as long as it is. */
const TABLES: readonly string[] = [];

interface Source {
  /** Relative to the root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly isTest: boolean;
  readonly nodes: readonly Node[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly name: string | null;
}

const sources = readSources(['src', 'harness', 'reports', 'fixtures']);
const product = sources.filter((source) => !source.isTest);

describe('tidy', () => {
  it('looks at the sources', () => {
    expect(product.length).toBeGreaterThan(20);
    expect(product.flatMap(importsOf).length).toBeGreaterThan(20);
  });

  it('imports only what the layers allow', () => {
    expect(product.flatMap(layerFaults)).toEqual([]);
  });

  it('takes time and randomness as parameters', () => {
    expect(product.filter(mustNotOwnTime).flatMap(bannedCalls)).toEqual([]);
  });

  it('names files by the thing they hold', () => {
    const bad = /^(utils?|helpers?|common|misc|types?)$/;
    const isKebab = /^[a-z0-9]+(-[a-z0-9]+)*$/;
    const faults = sources.flatMap(({ path }) => {
      const name = basename(path).replace(/(\.e2e|\.property)?(\.test|\.spec|\.bench)?(\.d)?\.(ts|mjs|js)$/, '');
      if (bad.test(name)) return [`${path}: name the file by the thing it holds, not '${name}'`];
      return isKebab.test(name) ? [] : [`${path}: name the file in kebab-case`];
    });
    expect(faults).toEqual([]);
  });

  it('keeps files and functions short', () => {
    expect(product.flatMap(sizeFaults)).toEqual([]);
  });

  it('casts nothing and knows no any', () => {
    expect(sources.flatMap(typeFaults)).toEqual([]);
  });

  it('leaves nothing behind', () => {
    expect(sources.filter(({ path }) => path !== 'harness/tidy.test.ts').flatMap(leftovers)).toEqual([]);
  });

  it('has the top level it should have', () => {
    const faults = readdirSync(ROOT, { withFileTypes: true }).flatMap((entry) => {
      if (entry.name.startsWith('.')) return [];
      const isKnown = (entry.isFile() ? TOP_LEVEL_FILES : TOP_LEVEL_FOLDERS).includes(entry.name);
      return isKnown
        ? []
        : [`${entry.name}: the top level is fixed; put it into one of ${TOP_LEVEL_FOLDERS.join(', ')}`];
    });
    expect(faults).toEqual([]);
  });

  it('registers every unit under its own name', async () => {
    expect(await registryFaults()).toEqual([]);
  });

  it('names scenarios after their files', () => {
    const folder = join(ROOT, 'scenarios');
    const files = existsSync(folder) ? readdirSync(folder) : [];
    const faults = files.flatMap((file) => {
      if (!/^[a-z0-9]+(-[a-z0-9]+)*\.yaml$/.test(file))
        return [`scenarios/${file}: name it in kebab-case, ending in .yaml`];
      const scenario: unknown = parseYaml(readFileSync(join(folder, file), 'utf8'));
      if (!isRecord(scenario)) return [`scenarios/${file}: expected a mapping of keys to values`];
      const name = scenario.name;
      return name === undefined || name === file.replace(/\.yaml$/, '')
        ? []
        : [`scenarios/${file}: the file name is the name; remove or correct 'name: ${String(name)}'`];
    });
    expect(faults).toEqual([]);
  });
});

describe('the rules themselves', () => {
  const source = (path: string, text: string): Source => ({ path, text, isTest: false, nodes: nodesOf(path, text) });

  it('catches an import of a layer above, however it is written', () => {
    const text = `import type { A } from '../run/a.ts'; export * from '../judge/b.ts'; const c = () => import('../cli/c.ts');`;
    expect(layerFaults(source('harness/model/x.ts', text)).length).toBe(3);
    expect(layerFaults(source('harness/run/x.ts', `import { x } from '../../src/server.ts';`)).length).toBe(1);
    expect(layerFaults(source('src/x.ts', `import { x } from '../harness/model/plan.ts';`)).length).toBe(1);
    expect(layerFaults(source('harness/cli/x.ts', `import { x } from '../../src/stores/index.ts';`))).toEqual([]);
  });

  it('catches banned calls and leaves innocent ones alone', () => {
    const text = 'Math.random(); Date.now(); new Date(); setTimeout(f, 1); new Date(5); clock.now(); // Date.now()';
    expect(bannedCalls(source('harness/cli/x.ts', text)).length).toBe(4);
  });

  it('catches casts, any and non-null assertions', () => {
    expect(typeFaults(source('a.ts', 'const a = b as const; const c = "x as any";'))).toEqual([]);
    expect(typeFaults(source('a.ts', 'const a = b as C; let d: any; e!.f;')).length).toBe(3);
  });

  it('catches a long function and a long file', () => {
    const text = `export function long() {\n${'void 0;\n'.repeat(FUNCTION_LINES_MAX)}}\n${'\n'.repeat(FILE_LINES_MAX)}`;
    expect(sizeFaults(source('harness/cli/x.ts', text)).length).toBe(2);
  });

  it('catches what is left behind', () => {
    const text = ['it', 'only("x", f); // TO', 'DO later'].join('.').replace('TO.DO', 'TODO');
    expect(leftovers(source('a.test.ts', text)).length).toBe(2);
    expect(leftovers(source('a.test.ts', "it.skip('draws', f)")).length).toBe(1);
    expect(
      leftovers(source('a.test.ts', "it.skipIf(x)('draws (needs chromium: apt-get install chromium)', f)")),
    ).toEqual([]);
  });
});

function layerFaults(source: Source): string[] {
  const [top = '', folder = ''] = source.path.split('/');
  return importsOf(source).flatMap((specifier) => {
    if (!specifier.startsWith('.')) return [];
    const target = join(dirname(source.path), specifier).replaceAll('\\', '/');
    const [targetTop = '', targetFolder = ''] = target.split('/');
    const says = (why: string) => [`${source.path} imports ${target}: ${why}`];
    if (target.startsWith('..') || top === 'fixtures') return [];
    if (top === 'src') return targetTop === 'src' ? [] : says('src/ imports nothing from outside src/');
    if (top === 'reports') {
      const isAllowed = targetTop === 'reports' || target.startsWith('harness/model/') || target === 'package.json';
      return isAllowed ? [] : says('reports/ imports harness/model only; what it shows comes with the verdict');
    }
    if (target === 'package.json') return [];
    if (targetTop === 'src') {
      const isRegistry = folder === 'cli' && /^src\/[^/]+\/index\.ts$/.test(target);
      return isRegistry ? [] : says('reach the server across a process boundary; cli alone may import src/*/index.ts');
    }
    if (targetTop === 'reports') return folder === 'cli' ? [] : says('only cli renders reports');
    if (targetTop !== 'harness') return says('harness/ imports harness/ only');
    const allowed = MAY_IMPORT[folder];
    if (allowed === undefined) return says(`add '${folder}' to MAY_IMPORT in harness/tidy.test.ts`);
    if (folder === targetFolder || allowed.includes(targetFolder)) return [];
    return says(
      `harness/${folder} may import ${allowed.join(', ') || 'nothing'}; move the shared shape to harness/model`,
    );
  });
}

function importsOf({ nodes }: Source): string[] {
  return nodes.flatMap(({ type, fields }) => {
    const isImport = /^(ImportDeclaration|ExportNamedDeclaration|ExportAllDeclaration|ImportExpression|TSImportType)$/;
    const literal = isImport.test(type) ? (fields.source ?? fields.argument) : null;
    return isRecord(literal) && typeof literal.value === 'string' ? [literal.value] : [];
  });
}

function mustNotOwnTime({ path }: Source): boolean {
  return path.startsWith('harness/') && !OWNS_TIME.some((owner) => path.startsWith(owner));
}

function bannedCalls(source: Source): string[] {
  return source.nodes.flatMap((node) => {
    const { type, fields } = node;
    const callee = source.text.slice(...spanOf(fields.callee));
    const isBare = type === 'NewExpression' && Array.isArray(fields.arguments) && fields.arguments.length === 0;
    const call = type === 'CallExpression' ? callee.replace(/^globalThis\./, '') : isBare ? `new ${callee}` : '';
    const instead = Object.hasOwn(BANNED_CALLS, call) ? BANNED_CALLS[call] : undefined;
    return instead === undefined ? [] : [`${at(source, node)}: ${call}() is banned here; use ${instead}`];
  });
}

function sizeFaults(source: Source): string[] {
  if (source.path.endsWith('.mjs') || TABLES.includes(source.path)) return [];
  const lines = source.text.split('\n').length - 1;
  const limit = LONG_FILES[source.path] ?? FILE_LINES_MAX;
  const faults = lines > limit ? [`${source.path}: ${lines} lines, at most ${limit}: split it by what it holds`] : [];
  for (const { node, lines: length } of functionLengths(source)) {
    const max = LONG_FUNCTIONS[`${source.path}, ${node.name ?? ''}`] ?? FUNCTION_LINES_MAX;
    if (length > max) {
      const name = node.name ?? 'a function';
      faults.push(`${at(source, node)}: ${name} has ${length} lines, at most ${max}: move pure parts below it`);
    }
  }
  return faults;
}

/** Lines of each function without those of the functions in it: what a factory returns is counted piece by piece. */
function functionLengths({ nodes, text }: Source): { node: Node; lines: number }[] {
  const open: { node: Node; lines: number }[] = [];
  const all: { node: Node; lines: number }[] = [];
  // Sorted by start, so a function comes before those inside it.
  for (const node of nodes) {
    if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) continue;
    while ((open.at(-1)?.node.end ?? Number.POSITIVE_INFINITY) <= node.start) open.pop();
    const lines = text.slice(node.start, node.end).split('\n').length;
    const outer = open.at(-1);
    if (outer) outer.lines -= lines - 1;
    const entry = { node, lines };
    open.push(entry);
    all.push(entry);
  }
  return all;
}

function typeFaults(source: Source): string[] {
  return source.nodes.flatMap((node) => {
    const text = source.text.slice(node.start, node.end);
    if (node.type === 'TSAnyKeyword') return [`${at(source, node)}: 'any'; use unknown and narrow it`];
    if (node.type === 'TSNonNullExpression') return [`${at(source, node)}: '!'; handle the missing value or throw`];
    const isCast = node.type === 'TSAsExpression' || node.type === 'TSTypeAssertion';
    if (!isCast || /\bas const$/.test(text)) return [];
    return [
      `${at(source, node)}: a cast; parse it with zod or narrow it with a type guard (only 'as const' is allowed)`,
    ];
  });
}

function leftovers(source: Source): string[] {
  return source.text.split('\n').flatMap((line, index) => {
    const where = `${source.path}:${index + 1}`;
    const faults: string[] = [];
    if (/\b(TODO|FIXME|XXX)\b/.test(line)) faults.push(`${where}: do it now, or say in the report that it is missing`);
    if (/\b(it|test|describe)\.only\b/.test(line)) faults.push(`${where}: '.only' hides all other tests; remove it`);
    if (/\b(it|test|describe)\.(skip|skipIf|runIf|todo)\b/.test(line)) {
      const rest = source.text
        .split('\n')
        .slice(index, index + 4)
        .join('\n');
      if (!/\(needs [^:()]+: [^()]+\)/.test(rest) && !/\bneeds\b/.test(rest)) {
        faults.push(
          `${where}: end the title with what it needs and how to get it: "(needs chromium: apt-get install chromium)"`,
        );
      }
    }
    if (/["'`(\s](\/work\/|\/home\/[a-z]|\/Users\/)/.test(line))
      faults.push(`${where}: a path of one machine; make it relative`);
    return faults;
  });
}

/** Registries are the objects in an index.ts whose values carry `meta` and `load`. */
async function registryFaults(): Promise<string[]> {
  const faults: string[] = [];
  const indexes = product.filter(({ path }) => /^(harness|src|reports)\/.*\/index\.ts$/.test(path));
  for (const { path, text } of indexes) {
    if (!/To add one:/.test(text)) faults.push(`${path}: begin with a comment that holds "To add one:" and the steps`);
    const loaded: unknown = await import(pathToFileURL(join(ROOT, path)).href);
    for (const registry of isRecord(loaded) ? Object.values(loaded) : []) {
      if (!isRecord(registry)) continue;
      for (const [key, line] of Object.entries(registry)) {
        if (!isRecord(line) || !isRecord(line.meta) || typeof line.load !== 'function') continue;
        const { meta } = line;
        if (meta.id !== key) faults.push(`${path}: '${key}' has the id '${String(meta.id)}'; they must be the same`);
        // A fault's id is its code (F5); its file has its name (reply-lost).
        const file = String(meta.name ?? meta.id).replaceAll('_', '-');
        const isThere = sources.some((one) => one.path === join(dirname(path), `${file}.ts`));
        if (!isThere) faults.push(`${path}: '${key}' should live in ${join(dirname(path), `${file}.ts`)}`);
      }
    }
  }
  return faults;
}

function readSources(folders: readonly string[]): Source[] {
  return folders.flatMap((folder) => {
    if (!existsSync(join(ROOT, folder))) return [];
    const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
    return entries.flatMap((entry) => {
      const path = relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/');
      if (!entry.isFile() || !/\.(ts|mjs)$/.test(path) || /^(reports\/out|fixtures\/histories)\//.test(path)) return [];
      const text = readFileSync(join(ROOT, path), 'utf8');
      const isTest = /\.(test|bench)\.ts$/.test(path) || path.includes('/testing/');
      return [{ path, text, isTest, nodes: nodesOf(path, text) }];
    });
  });
}

function nodesOf(path: string, text: string): Node[] {
  const found: Node[] = [];
  const pending: { value: unknown; name: string | null }[] = [
    { value: parseAst(text, { lang: path.endsWith('.ts') ? 'ts' : 'js' }, path), name: null },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, name } = next;
    if (!isRecord(value)) continue;
    if (Array.isArray(value)) {
      for (const item of value) pending.push({ value: item, name });
      continue;
    }
    const ownName = nameOf(value.id) ?? nameOf(value.key) ?? null;
    const { type, start, end } = value;
    if (typeof type === 'string' && typeof start === 'number' && typeof end === 'number') {
      found.push({ type, start, end, fields: value, name: ownName ?? name });
    }
    // A function takes the name of the variable or property it is the value of.
    const childName =
      type === 'VariableDeclarator' || type === 'Property' || type === 'MethodDefinition' ? ownName : null;
    for (const child of Object.values(value)) pending.push({ value: child, name: childName });
  }
  return found.sort((a, b) => a.start - b.start);
}

function nameOf(node: unknown): string | null {
  return isRecord(node) && typeof node.name === 'string' ? node.name : null;
}

function spanOf(node: unknown): [number, number] {
  if (!isRecord(node)) return [0, 0];
  const { start, end } = node;
  return typeof start === 'number' && typeof end === 'number' ? [start, end] : [0, 0];
}

function at({ path, text }: Source, node: Node): string {
  return `${path}:${text.slice(0, node.start).split('\n').length}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
