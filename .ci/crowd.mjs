// `npm run crowd`: do 2,000 agents in one process keep their time while 10,000 tasks are in flight? Runs fixtures/examples/crowd.yaml
// against the reference server (SQLite, HTTP) and counts from its history how many tasks were under way at once. `npm run crowd -- 200` for
// another rate than 400 a second, with as many fewer tasks in flight. Needs what `npm run build` makes, and a minute and a half. Exit 1 when calls began more
// than 20 ms late (p99), a task was lost, or there were never so many tasks in flight.
import { spawn } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const TASK_SECONDS = 25;
const WARM_UP_SECONDS = TASK_SECONDS + 3;
const SECONDS = 20;
const LATE_MS_MAX = 20;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'dist/harness/cli/main.js');
const rate = Number(process.argv[2] ?? 400);
if (!(rate > 0) || !existsSync(program)) {
  console.error(
    rate > 0 ? 'crowd: there is no dist/; run npm run build' : 'crowd: expected a rate, as in: npm run crowd -- 200',
  );
  process.exit(64);
}
const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-crowd-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
const running = null;
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    isInterrupted = true;
    running?.kill('SIGTERM');
  });
}

const out = join(scratch, 'out');
const pace = ['--rate', `${rate}/s`, '--duration', `${SECONDS}s`, '--warmup', `${WARM_UP_SECONDS}s`];
const code = await run(['load', join(root, 'fixtures/examples/crowd.yaml'), ...pace, '--out', out]);
if (isInterrupted) process.exit(130);
if (!existsSync(join(out, 'verdict.json'))) throw new Error(`the load ended with exit code ${code} and no verdict`);
const { valid, fates, metrics } = JSON.parse(readFileSync(join(out, 'verdict.json'), 'utf8'));
const peak = await mostInFlight(join(out, 'history.jsonl'));
const wanted = rate * TASK_SECONDS;
const late = metrics['generator-lateness'];
const isGood = code === 0 && valid === true && late.p99 <= LATE_MS_MAX && peak >= wanted && !fates.lost;
console.log(
  `${isGood ? 'ok' : 'OFF'}: ${peak} tasks in flight at once (expected ${wanted} at least), calls begun late p99 ${late.p99} ms, ` +
    `max ${late.max} ms (expected p99 within ${LATE_MS_MAX} ms), n = ${late.count}; event loop p99 ${metrics['event-loop-delay']?.p99} ms; ` +
    `fates ${JSON.stringify(fates)}`,
);
process.exitCode = isGood ? 0 : 1;

/** From the receipt of each task to the end of its work, which the ledger tells. */
async function mostInFlight(history) {
  const creates = new Map();
  const open = new Set();
  let most = 0;
  for await (const line of createInterface({ input: createReadStream(history) })) {
    const event = JSON.parse(line);
    if (event.kind === 'inv' && event.op === 'create') creates.set(event.seq, event.call);
    else if (event.kind === 'ok' && creates.has(event.of)) open.add(creates.get(event.of));
    else if (event.kind === 'fx' && event.phase === 'commit') open.delete(event.call);
    most = Math.max(most, open.size);
  }
  return most;
}

function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: scratch,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.once('error', reject);
    child.once('close', resolve);
  });
}
