// `npm run gate-quality`: does the gate of pairs cry wolf, and does it see what it promises to see? Three conditions, whose truth is
// known: a server against itself (A/A), one whose work takes a tenth longer, one that shows the end of a task a poll later.
//
// 1. `claimcheck gate --paired` decides each of them --decisions times (10), in turns, and more often where a condition has fewer than
//    --pairs pairs of runs (150) by then.
// 2. Of the pairs that were recorded --resamples decisions (2,000) a condition are drawn and decided by the code of the gate. No decision
//    holds a pair twice: its first pairs and its fresh ones are drawn together, without putting back.
//
// Exit 3 when A/A is stopped in more than 1 %, a tenth more is found in less than 95 % or a poll more in less than 100 % of the drawn
// decisions, or when a decision took longer than two minutes. About 40 minutes on an idle machine; a busy one answers another question.
// --resume goes on with what an earlier call recorded in --out (reports/out/gate-quality); `--resume --only-resample` draws again.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const program = join(dist, 'harness/cli/main.js');
const server = `node ${join(dist, 'fixtures/servers/worsened-server.js')} --store memory --transport stdio`;
const CONDITIONS = [
  { id: 'a-a', worse: '', title: 'itself', promise: 'stopped in at most 1 %', holds: (share) => share <= 0.01 },
  {
    id: 'service',
    worse: ' service=1.1',
    title: '10 % longer work',
    promise: 'found in at least 95 %',
    holds: (share) => share >= 0.95,
  },
  { id: 'poll', worse: ' polls=1', title: 'one poll more', promise: 'found in 100 %', holds: (share) => share === 1 },
];
const PAIRS = 10;
const DECISION_S_MAX = 120;
// What comes after the last pair needs a moment too.
const PAIRS_S_MAX = 115;

const { values: given } = parseArgs({
  options: {
    decisions: { type: 'string', default: '10' },
    pairs: { type: 'string', default: '150' },
    resamples: { type: 'string', default: '2000' },
    out: { type: 'string', default: join(root, 'reports/out/gate-quality') },
    resume: { type: 'boolean', default: false },
    'only-resample': { type: 'boolean', default: false },
  },
});
const [decisionCount, pairCount, resampleCount] = [given.decisions, given.pairs, given.resamples].map(Number);
const out = resolve(given.out);
const recordFile = join(out, 'decisions.jsonl');
if (!existsSync(program)) end(64, 'there is no dist/; run npm run build');
if (existsSync(recordFile) && !given.resume) end(64, `${recordFile} is there; go on with --resume, or remove it`);
if (given['only-resample'] && !existsSync(recordFile)) end(64, `there is nothing to draw from in ${out}`);
if (![decisionCount, pairCount, resampleCount].every((count) => Number.isInteger(count) && count > 0)) {
  end(64, '--decisions, --pairs and --resamples take whole numbers above 0');
}
mkdirSync(out, { recursive: true });

let running = null;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    running?.kill('SIGTERM');
    process.exitCode = 130;
  });
}

