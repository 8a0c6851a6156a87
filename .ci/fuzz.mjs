// `npm run fuzz`: sends malformed frames to the reference server (every dialect, stdio and HTTP) and to every reader of the
// harness, a million in all, and prints what became of them; exit 1 when anything broke.
//   --frames N    how many (default 1000000)          --seed S    the same frames again (default: from the clock; printed)
//   --only WORD   campaigns whose name contains it    --batch N   of one campaign only this batch: what a finding names
//   --json        one document on stdout
// Needs a build (npm run build): the server runs from dist/. Frames come in batches that do not depend on each other.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'rolldown';

const FRAMES = 1_000_000;
const PROGRESS_MS = 5_000;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const server = join(root, 'dist/src/main.js');

const flags = readFlags();
if (!existsSync(server)) {
  console.error('fuzz: dist/ is missing; next: npm run build');
  process.exit(64);
}
// Inside the project, so that packages are found from there.
mkdirSync(join(root, 'dist'), { recursive: true });
const scratch = mkdtempSync(join(root, 'dist', '.fuzz-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupted.abort());
const unhandled = [];
process.on('unhandledRejection', (reason) => unhandled.push(String(reason?.stack ?? reason)));

const { campaigns } = await bundled('fixtures/fuzz/campaigns.ts');
const chosen = campaigns(server).filter(({ name }) => flags.only === undefined || name.includes(flags.only));
if (chosen.length === 0) {
  const known = campaigns(server).map(({ name }) => name);
  console.error(`fuzz: no campaign has '${flags.only}' in its name; known: ${known.join(', ')}`);
  process.exit(64);
}
console.error(`fuzz: seed ${flags.seed}, ${flags.frames} frames`);
const shares = chosen.reduce((sum, { share }) => sum + share, 0);
const tallies = [];
for (const campaign of chosen) {
  if (interrupted.signal.aborted) break;
  tallies.push(await run(campaign, Math.ceil((flags.frames * campaign.share) / shares)));
}
if (flags.json)
  console.log(JSON.stringify({ schema: 'claimcheck/fuzz@1', seed: flags.seed, tallies, unhandled }, null, 2));
else report();
const isBroken = unhandled.length > 0 || tallies.some(({ findings }) => findings.length > 0);
process.exitCode = interrupted.signal.aborted ? 130 : isBroken ? 1 : 0;

async function run(campaign, frames) {
  let shownAt = performance.now();
  const tally = await campaign.run({
    seed: flags.seed,
    frames,
    batch: flags.batch,
    signal: interrupted.signal,
    onProgress(done) {
      if (performance.now() - shownAt < PROGRESS_MS) return;
      shownAt = performance.now();
      console.error(`fuzz: ${campaign.name}: ${done} of ${frames}`);
    },
  });
  const perSecond = Math.round((tally.frames / tally.ms) * 1000);
  console.error(`fuzz: ${tally.name}: ${tally.frames} frames, ${perSecond}/s, ${tally.findings.length} findings`);
  return tally;
}

function report() {
  for (const { name, frames, findings, figures } of tallies) {
    const shown = Object.entries(figures).map(([what, value]) => `${what} ${Math.round(value)}`);
    console.log(`${findings.length === 0 ? 'ok  ' : 'FAIL'} ${name}: ${frames} frames; ${shown.join(', ')}`);
    for (const { kind, message, batch } of findings) {
      console.log(`     ${kind}: ${message}`);
      console.log(
        `     again: npm run fuzz -- --seed ${flags.seed} --frames ${flags.frames} --only '${name}' --batch ${batch}`,
      );
    }
  }
  for (const text of unhandled) console.log(`FAIL a promise nobody waited for: ${text}`);
  const count = (kind) => tallies.flatMap(({ findings }) => findings).filter((finding) => finding.kind === kind).length;
  const sum = tallies.reduce((frames, tally) => frames + tally.frames, 0);
  const kinds = ['crash', 'hang', 'memory', 'leak', 'answer', 'log', 'reader'].map((kind) => `${count(kind)} ${kind}`);
  console.log(`fuzz: ${sum} frames, seed ${flags.seed}: ${kinds.join(', ')}`);
}

function readFlags() {
  const { values } = parseArgs({
    options: {
      frames: { type: 'string', default: String(FRAMES) },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      only: { type: 'string' },
      batch: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    frames: wholeNumber('--frames', values.frames),
    seed: wholeNumber('--seed', values.seed),
    batch: values.batch === undefined ? null : wholeNumber('--batch', values.batch),
  };
}

function wholeNumber(name, text) {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  console.error(`fuzz: ${name} must be a whole number; got ${text}`);
  process.exit(64);
}

async function bundled(file) {
  await build({
    input: join(root, file),
    platform: 'node',
    logLevel: 'silent', // Errors are thrown; a unit that a registry loads lazily is no trouble here.
    transform: { target: 'es2023' }, // As tsconfig.json: Node 20 knows no `using`.
    external: (id) => !id.startsWith('@oxc-project/') && !id.startsWith('.') && !isAbsolute(id),
    output: { dir: scratch, format: 'esm', entryFileNames: 'fuzz.js' },
  });
  return import(pathToFileURL(join(scratch, 'fuzz.js')).href);
}
