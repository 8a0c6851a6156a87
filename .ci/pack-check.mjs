// `npm run pack-check`: this package as somebody else gets it. Packs it and looks into the tarball (size, no file of ours that users
// have no use for), has publint and are-the-types-wrong look at it, installs it into an empty project without development
// dependencies, runs a server from npm and one of the examples there, reads what they wrote with the published schemas, imports every
// export, and runs the steps of the example workflow as they are written. Needs the npm registry (or its cache) and what `npm run
// build` makes; the two checkers are installed once, at fixed versions, into ~/.cache/claimcheck. Exit 1 when anything is otherwise.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const PACKED_BYTES_MAX = 2_000_000;
const MANY_MS = 600_000;
const PUBLINT = ['publint', '0.3.25'];
const TYPES_WRONG = ['@arethetypeswrong/cli', '0.18.5'];
const STRANGER = ['@modelcontextprotocol/server-everything', '2026.8.31'];
/** What has no place in a package: tests, what only tests use, sources beside what was made of them, results, other packages. */
const FOREIGN = [
  /\.(?:e2e|test|bench|spec)\./,
  /(?:^|\/)testing\//,
  /(?<!\.d)\.ts$/,
  /\.map$/,
  /\.tsbuildinfo$/,
  /^reports\//,
  /node_modules\//,
];
const QUIET = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-pack-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
if (!existsSync(join(root, 'dist/harness/cli/main.js'))) fail('there is no dist/; run npm run build');

const tarball = packed();
await lookedAt(tarball);
const project = installed(tarball);
runsThere(project);
await readsWhatItWrote(join(project, 'stranger'));
importsEverything(project);
workflowRuns(tarball);

/** Packs, and judges the list of files. What `prepare` would build is here already. */
function packed() {
  const { stdout } = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', scratch], root);
  const [{ filename, size, unpackedSize, files }] = JSON.parse(stdout);
  say(`${filename}: ${size} bytes, ${unpackedSize} unpacked, ${files.length} files`);
  const biggest = files.toSorted((a, b) => b.size - a.size).slice(0, 8);
  for (const file of biggest) say(`  ${String(file.size).padStart(8)} ${file.path}`);
  if (size >= PACKED_BYTES_MAX) fail(`the package has ${size} bytes, fewer than ${PACKED_BYTES_MAX} were expected`);
  const strangers = files.filter(({ path }) => FOREIGN.some((pattern) => pattern.test(path)));
  if (strangers.length > 0) fail(`files that nobody needs: ${strangers.map(({ path }) => path).join(', ')}`);
  const needed = ['README.md', 'LICENSE', 'dist/harness/cli/main.js', 'dist/src/server.d.ts', 'scenarios/tour.yaml'];
  for (const path of needed) if (!files.some((file) => file.path === path)) fail(`${path} is not in the package`);
  return join(scratch, filename);
}

/** Two checkers of packages, each with a way to fail. */
async function lookedAt(file) {
  const { publint } = await import(join(tool(PUBLINT), 'src/index-node.js'));
  const unpacked = join(scratch, 'unpacked');
  mkdirSync(unpacked);
  run('tar', ['-xzf', file, '-C', unpacked], scratch);
  const { messages } = await publint({ pkgDir: join(unpacked, 'package'), pack: false, strict: true });
  const grave = messages.filter(({ type }) => type !== 'suggestion');
  for (const message of messages) say(`publint: ${message.type}: ${JSON.stringify(message)}`);
  if (grave.length > 0) fail(`publint has ${grave.length} objections`);
  say('publint: no objection');
  // JSON has no types; and the package says of itself that it is ESM for Node of today: no resolution of old, no require().
  const words = [
    '--profile',
    'esm-only',
    '--exclude-entrypoints',
    './schemas/*.json',
    './package.json',
    '--format',
    'json',
  ];
  const cli = join(tool(TYPES_WRONG), 'dist/index.js');
  const { stdout, status } = spawnSync(process.execPath, [cli, file, ...words], { encoding: 'utf8', timeout: MANY_MS });
  if (!stdout.trim().startsWith('{')) fail(`are-the-types-wrong said nothing: ${stdout}`);
  const { analysis } = JSON.parse(stdout);
  const entries = Object.keys(analysis?.entrypoints ?? {});
  if (status !== 0) fail(`are-the-types-wrong: ${JSON.stringify(analysis?.problems ?? stdout)}`);
  if (!entries.includes('./server') || !entries.includes('./vitest')) fail(`are-the-types-wrong saw ${entries}`);
  say(`are-the-types-wrong: ${entries.join(', ')}: no problem`);
}

