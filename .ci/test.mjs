// `npm test`: type check, lint, build, unit and property tests (the tidy rules are among them), end-to-end tests on dist/.
// Says how many tests ran and what was left out, why, and the command that would get it. The last line is machine-readable.
// A step that fails does not stop the later ones, except that nothing can be tested end to end when the build failed.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-test-'));
const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const leftOut = [];
// They end what hangs. On two idle cores a step takes a minute and the end-to-end suite four; ten times that when busy.
const STEP_MS_MAX = 1_800_000;
const E2E_MS_MAX = 3_600_000;

try {
  await step('type check', [tool('typescript/bin/tsc'), '-p', '.']);
  await step('type check of the browser code', [tool('typescript/bin/tsc'), '-p', 'reports/browser']);
  await step('lint', [tool('@biomejs/biome/bin/biome'), 'check', '.', '--diagnostic-level=error']);
  const isBuilt = await step('build', ['.ci/build.mjs']);
  await suite('unit', STEP_MS_MAX);
  if (isBuilt) await suite('e2e', E2E_MS_MAX);
  else leave('e2e', 'the build failed', 'npm run build');
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
report();

async function step(name, args) {
  const startedAt = performance.now();
  const code = await node(args, STEP_MS_MAX);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (code !== 0) failures.push(`${name}: exit code ${code}`);
  return code === 0;
}

/** Runs one vitest project. No report, or a report without a test, is a failure: silence proves nothing. */
async function suite(project, limitMs) {
  const file = join(scratch, `${project}.json`);
  const startedAt = performance.now();
  const args = [tool('vitest/vitest.mjs'), 'run', '--project', project];
  const code = await node([...args, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`], limitMs);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (!existsSync(file)) {
    failures.push(`${project}: vitest wrote no report (exit code ${code})`);
    return;
  }
  const result = JSON.parse(readFileSync(file, 'utf8'));
  const skipped = result.numPendingTests + result.numTodoTests;
  totals.passed += result.numPassedTests;
  totals.failed += result.numFailedTests;
  totals.skipped += skipped;
  const isGreen = code === 0 && result.numFailedTests === 0;
  const counts = `${result.numPassedTests} passed, ${result.numFailedTests} failed, ${skipped} left out`;
  console.log(`${isGreen ? 'ok  ' : 'FAIL'} ${project}: ${counts} (${seconds} s)`);
  if (result.numPassedTests + result.numFailedTests === 0) failures.push(`${project}: no test ran`);
  else if (!isGreen) failures.push(`${project}: exit code ${code}`);
  for (const test of testsOf(result)) {
    if (test.status === 'failed') failures.push(`${test.file}: ${test.name}`);
    if (test.status === 'pending' || test.status === 'skipped' || test.status === 'todo') leaveTest(test);
  }
}

function* testsOf(result) {
  for (const suiteResult of result.testResults) {
    const file = relative(root, suiteResult.name);
    if (suiteResult.status === 'failed' && suiteResult.assertionResults.length === 0) {
      yield { file, name: 'did not load', status: 'failed' };
    }
    for (const test of suiteResult.assertionResults) yield { file, name: test.fullName, status: test.status };
  }
}

/** A test that is left out says in its title what it needs: "draws in a browser (needs chromium: apt-get install chromium)". */
function leaveTest({ file, name }) {
  const needs = /\(needs ([^:()]+): ([^()]+)\)/.exec(name);
  leave(file, needs ? `needs ${needs[1]}` : `no reason given for "${name}"`, needs ? needs[2] : '');
}

function leave(what, why, command) {
  const known = leftOut.find((entry) => entry.what === what && entry.why === why);
  if (known) known.count += 1;
  else leftOut.push({ what, why, command, count: 1 });
}

function report() {
  console.log('');
  if (leftOut.length === 0) console.log('left out: nothing');
  for (const { what, why, command, count } of leftOut) {
    console.log(`left out: ${what} (${count}): ${why}${command ? `; to get it: ${command}` : ''}`);
  }
  if (totals.passed + totals.failed === 0) failures.push('no test ran at all');
  for (const failure of failures) console.log(`failed: ${failure}`);
  console.log(`tests: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

function tool(path) {
  return join(root, 'node_modules', path);
}

/** Runs a Node program in its own process group and ends the whole group when it takes too long. */
function node(args, limitMs) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', detached: true });
    const end = (signal) => {
      try {
        process.kill(-child.pid, signal);
      } catch {
        // The group has gone by itself.
      }
    };
    const forward = () => {
      end('SIGTERM');
      process.exitCode = 130;
    };
    const timer = setTimeout(() => {
      console.error(`took longer than ${limitMs / 1000} s and was ended: node ${args.join(' ')}`);
      end('SIGKILL');
    }, limitMs);
    process.once('SIGINT', forward);
    process.once('SIGTERM', forward);
    child.once('error', (error) => {
      clearTimeout(timer);
      console.error(error.message);
      resolve(1);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      process.off('SIGINT', forward);
      process.off('SIGTERM', forward);
      resolve(code ?? `${signal}`);
    });
  });
}
