// `npm run conformance`: the official conformance suite of MCP against the reference server: every scenario for tasks, over HTTP,
// one line each with the suite's own counts. The suite and the newer Node that it needs are installed once, at fixed versions, into
// ~/.cache/claimcheck. Needs what `npm run build` makes, and the npm registry the first time. Exit 1 when a check does not pass,
// when a scenario ends without saying anything, and when no check ran at all: silence proves nothing.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SUITE = ['@modelcontextprotocol/conformance', '0.2.0-alpha.12'];
const NODE_MIN = 22; // The suite imports what older ones have not.
const NEWER_NODE = [`node-${process.platform}-${process.arch}`, '24.21.0'];
const SCENARIO_MS_MAX = 120_000; // The longest takes about 5 s.
const INSTALL_MS_MAX = 600_000;
const START_MS_MAX = 30_000;
/** What the suite itself leaves out, and says so: no check of these is expected. */
const SKIPPED_BY_SUITE = new Set(['tasks-status-notifications']);

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'dist/harness/cli/main.js');
if (!existsSync(program)) fail('there is no dist/; run npm run build');
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'claimcheck');
const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-conformance-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));

const node = newerNode();
const suite = join(installed(join(cache, `conformance-${SUITE[1]}`), SUITE), 'dist/index.js');
const scenarios = taskScenarios();
const server = await startServer();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => end(130));

let passedCount = 0;
let badCount = 0;
for (const name of scenarios) judge(name, checksOf(name));
console.log(`conformance: ${scenarios.length} scenarios, ${passedCount} checks passed, ${badCount} did not`);
if (passedCount === 0) console.log('conformance: no check ran, which proves nothing');
await end(passedCount > 0 && badCount === 0 ? 0 : 1);

function judge(name, { code, checks, said }) {
  const count = (status) => checks.filter((check) => check.status === status).length;
  const passed = count('SUCCESS');
  const rest = ['FAILURE', 'WARNING', 'SKIPPED', 'INFO'].map((status) => `${count(status)} ${status.toLowerCase()}`);
  console.log(`conformance: ${name}: ${passed} success, ${rest.join(', ')}`);
  const bad = checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING');
  for (const { id, errorMessage } of bad) console.log(`  ${id}: ${errorMessage ?? 'no reason given'}`);
  passedCount += passed;
  badCount += bad.length;
  const isSilent = passed === 0 && !SKIPPED_BY_SUITE.has(name);
  if (bad.length > 0 || (code === 0 && !isSilent)) return;
  badCount++;
  console.log(`  ended with ${code}${isSilent ? ' without a check that passed' : ''}: ${said.slice(-2_000)}`);
}

/** Runs one scenario and reads the account it leaves. */
function checksOf(name) {
  const folder = join(scratch, name);
  const words = ['server', '--url', server.url, '--scenario', name, '-o', folder];
  const ended = spawnSync(node, [suite, ...words], { encoding: 'utf8', timeout: SCENARIO_MS_MAX });
  const accounts = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
  const files = accounts.filter((path) => path.endsWith('checks.json'));
  return {
    code: ended.status ?? ended.signal,
    checks: files.flatMap((path) => JSON.parse(readFileSync(join(folder, path), 'utf8'))),
    said: `${ended.stdout}${ended.stderr}`,
  };
}

/** Asked of the suite, so that one more is not overlooked. */
function taskScenarios() {
  const { stdout } = spawnSync(node, [suite, 'list'], { encoding: 'utf8', timeout: SCENARIO_MS_MAX });
  const names = [...stdout.matchAll(/^\s*-\s+(tasks-[\w-]+)/gm)].map(([, name]) => name);
  if (names.length === 0) fail(`the suite lists no scenario for tasks: ${stdout.slice(0, 500)}`);
  return [...new Set(names)];
}

/** The program that people call; `serve` is its child, and ends with it. */
async function startServer() {
  const words = ['serve', '--tools', 'conformance', '--transport', 'http', '--dialect', 'tasks-2026-07-28'];
  const child = spawn(process.execPath, [program, ...words, '--port', '0', '--data', join(scratch, 'state')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const lines = createInterface({ input: child.stderr });
  const url = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the server did not start')), START_MS_MAX);
    lines.on('line', (line) => {
      const found = /listening on (http:\S+)/.exec(line);
      if (found === null) return;
      clearTimeout(late);
      resolve(found[1]);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  }).catch((error) => {
    child.kill('SIGKILL');
    fail(error.message);
  });
  return { url, child, ended };
}

async function end(code) {
  server.child.kill('SIGTERM');
  await server.ended;
  process.exit(code);
}

function newerNode() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MIN) return process.execPath;
  return join(installed(join(cache, `clients/node-${NEWER_NODE[1]}`), NEWER_NODE), 'bin/node');
}

/** The folder of a package at that version; no script of any package runs. */
function installed(folder, [name, version]) {
  const place = join(folder, 'node_modules', name);
  const manifest = join(place, 'package.json');
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version) return place;
  console.error(`conformance: installing ${name}@${version} into ${folder}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const words = ['install', '--prefix', folder, '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund'];
  const ended = spawnSync('npm', [...words, '--engine-strict=false', '--loglevel=error', `${name}@${version}`], {
    encoding: 'utf8',
    timeout: INSTALL_MS_MAX,
  });
  if (ended.status !== 0) fail(`npm could not install ${name}@${version}: ${ended.stderr}`);
  return place;
}

function fail(why) {
  console.error(`conformance: ${why}`);
  process.exit(1);
}