/** An empty project with nothing but the package and a server of somebody else. */
function installed(file) {
  const folder = join(scratch, 'empty project');
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  run('npm', ['install', ...QUIET, '--omit=dev', file, STRANGER.join('@')], folder);
  const modules = join(folder, 'node_modules');
  const ours = Object.keys(manifest.devDependencies).filter((name) => !name.startsWith('@modelcontextprotocol/'));
  const leaked = ours.filter((name) => existsSync(join(modules, name)));
  if (leaked.length > 0) fail(`development dependencies came along: ${leaked.join(', ')}`);
  say(
    `installed into an empty project: ${readdirSync(modules).length} entries in node_modules, no development dependency`,
  );
  return folder;
}

function runsThere(folder) {
  const command = `node node_modules/${STRANGER[0]}/dist/index.js stdio`;
  const work = ['--tool', 'simulate-research-query', '--arguments', '{"topic":"{{token}}"}'];
  const few = ['--set', 'calls=8', '--agents', '4', '--quiet', '--json'];
  verdictOf('run', claimcheck(folder, ['run', 'steady', '--server', command, ...work, ...few, '--out', 'stranger'], 0));
  cpSync(join(root, 'fixtures/examples/small-server.mjs'), join(folder, 'small-server.mjs'));
  verdictOf(
    'simulate',
    claimcheck(folder, ['simulate', 'steady', '--module', 'small-server.mjs', '--quiet', '--json'], 0),
  );
  verdictOf('reference', claimcheck(folder, ['run', 'steady', '--set', 'calls=40', '--quiet', '--json'], 0));
  // What must not pass does not: the store that forgets.
  verdictOf('canary', claimcheck(folder, ['simulate', 'crash-mid-task', '--store', 'memory', '--quiet', '--json'], 1));
}

function verdictOf(what, { stdout }) {
  const { valid, fates, scenario, target } = JSON.parse(stdout);
  say(`${what}: ${scenario} on ${target.server?.name}: valid ${valid}, ${JSON.stringify(fates)}`);
}