const busy = loadavg()[0];
if (busy > availableParallelism() / 2) {
  console.error(
    `gate-quality: this machine is busy (load ${busy.toFixed(1)}), and what follows says more of that than of the gate`,
  );
}
const decisions = existsSync(recordFile)
  ? readFileSync(recordFile, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  : [];
if (!given['only-resample']) await record();
if (process.exitCode !== 130) await report();

/** Decisions end to end, in turns, so that a bad quarter of an hour strikes all conditions. */
async function record() {
  const isEnough = ({ id }) => decisionsOf(id).length >= decisionCount && pairsOf(id).length >= pairCount;
  for (let turn = 0; process.exitCode !== 130; turn++) {
    const open = CONDITIONS.filter((condition) => !isEnough(condition));
    if (open.length === 0) return;
    for (const condition of open.filter(({ id }) => decisionsOf(id).length <= turn)) {
      if (process.exitCode === 130) return;
      const decision = await decide(condition, turn);
      if (decision === null) return;
      decisions.push(decision);
      appendFileSync(recordFile, `${JSON.stringify(decision)}\n`);
      const { outcome, pairs, seconds } = decision;
      console.error(`${condition.id} ${turn + 1}: ${outcome}, ${pairs.length} pairs in ${seconds.toFixed(0)} s`);
    }
  }
}

/** One decision as a user gets it, with what was measured in each of its pairs. null: it was interrupted. */
async function decide({ id, worse }, turn) {
  const directory = join(out, 'runs');
  rmSync(directory, { recursive: true, force: true });
  const startedAt = performance.now();
  const { code, text } = await run([
    ...['gate', '--paired', '--baseline-server', server, '--candidate-server', `${server}${worse}`],
    ...['--pairs', `${PAIRS}`, '--seconds', `${PAIRS_S_MAX}`, '--seed', `${1 + turn * 1000}`],
    ...['--out', directory, '--json', '--quiet'],
  ]);
  const seconds = (performance.now() - startedAt) / 1000;
  if (process.exitCode === 130) return null;
  if (![0, 2, 3].includes(code)) end(70, `the gate ended with exit code ${code}; its runs are in ${directory}`);
  const { outcome, summary } = JSON.parse(text);
  const pairs = readdirSync(directory)
    .filter((name) => /^(pair|fresh)-\d+-baseline$/.test(name))
    .sort()
    .map((name) => ({
      baseline: measuredIn(join(directory, name)),
      candidate: measuredIn(join(directory, name.replace(/baseline$/, 'candidate'))),
    }))
    // The last one may have been given up half way.
    .filter(({ baseline, candidate }) => baseline !== null && candidate !== null);
  rmSync(directory, { recursive: true, force: true });
  return { condition: id, outcome, code, summary, seconds, load: loadavg()[0], pairs };
}

function measuredIn(directory) {
  const file = join(directory, 'verdict.json');
  if (!existsSync(file)) return null;
  const { metrics, fates, durationMs } = JSON.parse(readFileSync(file, 'utf8'));
  return { metrics, fates, durationMs };
}

function decisionsOf(id) {
  return decisions.filter(({ condition }) => condition === id);
}

function pairsOf(id) {
  return decisionsOf(id).flatMap(({ pairs }) => pairs);
}

async function report() {
  const load = (path) => import(pathToFileURL(join(dist, path)).href);
  const { createPrng } = await load('harness/model/prng.js');
  const { decideInRounds } = await load('harness/gate/rounds.js');
  const { concludeGate } = await load('harness/gate/confirmation.js');
  const { shareOf } = await load('harness/gate/interval.js');
  const faults = [];
  const rows = [];
  for (const condition of CONDITIONS) {
    const pool = pairsOf(condition.id);
    const made = decisionsOf(condition.id);
    if (pool.length < Math.max(pairCount, 2 * PAIRS)) faults.push(`${condition.title}: only ${pool.length} pairs`);
    if (made.length < decisionCount) faults.push(`${condition.title}: only ${made.length} decisions end to end`);
    const slowest = Math.max(0, ...made.map(({ seconds }) => seconds));
    if (slowest > DECISION_S_MAX) faults.push(`${condition.title}: a decision took ${slowest.toFixed(0)} s`);
    const counts = { regression: 0, 'no-regression': 0, inconclusive: 0 };
    for (let index = 0; index < resampleCount && pool.length >= 2 * PAIRS; index++) {
      const draw = createPrng(index).fork(condition.id);
      const drawn = draw.shuffle(pool).slice(0, 2 * PAIRS);
      const fresh = async () => drawn.slice(PAIRS);
      const rounds = await decideInRounds({ first: drawn.slice(0, PAIRS), thresholds: [], fresh, draw });
      counts[concludeGate(rounds).outcome]++;
    }
    const share = shareOf(counts.regression, resampleCount);
    if (!condition.holds(share.value)) faults.push(`${condition.title}: not ${condition.promise}`);
    const ended = (outcome) => made.filter((one) => one.outcome === outcome).length;
    const endToEnd = shareOf(ended('regression'), made.length);
    rows.push({
      condition: condition.title,
      promise: condition.promise,
      pairs: pool.length,
      runSecondsMax: Math.max(
        0,
        ...pool.flatMap(({ baseline, candidate }) => [baseline, candidate].map(({ durationMs }) => durationMs / 1000)),
      ),
      resampled: { ...counts, share },
      endToEnd: {
        ...{
          regression: ended('regression'),
          'no-regression': ended('no-regression'),
          inconclusive: ended('inconclusive'),
        },
        ...{ share: endToEnd, secondsMax: slowest },
      },
    });
  }
  writeFileSync(join(out, 'gate-quality.json'), `${JSON.stringify({ rows, faults }, null, 2)}\n`);
  for (const row of rows) console.log(sentence(row));
  for (const fault of faults) console.log(`FAILS  ${fault}`);
  if (faults.length === 0) console.log('gate-quality: all promises hold');
  process.exitCode = faults.length === 0 ? 0 : 3;
}

function sentence({ condition, promise, pairs, runSecondsMax, resampled, endToEnd }) {
  const percent = ({ value, low, high, count, n }) =>
    value === null
      ? 'none'
      : `${count} of ${n} = ${(value * 100).toFixed(2)} % (${(low * 100).toFixed(2)} to ${(high * 100).toFixed(2)})`;
  return [
    `${condition} (${promise})`,
    `  drawn       stopped ${percent(resampled.share)}; ${resampled.inconclusive} inconclusive; from ${pairs} pairs`,
    `  end to end  stopped ${percent(endToEnd.share)}; ${endToEnd.inconclusive} inconclusive; the slowest took ${endToEnd.secondsMax.toFixed(0)} s, a run at most ${runSecondsMax.toFixed(1)} s`,
  ].join('\n');
}

function run(args) {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    running = child;
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.once('error', fail);
    child.once('close', (code) => {
      running = null;
      done({ code, text });
    });
  });
}

function end(code, why) {
  console.error(`gate-quality: ${why}`);
  process.exit(code);
}
