// `npm run bench`: measures every *.bench.ts beside its baseline and prints a table; exit 3 when a ratio is over its budget.
// `npm run bench -- judge wire` measures only the files whose path contains one of the words; `--list` names them, `--json`
// prints one document. `claimcheck bench` starts this in a clone.
// The files are bundled and run in plain Node: what a test runner does to imports would be measured too.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';
import { Bench } from 'tinybench';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// Baseline and subject take turns, and the median of their ratios counts: a neighbour's burst spoils one turn, not the result.
const ROUNDS = 3;
const TIMING = { time: 150, iterations: 3, warmupTime: 50, warmupIterations: 1, throws: true };

const flags = new Set(process.argv.slice(2).filter((word) => word.startsWith('--')));
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const unknownFlag = [...flags].find((flag) => flag !== '--json' && flag !== '--list');
if (unknownFlag !== undefined) {
  console.error(`bench: unknown option ${unknownFlag}; known: --json, --list`);
  process.exit(64);
}
const files = benchFiles();
if (files.length === 0) {
  console.error(`bench: no *.bench.ts file${words.length > 0 ? ` matches ${words.join(', ')}` : ''}`);
  process.exit(64);
}
if (flags.has('--list')) {
  console.log(flags.has('--json') ? JSON.stringify(files, null, 2) : files.join('\n'));
  process.exit(0);
}
// Inside the project, so that packages are found from there.
mkdirSync(join(root, 'dist'), { recursive: true });
const scratch = mkdtempSync(join(root, 'dist', '.bench-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
// Without a handler a signal would end the process and leave the bundle behind.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
const rows = [];
const leftOut = [];
await bundle();
for (const file of files) {
  console.error(`bench: ${file}`);
  await measureFile(file);
}
const overCount = rows.filter(isOver).length;
if (flags.has('--json')) console.log(JSON.stringify(document(), null, 2));
else report();
process.exitCode = overCount > 0 ? 3 : 0;

function document() {
  const benchmarks = rows.map((row) => ({ ...row, isOver: isOver(row) }));
  return { schema: 'claimcheck/bench@1', node: process.version, rounds: ROUNDS, benchmarks, leftOut };
}

async function measureFile(file) {
  const { openBenchmarks } = await import(pathToFileURL(join(scratch, outputOf(file))).href);
  const set = await openBenchmarks();
  try {
    if (set.leftOut !== undefined) leftOut.push({ file, why: set.leftOut });
    else if (set.benchmarks.length === 0) throw new Error(`${file} holds no benchmark`);
    for (const benchmark of set.benchmarks) rows.push(await measure(benchmark));
  } finally {
    await set[Symbol.asyncDispose]();
  }
}

async function measure({ name, subject, baseline, ratioMax }) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const baselineMs = await unitMs(baseline);
    const subjectMs = await unitMs(subject);
    rounds.push({ subjectMs, baselineMs, ratio: subjectMs / baselineMs });
  }
  rounds.sort((a, b) => a.ratio - b.ratio);
  const { subjectMs, baselineMs, ratio } = rounds[Math.floor(ROUNDS / 2)];
  const spread = [rounds[0].ratio, rounds[ROUNDS - 1].ratio];
  return {
    name,
    baseline: baseline.name,
    perSecond: 1000 / subjectMs,
    baselinePerSecond: 1000 / baselineMs,
    ratio,
    spread,
    ratioMax,
  };
}

/** The median time of a run, by unit. */
async function unitMs({ unitCount, run }) {
  const bench = new Bench(TIMING);
  // What a function returns may be read as a time by the library.
  bench.add('run', async () => void (await run()));
  await bench.run();
  const { result } = bench.tasks[0];
  if (result.state !== 'completed' || !(result.latency.p50 > 0))
    throw new Error(`no time was measured: ${result.state}`);
  return result.latency.p50 / unitCount;
}

function report() {
  const head = ['what', 'a second', 'beside', 'a second', 'ratio', 'spread', 'budget', ''];
  const body = rows.map((row) => [
    row.name,
    grouped(row.perSecond),
    row.baseline,
    grouped(row.baselinePerSecond),
    row.ratio.toFixed(2),
    row.spread.map((ratio) => ratio.toFixed(2)).join('-'),
    String(Number(row.ratioMax.toFixed(3))),
    isOver(row) ? 'OVER' : 'ok',
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((cells) => cells[column].length)));
  for (const cells of [head, ...body]) {
    console.log(
      cells
        .map((cell, column) => (/^[\d,.-]+$/.test(cell) ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
        .join('  ')
        .trimEnd(),
    );
  }
  for (const { file, why } of leftOut) console.log(`left out: ${file}: ${why}`);
  console.log(
    `ratio: time by unit beside the baseline's, median of ${ROUNDS} rounds; ${overCount} of ${rows.length} over budget`,
  );
}

/** A ratio that is no number is over any budget. */
function isOver({ ratio, ratioMax }) {
  return !(ratio <= ratioMax);
}

function grouped(value) {
  return Math.round(value).toLocaleString('en-US');
}

function benchFiles() {
  const found = ['src', 'harness', 'reports'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.bench.ts'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/')),
  );
  return found.filter((file) => words.length === 0 || words.some((word) => file.includes(word))).sort();
}

async function bundle() {
  await build({
    input: Object.fromEntries(files.map((file) => [outputOf(file).replace(/\.js$/, ''), join(root, file)])),
    platform: 'node',
    logLevel: 'silent', // Errors are thrown; a unit that a registry loads lazily is no trouble here.
    transform: { target: 'es2023' }, // As tsconfig.json: Node 20 knows no `using`.
    // Packages stay packages, as some hold native code; what the bundler itself brings in for older syntax does not.
    external: (id) => !id.startsWith('@oxc-project/') && !id.startsWith('.') && !isAbsolute(id),
    output: { dir: scratch, format: 'esm' },
  });
}

function outputOf(file) {
  return file.replaceAll('/', '-').replace(/\.ts$/, '.js');
}