/** Every document of a real run comes out of its published schema as it went in. */
async function readsWhatItWrote(run) {
  const published = (name) => import(join(root, 'dist/harness/cli/published', `${name}-schema.js`));
  const { verdictSchema } = await published('verdict');
  const { planSchema } = await published('plan');
  const { eventSchema } = await published('history');
  const same = (schema, value, what) => {
    const read = schema.safeParse(value);
    if (!read.success) fail(`${what} does not fit its schema: ${read.error.message}`);
    if (JSON.stringify(sorted(read.data)) !== JSON.stringify(sorted(value)))
      fail(`${what} has keys that its schema does not know`);
  };
  same(verdictSchema, JSON.parse(readFileSync(join(run, 'verdict.json'), 'utf8')), 'verdict.json');
  same(planSchema, JSON.parse(readFileSync(join(run, 'plan.json'), 'utf8')), 'plan.json');
  const lines = readFileSync(join(run, 'history.jsonl'), 'utf8').trimEnd().split('\n');
  for (const [index, line] of lines.entries()) same(eventSchema, JSON.parse(line), `history.jsonl, line ${index + 1}`);
  say(`schemas: a verdict, a plan and ${lines.length} events fit`);
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/** The library and the schemas, as a program and as a compiler see them. */
function importsEverything(folder) {
  const schemas = readdirSync(join(root, 'dist/schemas'));
  const program = `
import { createServer } from 'claimcheck/server';
const server = await createServer({ config: { state: { store: 'memory' } } });
await server.start();
await server.stop(0);
for (const name of ${JSON.stringify(schemas)}) {
  const { default: schema } = await import('claimcheck/schemas/' + name, { with: { type: 'json' } });
  if (schema.$id !== 'claimcheck/schemas/' + name) throw new Error(name);
}
console.log(server.url === undefined ? 'stopped' : 'running');`;
  run(process.execPath, ['--input-type=module', '--eval', program], folder);
  writeFileSync(
    join(folder, 'types.ts'),
    `import { createServer, type ServerOptions } from 'claimcheck/server';
const options: ServerOptions = { config: { state: { store: 'memory' } } };
const url: string | undefined = (await createServer(options)).url;
// @ts-expect-error a store is named by a word
await createServer({ config: { state: { store: 7 } } });
console.log(url);\n`,
  );
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2023', '--types', ''];
  run(process.execPath, [compiler, ...flags, '--lib', 'es2023,esnext.disposable,dom', 'types.ts'], folder);
  say(`imports: the library starts and stops, its types are right, ${schemas.length} schemas are there`);
}

/** The example workflow, step by step, in a project like the one it is written for. */
function workflowRuns(file) {
  const folder = join(scratch, 'workflow');
  mkdirSync(folder);
  for (const name of ['job-handles.mjs', 'job-handles.yaml'])
    cpSync(join(root, 'fixtures/examples', name), join(folder, name));
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  run('npm', ['install', ...QUIET, '--save-dev', file], folder);
  const text = readFileSync(join(root, 'fixtures/examples/workflow/claimcheck.yml'), 'utf8');
  // Its head says how the baseline is made; that is done as it says.
  const prepared = [...text.matchAll(/^# {3}(npx .*)$/gm)].map(([, command]) => command);
  const env = { ...process.env, GITHUB_STEP_SUMMARY: join(scratch, 'summary.md'), CI: 'true' };
  for (const command of prepared) run('bash', ['-e', '-c', command], folder, { env });
  const steps = Object.values(parse(text).jobs).flatMap((job) => job.steps);
  const scripts = steps.flatMap(({ name, run: script }) => (script === undefined ? [] : [{ name, script }]));
  if (prepared.length !== 2 || scripts.length < 4)
    fail(`the workflow has ${scripts.length} steps and ${prepared.length} before it`);
  for (const { name, script } of scripts) {
    run('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script], folder, { env });
    say(`workflow: ${name}: as it should be`);
  }
  const summary = readFileSync(env.GITHUB_STEP_SUMMARY, 'utf8');
  if (!/lost-receipt/.test(summary) || !/crash-mid-task/.test(summary)) fail(`the summary of the job says: ${summary}`);
  const kept = steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact@'))?.with.path;
  for (const path of ['lost-receipt/report.html', 'crash-mid-task/junit.xml', 'gate/gate.json']) {
    if (!existsSync(join(folder, kept, path))) fail(`the workflow keeps no ${path}`);
  }
}

function claimcheck(cwd, words, code) {
  return run('npx', ['--no-install', 'claimcheck', ...words], cwd, { code });
}

/** The folder of a tool that is installed once at a fixed version. */
function tool([name, version]) {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(base, 'claimcheck', `${name.replaceAll(/[@/]/g, '-')}-${version}`);
  const place = join(folder, 'node_modules', name);
  if (existsSync(join(place, 'package.json'))) return place;
  say(`installing ${name}@${version} into ${folder}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  run('npm', ['install', ...QUIET, '--save-exact', '--ignore-scripts', `${name}@${version}`], folder);
  return place;
}

function run(command, args, cwd, { code = 0, env = process.env } = {}) {
  const ended = spawnSync(command, args, { cwd, env, encoding: 'utf8', timeout: MANY_MS, maxBuffer: 2 ** 26 });
  if (ended.status === code) return ended;
  const why = ended.error?.message ?? `exit code ${ended.status ?? ended.signal}, expected ${code}`;
  return fail(`${command} ${args.join(' ')}: ${why}\n${`${ended.stdout}${ended.stderr}`.slice(-4_000)}`);
}

function say(text) {
  console.log(`pack-check: ${text}`);
}

function fail(why) {
  console.error(`pack-check: ${why}`);
  process.exit(1);
}
