// `npm run mutation`: changes the checkers and metrics one place at a time and counts the changes that no test notices. Prints the
// score by file; exit 3 below the one that is asked for.
//   npm run mutation -- harness/checkers/lost-tasks.ts      these files only (default: all checkers and metrics)
//   --least N   score in percent, default 85               --json   one document on stdout
// StrykerJS is no dependency of this project: it is installed, at a fixed version, beside a copy of the sources in the folder for
// temporary files, once for each version of the project. Takes hours for everything, a minute or two for a file.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const VERSION = '9.6.1';
const FOLDERS = ['harness/checkers', 'harness/metrics'];
// What the tests of checkers, metrics and judge need of the tree.
const COPIED = [
  'harness',
  'src',
  'reports',
  'fixtures',
  'scenarios',
  '.ci',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
];
// What a verdict is held to; tests that take seconds each would be run for every change.
const TESTS = ['harness/{checkers,metrics}/**/*.test.ts', 'harness/judge/{golden,legal-runs}.test.ts'];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'claimcheck', `stryker-${VERSION}`);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { least: { type: 'string', default: '85' }, json: { type: 'boolean', default: false } },
});
const least = Number(values.least);
if (!(least >= 0 && least <= 100)) fail(`--least must be a number from 0 to 100; got ${values.least}`);
const files = positionals.length > 0 ? positionals : FOLDERS.flatMap(unitsIn);
const unknown = files.find((file) => !existsSync(join(root, file)));
if (unknown !== undefined) fail(`there is no ${unknown}; give files of ${FOLDERS.join(' and ')}`);

install();
// The runner looks for vitest from where it lies.
rmSync(join(cache, 'node_modules/vitest'), { force: true });
symlinkSync(join(root, 'node_modules/vitest'), join(cache, 'node_modules/vitest'));
const copy = makeCopy();
let report;
try {
  report = mutate();
} finally {
  rmSync(copy, { recursive: true, force: true });
}
const rows = Object.entries(report.files).map(([file, { mutants }]) => rowOf(file, mutants));
const total = rowOf(
  'all',
  Object.values(report.files).flatMap(({ mutants }) => mutants),
);
if (values.json) console.log(JSON.stringify({ schema: 'claimcheck/mutation@1', least, total, files: rows }, null, 2));
else for (const row of [...rows, total]) console.log(lineOf(row));
process.exitCode = total.score >= least ? 0 : 3;

function rowOf(file, mutants) {
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const missed = mutants
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .map(({ location, mutatorName, replacement }) => `${location.start.line}: ${mutatorName} -> ${replacement ?? ''}`);
  const score = noticed + missed.length === 0 ? 100 : (100 * noticed) / (noticed + missed.length);
  return { file, score, noticed, missed };
}

function lineOf({ file, score, noticed, missed }) {
  const shown = file === 'all' ? [] : missed.map((one) => `    ${one.replaceAll(/\s+/g, ' ').slice(0, 140)}`);
  return [
    `${score.toFixed(1).padStart(5)} %  ${file}: ${noticed} of ${noticed + missed.length} noticed`,
    ...shown,
  ].join('\n');
}

function unitsIn(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && /^(?!.*\.(test|bench)\.ts$).*\.ts$/.test(entry.name) && entry.name !== 'index.ts',
    )
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

function install() {
  if (existsSync(join(cache, 'node_modules/@stryker-mutator/vitest-runner'))) return;
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'package.json'), '{ "private": true }\n');
  const packages = ['core', 'vitest-runner'].map((name) => `@stryker-mutator/${name}@${VERSION}`);
  console.error(`mutation: installing ${packages.join(' ')} into ${cache}`);
  // Its peer vitest is the project's own, linked below.
  const args = [
    'install',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--legacy-peer-deps',
    '--silent',
    ...packages,
  ];
  const { status } = spawnSync('npm', args, { cwd: cache, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) fail(`npm install ended with ${status}`);
}

/** Packages are found from where a file really lies, so the copy and Stryker share one folder of packages. */
function makeCopy() {
  const target = join(cache, `copy-${process.pid}`);
  mkdirSync(target);
  for (const name of COPIED) cpSync(join(root, name), join(target, name), { recursive: true });
  const modules = join(target, 'node_modules');
  mkdirSync(modules);
  const own = join(root, 'node_modules');
  for (const from of [own, join(cache, 'node_modules')]) link(from, modules);
  return target;
}

function link(from, modules) {
  for (const name of readdirSync(from)) {
    if (name.startsWith('.')) continue;
    if (name.startsWith('@')) {
      mkdirSync(join(modules, name), { recursive: true });
      for (const inner of readdirSync(join(from, name))) linkOne(join(from, name, inner), join(modules, name, inner));
    } else linkOne(join(from, name), join(modules, name));
  }
}

function linkOne(from, to) {
  if (!existsSync(to)) symlinkSync(from, to);
}

function mutate() {
  const reportFile = join(copy, 'mutation.json');
  writeFileSync(
    join(copy, 'stryker.config.json'),
    JSON.stringify({
      mutate: files,
      testRunner: 'vitest',
      plugins: ['@stryker-mutator/vitest-runner'],
      vitest: { configFile: 'vitest.mutation.config.ts', related: false },
      reporters: ['json', 'progress-append-only'],
      jsonReporter: { fileName: reportFile },
      coverageAnalysis: 'perTest',
      concurrency: 1,
      inPlace: true,
      allowEmpty: false,
      // Texts for people, and the words of meta, are no behaviour that a verdict depends on.
      mutator: { excludedMutations: ['StringLiteral'] },
      thresholds: { high: 90, low: 85, break: null },
    }),
  );
  writeFileSync(
    join(copy, 'vitest.mutation.config.ts'),
    `import { defineConfig } from 'vitest/config';
export default defineConfig({ test: { include: ${JSON.stringify(TESTS)}, exclude: ['**/*.e2e.test.ts'], testTimeout: 120_000 } });
`,
  );
  const program = join(copy, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const { status } = spawnSync(process.execPath, [program, 'run', 'stryker.config.json'], {
    cwd: copy,
    stdio: ['ignore', 2, 2],
  });
  if (!existsSync(reportFile)) throw new Error(`Stryker ended with ${status} and wrote no report`);
  return JSON.parse(readFileSync(reportFile, 'utf8'));
}

function fail(message) {
  console.error(`mutation: ${message}`);
  process.exit(64);
}
