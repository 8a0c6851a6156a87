// `npm run scale`: what an hour of a hundred and of a thousand agents costs in virtual time, side by side, from plan to
// report: fixtures/examples/busy-hour.yaml, 72 calls an agent. `npm run scale -- 100 1000 10000` for others. Each is a
// process of its own, so its memory is its own as well. Needs what `npm run build` makes. Exit 1 when a run is not valid.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CALLS_PER_AGENT = 72; // An hour of jobs of 15 to 60 s, fetched by the policy of the scenario.
const MB = 1e6;
// Judging takes some 5 KB a call, and V8 gives a program 4 GB unless it is told otherwise.
const AGENTS_IN_DEFAULT_HEAP_MAX = 5000;
const LARGE_HEAP = '--max-old-space-size=12288';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'dist/harness/cli/main.js');
const scenario = join(root, 'fixtures/examples/busy-hour.yaml');
const words = process.argv.slice(2);
const sizes = (words.length > 0 ? words : ['100', '1000']).map(Number);

if (sizes.some((agents) => !Number.isInteger(agents) || agents < 1)) {
  console.error('scale: expected numbers of agents, as in: npm run scale -- 100 1000 10000');
  process.exit(64);
}
if (!existsSync(program)) {
  console.error('scale: there is no dist/; run npm run build');
  process.exit(64);
}

let running = null;
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    isInterrupted = true;
    running?.kill('SIGTERM');
  });
}
const rows = [];
for (const agents of sizes) {
  console.error(`scale: ${agents} agents`);
  const row = await measure(agents);
  if (row === null) process.exit(130);
  rows.push(row);
}
print();
process.exitCode = rows.every(({ isValid }) => isValid) ? 0 : 1;

/** One run in a process of its own, from its start to its end. null: it was interrupted. */
async function measure(agents) {
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-scale-'));
  try {
    const calls = agents * CALLS_PER_AGENT;
    const startedAt = performance.now();
    const { code, usage } = await run(agents > AGENTS_IN_DEFAULT_HEAP_MAX ? [LARGE_HEAP] : [], [
      ...['simulate', scenario, '--store', 'modelled', '--agents', String(agents), '--set', `calls=${calls}`],
      ...['--out', directory, '--quiet'],
    ]);
    if (isInterrupted) return null;
    const wallMs = performance.now() - startedAt;
    const { valid, fates, metrics, durationMs } = JSON.parse(readFileSync(join(directory, 'verdict.json'), 'utf8'));
    // A run in which work was lost would be cheaper.
    const isValid = code === 0 && valid === true && fates['settled-ok'] === calls;
    const cpuMs = (usage.userCPUTime + usage.systemCPUTime) / 1000;
    const polls = metrics.polls.value;
    return { agents, calls, polls, virtualMs: durationMs, wallMs, cpuMs, rssMb: (usage.maxRSS * 1024) / MB, isValid };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Runs the program; it tells what it used when it ends. */
function run(flags, args) {
  const teller =
    "import{writeSync}from'node:fs';process.on('exit',()=>writeSync(3,JSON.stringify(process.resourceUsage())))";
  const node = [...flags, '--import', `data:text/javascript,${teller}`];
  const child = spawn(process.execPath, [...node, program, ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  running = child;
  const told = [];
  child.stdio[3].on('data', (piece) => told.push(piece));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (told.length === 0) reject(new Error(`the run ended with ${signal ?? `exit code ${code}`} and told nothing`));
      else resolve({ code, usage: JSON.parse(Buffer.concat(told).toString('utf8')) });
    });
  });
}

function print() {
  const [first] = rows;
  const perAgent = ({ agents, cpuMs }) => cpuMs / agents;
  const head = [
    'agents',
    'calls',
    'polls',
    'virtual',
    'wall',
    'CPU',
    'max RSS',
    'CPU an agent',
    'beside the first',
    '',
  ];
  const body = rows.map((row) => [
    grouped(row.agents),
    grouped(row.calls),
    grouped(row.polls),
    `${(row.virtualMs / 60_000).toFixed(1)} min`,
    `${(row.wallMs / 1000).toFixed(1)} s`,
    `${(row.cpuMs / 1000).toFixed(1)} s`,
    `${grouped(row.rssMb)} MB`,
    `${perAgent(row).toFixed(1)} ms`,
    (perAgent(row) / perAgent(first)).toFixed(2),
    row.isValid ? 'valid' : 'NOT VALID',
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((cells) => cells[column].length)));
  for (const cells of [head, ...body]) {
    console.log(
      cells
        .map((cell, column) => cell.padStart(widths[column]))
        .join('  ')
        .trimEnd(),
    );
  }
}

function grouped(value) {
  return Math.round(value).toLocaleString('en-US');
}
