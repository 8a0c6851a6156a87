// Builds dist/, which mirrors the tree: compiles the sources, bundles the report's browser code and the programs, writes the
// published JSON Schemas, keeps the types that users can import, makes the bin executable.
// `npm ci` and `npm install` call it through `prepare`; it needs nothing but what the lock file names.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const bin = join(root, 'dist/harness/cli/main.js');
const browserSource = join(root, 'reports/browser/main.ts');
const browserBundle = join(root, 'dist/reports/browser.js');

const compiler = find('typescript/package.json');
const bundler = find('rolldown/package.json');
if (compiler === null || bundler === null) {
  if (existsSync(bin)) {
    console.error('build: left out, since TypeScript and rolldown are not installed; using the dist/ that is here');
    process.exit(0);
  }
  console.error('build: needs TypeScript and rolldown, which are development dependencies: npm ci --include=dev');
  process.exit(1);
}

// A file whose source is gone must not stay behind and be found by a registry or packed.
rmSync(join(root, 'dist'), { recursive: true, force: true });
const tsc = (...flags) => run(join(dirname(compiler), 'bin/tsc'), ['-p', join(root, 'tsconfig.build.json'), ...flags]);
// Comments are for those who read the sources, and for editors that show types: programs go without.
tsc('--declaration', 'false', '--removeComments');
tsc('--emitDeclarationOnly', '--noCheck');
if (existsSync(browserSource)) await bundle();
const { bundlePrograms } = await import('./bundle-programs.mjs');
await bundlePrograms(join(root, 'dist'));
await writeSchemas(join(root, 'dist/schemas'));
dropUnreachableTypes();
// npm 10 links a package's own bin without making it executable.
if (existsSync(bin)) chmodSync(bin, 0o755);

async function bundle() {
  const { build } = await import('rolldown');
  await build({
    input: browserSource,
    platform: 'browser',
    logLevel: 'warn',
    output: { file: browserBundle, format: 'iife', minify: true },
  });
}

/** The JSON Schemas of our files, for editors and for programs of others. */
async function writeSchemas(folder) {
  const { PUBLISHED, schemaText } = await import(join(root, 'dist/harness/cli/published-schemas.js'));
  mkdirSync(folder, { recursive: true });
  for (const [name, schema] of Object.entries(PUBLISHED)) {
    writeFileSync(join(folder, `${name}.json`), schemaText(name, schema));
  }
}

/** Of the declarations, those stay that an export of the package leads to; the rest would be half of the files that users install. */
function dropUnreachableTypes() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const pending = Object.values(exports).flatMap(({ types }) => (types === undefined ? [] : [join(root, types)]));
  const reached = new Set(pending);
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)) {
      const next = join(dirname(file), path.replace(/\.(?:js|ts)$/, '.d.ts'));
      if (reached.has(next)) continue;
      if (!existsSync(next)) throw new Error(`${file} imports ${path}, of which there are no types`);
      reached.add(next);
      pending.push(next);
    }
  }
  for (const entry of readdirSync(join(root, 'dist'), { recursive: true })) {
    const file = join(root, 'dist', entry);
    if (file.endsWith('.d.ts') && !reached.has(file)) rmSync(file);
  }
}

function find(name) {
  try {
    return require.resolve(name);
  } catch {
    // Not installed; the caller says what that means.
    return null;
  }
}

function run(script, args) {
  const { status, signal, error } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) {
    console.error(`build: ${script} ended with ${signal ?? `exit code ${status}`}`);
    process.exit(1);
  }
}
