// `npm run example`: fixtures/examples/vitest as somebody else has it. Packs this package, installs the tarball in a copy of the example
// outside of this folder, checks its types and runs its tests, then runs a test that must fail, and must say why. Needs the npm
// registry (or its cache) and what `npm run build` makes. Exit 1 when any of that is otherwise.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const MANY_MS = 300_000;
const CANARY = `import { expect, it } from 'vitest';
import 'claimcheck/vitest';
it('cannot be', { timeout: 60_000 }, () => expect({ module: '../small-server.mjs' }).toMeet('service.mean < 1ms'));
`;

const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-example-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
if (!existsSync(join(root, 'dist/harness/cli/matchers/vitest.js'))) fail('there is no dist/; run npm run build');

// What `prepare` would build is here already.
const packed = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', scratch], root);
const [{ filename, size }] = JSON.parse(packed.stdout);
say(`packed ${filename}, ${Math.round(size / 1024)} KiB`);
cpSync(join(root, 'fixtures/examples'), join(scratch, 'examples'), { recursive: true });
const project = join(scratch, 'examples/vitest');
const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
// Of the tests' own runner the version that is tried here.
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
run('npm', ['install', ...quiet, '--save-dev', join(scratch, filename), `vitest@${devDependencies.vitest}`], project);
say('installed');
run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], project);
say('its types are right');

const tested = vitest('survival.spec.ts', 0);
if (tested.numPassedTests !== 4 || tested.numTotalTests !== 4)
  fail(`expected 4 tests to pass: ${JSON.stringify(tested)}`);
if (!existsSync(join(project, 'steady.baseline.json'))) fail('no baseline was written');
say(`${tested.numPassedTests} tests pass`);
vitest('survival.spec.ts', 0);
say('and again, against the baseline they wrote');

writeFileSync(join(project, 'canary.spec.mjs'), CANARY);
const { numFailedTests, testResults } = vitest('canary.spec.mjs', 1);
const message = testResults[0]?.assertionResults[0]?.failureMessages[0] ?? '';
if (numFailedTests !== 1 || !/expected service\.mean < 1(ms)? in steady; it was \d/.test(message)) {
  fail(`what must fail did not, or did not say why: ${message}`);
}
say('what must fail fails, and says why');

/** Runs a test file of the project and gives Vitest's own account of it. */
function vitest(file, code) {
  const report = join(scratch, 'report.json');
  rmSync(report, { force: true });
  const program = join(project, 'node_modules/vitest/vitest.mjs');
  // A machine writes no baselines; here somebody sits in front of it.
  const env = { ...process.env, CI: '', CLAIMCHECK_UPDATE: '' };
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  run(process.execPath, [program, 'run', file, ...reporters], project, { code, env });
  return JSON.parse(readFileSync(report, 'utf8'));
}

function run(command, args, cwd, { code = 0, env = process.env } = {}) {
  const ended = spawnSync(command, args, { cwd, env, encoding: 'utf8', timeout: MANY_MS, maxBuffer: 2 ** 26 });
  if (ended.status === code) return ended;
  const why = ended.error?.message ?? `exit code ${ended.status ?? ended.signal}, expected ${code}`;
  return fail(`${command} ${args.join(' ')}: ${why}\n${ended.stdout}${ended.stderr}`);
}

function say(text) {
  console.log(`example: ${text}`);
}

function fail(why) {
  console.error(`example: ${why}`);
  process.exit(1);
}
