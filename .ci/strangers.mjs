// `npm run strangers`: `claimcheck init` on servers that nobody here wrote. Installs them at fixed versions, without their install
// scripts, into ~/.cache/claimcheck; has `init` write a profile for each, and runs `steady` and `crash-mid-task` with it as it was
// written. Prints one table; what it wrote lies in reports/out/strangers. Needs what `npm run build` makes, and the npm registry the
// first time. Exit 1 unless at least three profiles ran unedited, and the rest were told what is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'dist/harness/cli/main.js');
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'claimcheck', 'strangers');
const out = join(root, 'reports/out/strangers');
const STEP_MS = 300_000;
const RAN_MIN = 3;
/** Work of seconds, so a run is of few calls, and one kill is enough. */
const SMALL = ['--set', 'calls=12', '--agents', '6'];
const SCENARIOS = { steady: [], 'crash-mid-task': ['--fault', 'F12=1'] };

const STRANGERS = [
  {
    name: 'server-everything',
    spec: '@modelcontextprotocol/server-everything@2026.8.31',
    kind: 'tasks of 2025-11-25',
    server: ['mcp-server-everything', 'stdio'],
  },
  { name: 'bash-command-mcp', spec: 'bash-command-mcp@0.1.5', kind: 'job handle', server: ['bash-command-mcp'] },
  { name: 'mcp-server-commands', spec: 'mcp-server-commands@0.5.0', kind: 'blocking', server: ['mcp-server-commands'] },
  {
    name: 'server-memory',
    spec: '@modelcontextprotocol/server-memory@2026.8.31',
    kind: 'blocking',
    server: ['mcp-server-memory'],
    // As its documentation says it is told where to keep what it is told.
    env: 'MEMORY_FILE_PATH={{dir}}/memory.jsonl',
  },
  {
    name: 'server-filesystem',
    spec: '@modelcontextprotocol/server-filesystem@2026.8.31',
    kind: 'blocking',
    server: ['mcp-server-filesystem', '{{dir}}'],
  },
  {
    name: 'mcp-shell-server',
    spec: '@mako10k/mcp-shell-server@2.7.1',
    kind: 'job handle',
    server: ['mcp-shell-server'],
  },
  {
    name: 'sdk-v2-tasks',
    spec: null,
    kind: 'tasks of 2026-07-28',
    server: [process.execPath, join(root, 'fixtures/examples/sdk-v2-tasks.mjs'), '{{port}}'],
    url: 'http://127.0.0.1:{{port}}/mcp',
  },
];

if (!existsSync(program)) fail('there is no dist/; run npm run build');
install();
const wanted = process.argv.slice(2);
const rows = STRANGERS.filter(({ name }) => wanted.length === 0 || wanted.includes(name)).map(tryStranger);
const head = ['server', 'kind', 'init', 'work tool', 'steady', 'crash-mid-task', 'what is missing, or was found'];
const table = new Table({
  head,
  style: { head: [], border: [] },
  wordWrap: true,
  colWidths: [21, 21, 10, 26, 18, 22, 52],
});
table.push(...rows.map(({ cells }) => cells));
process.stdout.write(`${table.toString()}\n`);
const ran = rows.filter(({ hasRun }) => hasRun).length;
const silent = rows.filter(({ hasRun, missing }) => !hasRun && missing === '');
process.stdout.write(`${ran} of ${rows.length} profiles ran as they were written\n`);
if (silent.length > 0) fail(`nothing says what is missing for ${silent.map(({ name }) => name).join(', ')}`);
if (wanted.length === 0 && ran < RAN_MIN)
  fail(`expected at least ${RAN_MIN} profiles to run as they were written, got ${ran}`);

/** Once; again when the list has changed. */
function install() {
  const specs = STRANGERS.flatMap(({ spec }) => spec ?? []);
  const stamp = join(cache, 'installed.json');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === JSON.stringify(specs)) return;
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'package.json'), '{ "private": true }\n');
  const words = ['install', '--prefix', cache, '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status, stderr } = spawnSync('npm', [...words, ...specs], { encoding: 'utf8', timeout: STEP_MS });
  if (status !== 0) fail(`the servers could not be installed:\n${stderr}`);
  writeFileSync(stamp, JSON.stringify(specs));
}

function tryStranger({ name, kind, server, url, env, spec }) {
  const folder = join(out, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const [file, ...rest] = server;
  const command = [spec === null ? file : join(cache, 'node_modules/.bin', file), ...rest].map(quoted).join(' ');
  const more = { url, env };
  const given = Object.entries(more).flatMap(([option, value]) => (value === undefined ? [] : [`--${option}`, value]));
  const at = ['--server', command, ...given];
  const begun = claimcheck(folder, 'init', ...at, '--out', 'claimcheck.yaml', '--json', '--quiet');
  if (begun.status === 64) {
    const missing = begun.stderr.trim().replace(/^claimcheck: /, '');
    writeFileSync(join(folder, 'init.txt'), missing);
    return { name, hasRun: false, missing, cells: [name, kind, 'no', '', '', '', reasonOf(missing)] };
  }
  writeFileSync(join(folder, 'init.json'), begun.stdout);
  const { work, advice } = JSON.parse(begun.stdout);
  const missing = advice.filter((one) => one.kind === 'missing').map(({ text }) => text);
  const runs = work === null ? [] : Object.keys(SCENARIOS).map((scenario) => runOne(folder, scenario));
  const hasRun = runs.length > 0 && runs.every(({ status }) => [0, 1, 2, 3].includes(status));
  const said = [...missing, ...new Set(runs.flatMap(({ found }) => found))];
  const tool = work === null ? 'none' : `${work.tool}, ${work.as === 'handle' ? 'handle, ' : ''}${work.tookMs} ms`;
  const cells = [
    name,
    kind,
    work === null ? 'lacks' : 'written',
    tool,
    ...[0, 1].map((index) => runs[index]?.word ?? ''),
  ];
  return { name, hasRun, missing: said.join('\n'), cells: [...cells, said.join('\n')] };
}

function runOne(folder, scenario) {
  const words = [
    'run',
    scenario,
    '--profile',
    'claimcheck.yaml',
    '--out',
    scenario,
    '--quiet',
    '--json',
    ...SMALL,
    ...SCENARIOS[scenario],
  ];
  const { status, stdout, stderr } = claimcheck(folder, ...words);
  if (status === 64 || status === 70) return { status, word: `exit ${status}`, found: [stderr.trim()] };
  const { fates, checkers } = JSON.parse(stdout);
  const told = Object.entries(fates).map(([fate, count]) => `${count} ${fate}`);
  const broken = checkers.filter(({ valid }) => valid === false);
  const word = { 0: 'valid', 1: 'VIOLATED', 2: 'unknown', 3: 'threshold' }[status];
  return {
    status,
    word: `${word}: ${told.join(', ')}`,
    found: broken.map(({ invariants, title }) => `${invariants.join(', ') || 'harness'} broken: ${title}`),
  };
}

function claimcheck(cwd, ...words) {
  return spawnSync(process.execPath, [program, ...words], { cwd, encoding: 'utf8', timeout: STEP_MS, maxBuffer: 64e6 });
}

/** The line of an error that names what is not there, else the first. */
function reasonOf(text) {
  const lines = text.split('\n').map((line) => line.trim());
  const cause = lines.find((line) => /^Error: |Cannot find module|not found|required/.test(line));
  return [lines[0], ...(cause === undefined ? [] : [cause])].join(' ').slice(0, 300);
}

function quoted(word) {
  return /[\s'"]/.test(word) ? `'${word}'` : word;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
