// `npm run soak`: a thousand tasks under a hundred kills of servers and workers, on each store and queue that processes can
// share. `npm run soak -- redis+bullmq` runs one of them. Takes about nine minutes each, so `npm test` leaves it out.
// Needs what `npm run build` makes, and the engines (claimcheck services says which are here). Exit 1 when anything was lost,
// done twice or left undone, and when fewer kills struck than were planned.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMBINATIONS = ['sqlite+local', 'redis+bullmq', 'postgres+pg-boss'];
const KILLS_MIN = 100;
const CALLS = 1000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'dist/harness/cli/main.js');
const out = join(root, 'reports/out/soak');
const [seed = '1', ...wanted] = seedFirst(process.argv.slice(2));

if (!existsSync(program)) {
  console.error('soak: there is no dist/; run npm run build');
  process.exit(64);
}
for (const name of wanted) {
  if (/^[\w-]+\+[\w-]+$/.test(name)) continue;
  console.error(`soak: '${name}' is no combination; expected a store and a queue, as in ${COMBINATIONS.join(', ')}`);
  process.exit(64);
}

let failedCount = 0;
for (const combination of wanted.length > 0 ? wanted : COMBINATIONS) {
  const [store, queue] = combination.split('+');
  const directory = join(out, combination);
  const code = await run([
    'run',
    join(root, '.ci/soak.yaml'),
    '--store',
    store,
    '--queue',
    queue,
    '--seed',
    seed,
    '--out',
    directory,
    '--force',
  ]);
  const faults = judged(directory, code);
  console.log(
    `${combination}: ${faults.length === 0 ? 'holds' : `FAILS: ${faults.join('; ')}`} (${directory}/report.html)`,
  );
  if (faults.length > 0) failedCount++;
}
process.exitCode = failedCount > 0 ? 1 : 0;

/** What is wrong with a run, each in a few words. No verdict is as bad as a bad one. */
function judged(directory, code) {
  const file = join(directory, 'verdict.json');
  if (!existsSync(file)) return [`no verdict, exit code ${code}`];
  const { valid, fates, faults, checkers } = JSON.parse(readFileSync(file, 'utf8'));
  const killCount = faults.find(({ id }) => id === 'F12')?.verified ?? 0;
  const callCount = Object.values(fates).reduce((sum, count) => sum + count, 0);
  const problems = checkers.filter((checker) => checker.valid === false).map(({ id }) => id);
  // More kills are planned than asked for: that some came too late may be all that is not known.
  const unknown = checkers.filter((checker) => checker.valid === 'unknown').map(({ id }) => id);
  const isEnough = unknown.length === 1 && unknown[0] === 'fault-coverage' && killCount >= KILLS_MIN;
  if (valid !== true && !(valid === 'unknown' && isEnough)) problems.push(`the verdict is ${valid}`);
  if (callCount !== CALLS) problems.push(`${callCount} of ${CALLS} calls`);
  if (killCount < KILLS_MIN) problems.push(`${killCount} of ${KILLS_MIN} kills`);
  for (const fate of ['lost', 'doubled', 'stuck', 'wrong', 'orphaned', 'open']) {
    if ((fates[fate] ?? 0) > 0) problems.push(`${fates[fate]} ${fate}`);
  }
  if (code !== 0 && !(code === 2 && isEnough)) problems.push(`exit code ${code}`);
  return problems;
}

function seedFirst(words) {
  const at = words.indexOf('--seed');
  return at < 0 ? [undefined, ...words] : [words[at + 1], ...words.slice(0, at), ...words.slice(at + 2)];
}

/** Runs the program with its progress on our own streams; a signal to us ends it first, which still writes its report. */
function run(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    const forward = (signal) => child.kill(signal);
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
