// `npm run rivals`: how many calls a second other load generators of the protocol get out of the same echo server, beside ours: mcp-stress
// and the Inspector's --load, which are installed into ~/.cache/claimcheck at fixed versions. Each has 10 calls in flight, over stdio
// and over HTTP, in turn, three rounds; the middle one counts. Theirs keep no history, ours records every message and judges it.
// Needs what `npm run build` makes, and two minutes. Exit 1 when another is ahead, 2 when one could not be measured.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PACKAGES = { '@mcp-stress/linux-x64': '0.2.1', '@modelcontextprotocol/inspector': '2.12.0' };
const CONCURRENCY = 10;
const SECONDS = 4;
const ROUNDS = 3;
// Beside its seconds: a start, a report, and a machine that does something else.
const OVER_MS_MAX = 45_000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'dist/harness/cli/main.js');
const echo = join(root, '.ci/echo-server.mjs');
if (!existsSync(program)) {
  console.error('rivals: there is no dist/; run npm run build');
  process.exit(64);
}
const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-rivals-'));
const children = new Set();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

const modules = join(installed(), 'node_modules');
const OURS = 'claimcheck load';
const GENERATORS = {
  [OURS]: runOurs,
  'mcp-stress': (url) =>
    output(join(modules, '@mcp-stress/linux-x64/bin/mcp-stress'), [
      ...['run', '-p', 'tool-flood', '-d', String(SECONDS), '-c', String(CONCURRENCY), '--tool', 'echo', '--json'],
      ...(url === null ? ['--', process.execPath, echo] : ['--url', url]),
    ]).then((text) => Number(/"requestsPerSecond": ([\d.]+)/.exec(text)?.[1])),
  'inspector --load': (url) =>
    output(process.execPath, [
      join(modules, '@modelcontextprotocol/inspector/clients/launcher/build/index.js'),
      ...['--cli', '--method', 'tools/call', '--tool-name', 'echo', '--tool-arg', 'text=hello'],
      ...['--load', '--load-concurrency', String(CONCURRENCY), '--load-duration', String(SECONDS)],
      ...(url === null ? [process.execPath, echo] : ['--transport', 'http', '--server-url', url]),
    ]).then((text) => Number(/"throughput": ([\d.]+)/.exec(text)?.[1])),
};

const words = [];
for (const transport of ['stdio', 'http']) {
  const rates = Object.fromEntries(Object.keys(GENERATORS).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(GENERATORS)) {
      // NaN: it was not measured, which is no rate of zero.
      rates[name].push(await (transport === 'stdio' ? run(null) : overHttp(run)));
    }
  }
  const ours = middle(rates[OURS]);
  for (const [name, all] of Object.entries(rates)) {
    const rate = middle(all);
    const word =
      name === OURS ? '' : !(rate > 0 && ours > 0) ? 'unknown' : ours > rate ? '(behind us)' : '(AHEAD OF US)';
    words.push(word);
    const spread = `${Math.round(Math.min(...all))}-${Math.round(Math.max(...all))}`;
    const ratio = name === OURS ? '' : `ours is ${(ours / rate).toFixed(2)} times as fast`;
    console.log(
      `${transport.padEnd(5)}  ${name.padEnd(16)}  ${String(Math.round(rate)).padStart(6)} calls/s  (${spread})  ${ratio} ${word}`.trimEnd(),
    );
  }
}
process.exitCode = words.includes('(AHEAD OF US)') ? 1 : words.includes('unknown') ? 2 : 0;

function middle(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function installed() {
  const versions = Object.values(PACKAGES).join('-');
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'claimcheck', `rivals-${versions}`);
  if (Object.keys(PACKAGES).every((name) => existsSync(join(folder, 'node_modules', name, 'package.json'))))
    return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'rivals', private: true }));
  const wanted = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`);
  console.error(`rivals: installing ${wanted.join(', ')} into ${folder}`);
  // The Inspector asks for a newer Node than ours, and its command line runs on this one all the same.
  const how = [
    '--save-exact',
    '--engine-strict=false',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--loglevel=error',
  ];
  execFileSync('npm', ['install', ...how, ...wanted], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
  return folder;
}

async function runOurs(url) {
  const profile = join(scratch, 'echo.yaml');
  const target = url === null ? { command: `${process.execPath} ${echo}` } : { url };
  const tools = { work: { name: 'echo', arguments: { text: '{{token}}' }, takes: '1ms' } };
  // JSON is YAML.
  writeFileSync(profile, JSON.stringify({ target, dialect: 'blocking', tools, echo: '$.content[0].text' }));
  const pace = ['--concurrency', String(CONCURRENCY), '--duration', `${SECONDS}s`, '--warmup', '1s'];
  const out = ['--out', join(scratch, 'out'), '--force', '--quiet'];
  const text = await output(process.execPath, [program, 'load', '--profile', profile, ...pace, ...out]);
  return Number(/([\d.]+) results\/s/.exec(text)?.[1]);
}

/** A server of its own for each: what one leaves behind must not slow the next. */
async function overHttp(run) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/mcp`;
  const server = started(process.execPath, [echo, '--port', String(port)], 'ignore');
  try {
    for (let tries = 0; tries < 200 && !(await answers(url)); tries += 1) await sleep(50);
    return await run(url);
  } finally {
    server.kill('SIGKILL');
  }
}

async function answers(url) {
  try {
    await (await fetch(url, { method: 'DELETE' })).text();
    return true;
  } catch {
    return false; // Not yet.
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function started(file, args, stdout) {
  const child = spawn(file, args, { cwd: scratch, stdio: ['ignore', stdout, 'ignore'] });
  children.add(child);
  child.once('close', () => children.delete(child));
  return child;
}

/** What it printed; what hangs is killed, and what it printed until then holds no figure. */
function output(file, args) {
  return new Promise((resolve, reject) => {
    const child = started(file, args, 'pipe');
    const limit = setTimeout(() => child.kill('SIGKILL'), SECONDS * 1000 + OVER_MS_MAX);
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(limit);
      resolve(text);
    });
  });
}
