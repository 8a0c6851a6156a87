// `npm run generators`: is a load that three processes make over Redis the load that one makes? The same plan by one process, by
// three, and by three of which one is killed by SIGKILL in the middle: verdicts, fates and counts must be the same, percentiles side by side;
// the killed one must be named, and its share count as not run. Needs what `npm run build` makes, and redis-server. Exit 1 otherwise.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LOAD = ['load', '--rate', '60/s', '--duration', '20s', '--warmup', '3s', '--agents', '30'];
const COUNT = 3;
const CALLS = 23 * 60;
const READY_MS_MAX = 10_000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'dist/harness/cli/main.js');
if (!existsSync(program)) {
  console.error('generators: there is no dist/; run npm run build');
  process.exit(64);
}
const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-generators-'));
const children = new Set();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

const url = await startRedis();
const faults = [];
const alone = await load('alone', []);
const hands = Array.from({ length: COUNT }, () => start(process.execPath, [program, 'generate', '--redis', url]));
const together = await load('together', ['--generators', String(COUNT), '--redis', url]);
for (const key of ['valid', 'fates', 'phantom', 'held', 'counts', 'calls']) expectSame(key, alone[key], together[key]);
for (const id of ['ack-latency', 'create-time', 'read-time', 'end-to-end', 'generator-lateness']) {
  const figures = (run) => ['count', 'p50', 'p90', 'p99'].map((name) => `${name} ${run.metrics[id][name]}`).join(', ');
  console.log(`  ${id}: one process ${figures(alone)}; three ${figures(together)}`);
}
for (const run of [alone, together]) {
  const { 'leaked-tasks': leaks, 'unpaired-replies': replies } = run.examined;
  if (!(leaks.messages > 0 && leaks.messages === replies.answers))
    faults.push('not every message was searched for leaks');
  if (!/percentiles agree with the events/.test(run.stdout)) faults.push('the histograms disagree with the events');
}
console.log(
  together.stderr
    .split('\n')
    .filter((line) => /^ {2}g\d/.test(line))
    .join('\n'),
);
await killOne();
for (const fault of faults) console.log(`FAILS: ${fault}`);
console.log(faults.length === 0 ? 'three over Redis are as one' : `${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);

async function killOne() {
  let isOver = false;
  const running = load('killed', ['--generators', String(COUNT), '--redis', url]).finally(() => {
    isOver = true;
  });
  const ledger = join(scratch, 'killed/ledger.jsonl');
  // Twelve seconds into the load or so: half of its effects.
  while (!isOver && (!existsSync(ledger) || readFileSync(ledger, 'utf8').split('\n').length < CALLS)) await pause(100);
  const [victim] = hands;
  victim.kill('SIGKILL');
  const { valid, fates, calls, lost, code, counts } = await running;
  const settled = Object.values(fates).reduce((sum, count) => sum + count, 0);
  console.log(`  killed: exit code ${code}, verdict ${valid}, fates ${JSON.stringify(fates)}, ${JSON.stringify(lost)}`);
  if (code !== 2 || valid !== 'unknown') faults.push(`a load without a part of it ends with ${code}, and is ${valid}`);
  if (lost.length !== 1 || lost[0].calls + calls !== CALLS || settled !== calls) {
    faults.push(`${CALLS} calls were planned; ${calls} were judged, and lost are ${JSON.stringify(lost)}`);
  }
  if (counts.conservation?.notRun !== lost[0]?.calls) faults.push('the books do not say what was not run');
}

function expectSame(what, one, other) {
  const [first, second] = [JSON.stringify(one), JSON.stringify(other)];
  console.log(`  ${what}: ${first === second ? `the same, ${first.slice(0, 90)}` : `${first} and ${second}`}`);
  if (first !== second) faults.push(`${what} differ`);
}

async function load(name, more) {
  const child = start(process.execPath, [program, ...LOAD, ...more, '--out', name]);
  const { code, stdout, stderr } = await child.ended;
  const verdict = JSON.parse(readFileSync(join(scratch, name, 'verdict.json'), 'utf8'));
  const plan = JSON.parse(readFileSync(join(scratch, name, 'plan.json'), 'utf8'));
  console.log(`${name}: exit code ${code}, ${verdict.valid}, ${plan.calls.length} calls`);
  return {
    ...{ code, stdout, stderr, calls: plan.calls.length, lost: verdict.lostGenerators ?? [] },
    ...{ valid: verdict.valid, fates: verdict.fates, phantom: verdict.phantom, metrics: verdict.metrics },
    held: verdict.checkers.map(({ id, valid }) => `${id} ${valid}`),
    examined: Object.fromEntries(verdict.checkers.map(({ id, counts }) => [id, counts])),
    // How often agents had to ask, and so how much there was to look at, is chance.
    counts: Object.fromEntries(
      verdict.checkers.map(({ id, counts: { requests, ends, reads, replies, messages, answers, dates, ...rest } }) => [
        id,
        rest,
      ]),
    ),
  };
}

function start(file, args) {
  const child = spawn(file, args, { cwd: scratch, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (chunk) => (said[name] += chunk));
  child.ended = new Promise((resolve) => {
    child.once('close', (code) => {
      children.delete(child);
      resolve({ code, ...said });
    });
  });
  return child;
}

/** One of its own, on a free port of loopback, that keeps nothing. */
async function startRedis() {
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
  const engine = start('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', scratch, '--save', '']);
  engine.once('error', (error) => {
    console.error(`generators: redis-server cannot be started: ${error.message}; apt-get install redis-server`);
    process.exit(64);
  });
  for (const until = Date.now() + READY_MS_MAX; Date.now() < until; ) {
    if ((await answerOf(port)).includes('+PONG')) return `redis://127.0.0.1:${port}`;
    await pause(50);
  }
  throw new Error(`redis-server did not answer within ${READY_MS_MAX} ms`);
}

async function answerOf(port) {
  const { createConnection } = await import('node:net');
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' }, () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
    socket.once('error', () => resolve(''));
  });
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
