// `npm run soak`: a thousand tasks under a hundred kills of servers and workers, on each store and queue that processes can
// share; and a thousand under ten kills and ten standstills of the engine below, where there is one. Takes four to nine
// minutes each, so `npm test` leaves it out. `npm run soak -- redis+bullmq` runs what there is on one of them, and
// `npm run soak -- outages` (or kills) one kind on all; `--seed N` runs others. Needs what `npm run build` makes, and the
// engines (claimcheck services says which are here). Exit 1 when anything was lost, done twice or left undone, and when
// less struck than must; 130 when it was interrupted.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const CALLS = 1000;
/** What each kind runs, on what, and how many strikes at least must have been seen to bite. */
const KINDS = {
  kills: {
    scenario: '.ci/soak.yaml',
    combinations: ['sqlite+local', 'redis+bullmq', 'postgres+pg-boss'],
    // More are planned, for the last of them may come when everything is done.
    strikesMin: { F12: 100 },
  },
  outages: {
    scenario: '.ci/soak-outages.yaml',
    combinations: ['redis+bullmq', 'postgres+pg-boss'],
    strikesMin: { F19: 10, F20: 10 },
  },
};
const COMBINATIONS = KINDS.kills.combinations;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'dist/harness/cli/main.js');
const out = join(root, 'reports/out/soak');
const { values, positionals } = commandLine();

if (!existsSync(program)) usage('there is no dist/; run npm run build');
if (!/^\d+$/.test(values.seed)) usage(`--seed is '${values.seed}'; expected a whole number of 0 or more`);
for (const name of positionals) {
  if (Object.hasOwn(KINDS, name) || COMBINATIONS.includes(name)) continue;
  usage(`'${name}' is not known; expected ${[...Object.keys(KINDS), ...COMBINATIONS].join(', ')}`);
}
const among = (known) => (name) => positionals.every((wanted) => !known.includes(wanted)) || positionals.includes(name);
const soaks = Object.entries(KINDS)
  .filter(([kind]) => among(Object.keys(KINDS))(kind))
  .flatMap(([kind, { combinations, ...rest }]) =>
    combinations.filter(among(COMBINATIONS)).map((combination) => ({ kind, combination, ...rest })),
  );
if (soaks.length === 0) usage(`there is no soak of ${positionals.join(' and ')}: nothing below it can be struck`);

let failedCount = 0;
let isInterrupted = false;
for (const { kind, combination, scenario, strikesMin } of soaks) {
  if (isInterrupted) break;
  const [store, queue] = combination.split('+');
  const directory = join(out, kind, combination);
  const target = ['--store', store, '--queue', queue, '--seed', values.seed];
  const code = await run(['run', join(root, scenario), ...target, '--out', directory, '--force']);
  const { said, problems } = judged(directory, code, strikesMin);
  const verdict = problems.length === 0 ? 'holds' : `FAILS: ${problems.join('; ')}`;
  console.log(`${kind} on ${combination}: ${verdict}${said} (${directory}/report.html)`);
  if (problems.length > 0) failedCount++;
}
process.exitCode = isInterrupted ? 130 : failedCount > 0 ? 1 : 0;

/** What became of a run, and what is wrong with it, each in a few words. No verdict is as bad as a bad one. */
function judged(directory, code, strikesMin) {
  const file = join(directory, 'verdict.json');
  if (!existsSync(file)) return { said: '', problems: [`no verdict, exit code ${code}`] };
  const { valid, fates, faults, checkers } = JSON.parse(readFileSync(file, 'utf8'));
  const problems = checkers.filter((checker) => checker.valid === false).map(({ id }) => id);
  const struck = Object.entries(strikesMin).map(([id, min]) => {
    const { planned = 0, verified = 0 } = faults.find((fault) => fault.id === id) ?? {};
    if (verified < min) problems.push(`${verified} of at least ${min} ${id}`);
    return { text: `${verified} of ${planned} ${id}`, isEnough: verified >= min };
  });
  // That some of more strikes than must came too late may be all that is not known.
  const unknown = checkers.filter((checker) => checker.valid === 'unknown').map(({ id }) => id);
  const isEnough = unknown.length === 1 && unknown[0] === 'fault-coverage' && struck.every((fault) => fault.isEnough);
  if (valid !== true && !(valid === 'unknown' && isEnough)) problems.push(`the verdict is ${valid}`);
  if (code !== 0 && !(code === 2 && isEnough)) problems.push(`exit code ${code}`);
  const callCount = Object.values(fates).reduce((sum, count) => sum + count, 0);
  if (callCount !== CALLS) problems.push(`${callCount} of ${CALLS} calls`);
  for (const fate of ['lost', 'doubled', 'stuck', 'wrong', 'orphaned', 'open']) {
    if ((fates[fate] ?? 0) > 0) problems.push(`${fates[fate]} ${fate}`);
  }
  const fated = Object.entries(fates).map(([fate, count]) => `${count} ${fate}`);
  return { said: `: ${[...struck.map(({ text }) => text), ...fated].join(', ')}`, problems };
}

function commandLine() {
  try {
    const options = { seed: { type: 'string', default: '1' } };
    return parseArgs({ options, allowPositionals: true, strict: true });
  } catch (error) {
    return usage(error.message);
  }
}

function usage(message) {
  console.error(`soak: ${message}`);
  process.exit(64);
}

/** Runs the program with its progress on our own streams; a signal to us ends it first, which still writes its report. */
function run(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    const forward = (signal) => {
      isInterrupted = true;
      child.kill(signal);
    };
    process.on('SIGINT', forward);
    process.on('SIGTERM', forward);
    child.once('error', (error) => {
      console.error(error.message);
      resolve(70);
    });
    child.once('exit', (code, signal) => {
      process.off('SIGINT', forward);
      process.off('SIGTERM', forward);
      resolve(code ?? signal);
    });
  });
}
