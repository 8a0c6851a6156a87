// `npm run long-histories`: what it costs to judge a history of ten thousand to a million events, and what its report is like: how
// large it is, and how long Chromium takes until it can be used. `npm run long-histories -- 10000 100000` for other lengths. Each step
// is a process of its own, so its memory is its own as well. Needs what `npm run build` makes; without a Chromium the last columns stay
// empty. Exit 1 when a run is not valid, a cost grows faster than n log n, or the longest one is over its budget.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';

const CALLS_EACH = 15;
const EVENTS_PER_CALL = 39.5; // Of the runs that are told here.
const MB = 1e6;
const BUDGET = { judgeSeconds: 10, judgeMb: 1000, reportMb: 5, interactiveSeconds: 2 };
// A process that only starts takes a third of a second; below so many events that is what is measured.
const START_EVENTS = 30_000;
// Noise of a machine that others use, too.
const MARGIN = 1.5;
const CHROMIUM = [process.env.CHROMIUM_PATH ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== '' && existsSync(path),
);

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'dist/harness/cli/main.js');
const words = process.argv.slice(2);
const sizes = (words.length > 0 ? words : ['10000', '30000', '100000', '300000', '1000000']).map(Number);
if (sizes.some((size) => !Number.isInteger(size) || size < 1000)) {
  console.error(
    'long-histories: expected numbers of events from 1000 on, as in: npm run long-histories -- 10000 1000000',
  );
  process.exit(64);
}
if (!existsSync(program)) {
  console.error('long-histories: there is no dist/; run npm run build');
  process.exit(64);
}

const scratch = mkdtempSync(join(root, 'dist', '.long-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
const writeLargeRun = await teller();
const rows = [];
for (const size of sizes) {
  console.error(`long-histories: ${size} events`);
  rows.push(await measure(size));
}
print();
process.exitCode = rows.every(({ faults }) => faults.length === 0) ? 0 : 1;

/** What writes such a run, from the sources. */
async function teller() {
  mkdirSync(scratch, { recursive: true });
  const file = join(scratch, 'large-history.js');
  await build({
    input: join(root, 'harness/model/testing/large-history.ts'),
    platform: 'node',
    logLevel: 'warn',
    output: { file, format: 'esm' },
  });
  return (await import(pathToFileURL(file).href)).writeLargeRun;
}

async function measure(size) {
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-long-'));
  try {
    const agents = Math.max(1, Math.round(size / EVENTS_PER_CALL / CALLS_EACH));
    const events = writeLargeRun(directory, { agents, callsPerAgent: CALLS_EACH, record: 'full' });
    const judged = await run(['check', directory, '--json']);
    const { valid } = JSON.parse(judged.stdout);
    const drawn = await run(['report', directory]);
    const report = join(directory, 'report.html');
    const row = {
      events,
      isValid: valid === true,
      judge: judged.cost,
      draw: drawn.cost,
      reportMb: statSync(report).size / MB,
      interactive: CHROMIUM === undefined ? null : await interactive(report),
    };
    return { ...row, faults: faultsOf(row) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Runs the program; it tells what it used when it ends. */
function run(args) {
  const teller =
    "import{writeSync}from'node:fs';process.on('exit',()=>writeSync(3,JSON.stringify(process.resourceUsage())))";
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--import', `data:text/javascript,${teller}`, program, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  const [out, told] = [[], []];
  child.stdout.on('data', (piece) => out.push(piece));
  child.stdio[3].on('data', (piece) => told.push(piece));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (told.length === 0) return reject(new Error(`${args[0]} ended with ${signal ?? `exit code ${code}`}`));
      const usage = JSON.parse(Buffer.concat(told).toString('utf8'));
      const cpuMs = (usage.userCPUTime + usage.systemCPUTime) / 1000;
      const cost = { wallMs: performance.now() - startedAt, cpuMs, rssMb: (usage.maxRSS * 1024) / MB };
      resolve({ stdout: Buffer.concat(out).toString('utf8'), cost });
    });
  });
}

/** ms from opening the file until a row that was clicked is open, and drawn. */
async function interactive(report) {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const startedAt = performance.now();
    await page.goto(pathToFileURL(report).href, { waitUntil: 'load' });
    const ended = await page.evaluate(`new Promise((resolve) => {
      document.querySelector('ol.gantt details summary').click();
      requestAnimationFrame(() => setTimeout(() => resolve(
        document.querySelector('ol.gantt details').open ? performance.now() : NaN)));
    })`);
    if (!Number.isFinite(ended)) throw new Error('a row that was clicked did not open');
    // By the page's own clock; the browser's start is not the report's.
    return { pageMs: ended, wallMs: performance.now() - startedAt };
  } finally {
    await browser.close();
  }
}

function faultsOf(row) {
  const faults = row.isValid ? [] : ['NOT VALID'];
  if (row.events < 900_000) return faults;
  if (row.judge.cpuMs > BUDGET.judgeSeconds * 1000) faults.push(`judged in more than ${BUDGET.judgeSeconds} s`);
  if (row.judge.rssMb > BUDGET.judgeMb) faults.push(`judged in more than ${BUDGET.judgeMb} MB`);
  if (row.reportMb > BUDGET.reportMb) faults.push(`report over ${BUDGET.reportMb} MB`);
  if (row.interactive !== null && row.interactive.pageMs > BUDGET.interactiveSeconds * 1000)
    faults.push(`report usable after more than ${BUDGET.interactiveSeconds} s`);
  return faults;
}

function print() {
  const perUnit = ({ events, judge }) => judge.cpuMs / (events * Math.log2(events));
  const first = rows.find(({ events }) => events >= START_EVENTS) ?? rows[0];
  const head = [
    'events',
    'judged: CPU',
    'wall',
    'max RSS',
    'an event',
    'beside n log n',
    'drawn: CPU',
    'max RSS',
    'report',
    'usable after',
    '',
  ];
  const body = rows.map((row) => {
    const growth = perUnit(row) / perUnit(first);
    if (row.events > first.events && growth > MARGIN) row.faults.push('grows faster than n log n');
    return [
      grouped(row.events),
      seconds(row.judge.cpuMs),
      seconds(row.judge.wallMs),
      `${grouped(row.judge.rssMb)} MB`,
      `${((row.judge.cpuMs * 1000) / row.events).toFixed(2)} µs`,
      growth.toFixed(2),
      seconds(row.draw.cpuMs),
      `${grouped(row.draw.rssMb)} MB`,
      `${row.reportMb.toFixed(2)} MB`,
      row.interactive === null ? 'no Chromium' : seconds(row.interactive.pageMs),
      row.faults.length === 0 ? 'ok' : row.faults.join(', '),
    ];
  });
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((cells) => cells[column].length)));
  for (const cells of [head, ...body]) {
    console.log(
      cells
        .map((cell, column) => (column === head.length - 1 ? cell : cell.padStart(widths[column])))
        .join('  ')
        .trimEnd(),
    );
  }
  console.log(
    `beside n log n: CPU by event and by the logarithm of their number, with ${grouped(first.events)} events as 1`,
  );
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}

function grouped(value) {
  return Math.round(value).toLocaleString('en-US');
}
