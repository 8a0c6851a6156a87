// Modules as servers under test, loaded in a thread of their own from dist/, as a simulated run does it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';

const LOADER = pathToFileURL(join(import.meta.dirname, '../../dist/harness/simulate/module-loader.js')).href;
const FLAGS = ['--experimental-vm-modules', '--experimental-import-meta-resolve', '--no-warnings'];

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Files by their path in a fresh folder, which is the result. */
function write(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'module-loader-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** Runs `code`, which may use `loader`, `load()` and `calls` (of `outside`), in a thread; its value or `threw: <name>: <message>`. */
function inThread(file: string, code: string): Promise<unknown> {
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    (async () => {
      const { createModuleLoader } = await import(workerData.loader);
      const loader = await createModuleLoader(workerData.file);
      const calls = [];
      const world = { outside: (real) => { calls.push('outside'); return real; } };
      const load = () => loader.load(world);
      ${code}
    })().then(
      (value) => parentPort.postMessage(value),
      (error) => parentPort.postMessage('threw: ' + error.name + ': ' + error.message),
    );`;
  const worker = new Worker(source, { eval: true, execArgv: [...FLAGS], workerData: { loader: LOADER, file } });
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (value) => {
      void worker.terminate().then(() => resolve(value));
    });
  });
}

/** What one load exports, called where it is a function. */
const ONCE = 'const { value } = await load(); return typeof value === "function" ? await value() : value;';
/** The same of two loads in a row. */
const TWICE = `const once = async () => { ${ONCE} }; return [await once(), await once()];`;

const COUNTER = 'let count = 0; export const next = () => (count += 1);';

describe('a module of a server', () => {
  it('has lost its memory in the next boot, in every file of its own', async () => {
    const folder = write({
      'server.mjs': `import { next } from './lib/counter.mjs'; let mine = 0;
        export const value = () => [next(), next(), (mine += 1)];`,
      'lib/counter.mjs': COUNTER,
    });
    expect(await inThread(join(folder, 'server.mjs'), TWICE)).toEqual([
      [1, 2, 1],
      [1, 2, 1],
    ]);
  });

  it('is one instance within a boot, however often it is imported', async () => {
    const folder = write({
      'server.mjs': `import { next } from './counter.mjs'; import { other } from './other.mjs';
        export const value = async () => [next(), other(), (await import('./counter.mjs')).next()];`,
      'other.mjs': `import { next } from './counter.mjs'; export const other = () => next();`,
      'counter.mjs': COUNTER,
    });
    expect(await inThread(join(folder, 'server.mjs'), TWICE)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('shares its packages with every other boot, and they are what import and require give elsewhere', async () => {
    const folder = write({
      'server.mjs': `import { next, way } from 'counting'; import { createRequire } from 'node:module';
        export const value = () => [next(), way, createRequire(import.meta.url)('counting').way];`,
      'node_modules/counting/package.json': JSON.stringify({
        name: 'counting',
        exports: { import: './index.mjs', require: './index.cjs' },
      }),
      'node_modules/counting/index.mjs': `${COUNTER} export const way = 'import';`,
      'node_modules/counting/index.cjs': `exports.way = 'require';`,
    });
    expect(await inThread(join(folder, 'server.mjs'), TWICE)).toEqual([
      [1, 'import', 'require'],
      [2, 'import', 'require'],
    ]);
  });

  it('may itself be an installed package: then all files of that package are its own', async () => {
    const folder = write({
      'node_modules/@some/server/main.mjs': `import { next } from './counter.mjs'; export const value = () => next();`,
      'node_modules/@some/server/counter.mjs': COUNTER,
    });
    expect(await inThread(join(folder, 'node_modules/@some/server/main.mjs'), TWICE)).toEqual([1, 1]);
  });

  it('knows where it is', async () => {
    const folder = write({
      'server.mjs': `export const value = [import.meta.url, import.meta.filename, import.meta.dirname,
        import.meta.resolve('./other.mjs')];`,
    });
    const file = join(folder, 'server.mjs');
    const urls = [pathToFileURL(file).href, pathToFileURL(join(folder, 'other.mjs')).href];
    expect(await inThread(file, ONCE)).toEqual([urls[0], file, folder, urls[1]]);
  });

  it('imports JSON, anew in each boot', async () => {
    const folder = write({
      'server.mjs': `import data from './data.json' with { type: 'json' }; export const value = () => (data.count += 1);`,
      'data.json': '{ "count": 1 }',
    });
    expect(await inThread(join(folder, 'server.mjs'), TWICE)).toEqual([2, 2]);
  });

  it('waits for its own top-level awaits', async () => {
    const folder = write({
      'server.mjs': `export let value = 0; await new Promise((resolve) => setTimeout(resolve, 5)); value = 7;`,
    });
    expect(await inThread(join(folder, 'server.mjs'), ONCE)).toBe(7);
  });

  it('may be CommonJS, also in parts, and that loses its memory as well', async () => {
    const folder = write({
      'package.json': '{ "type": "commonjs" }',
      'server.js': `const { next } = require('./counter'); const esm = import('./module.mjs');
        exports.value = async () => [next(), require('./counter').next(), (await esm).next(), require('./data.json').a,
          typeof require('node:fs').readFileSync, __filename.endsWith('server.js'), require.main === module];`,
      'counter.js': 'let count = 0; exports.next = () => (count += 1);',
      'module.mjs': `import { next } from './counter.js'; export { next };`,
      'data.json': '{ "a": 5 }',
    });
    const expected = [1, 2, 3, 5, 'function', true, false];
    expect(await inThread(join(folder, 'server.js'), TWICE)).toEqual([expected, expected]);
  });

  it.each([
    ['import', `import fs from 'node:fs'; export const value = typeof fs;`],
    ['require', `exports.value = typeof require('node:fs');`],
  ])('without a "type" is what its text says: %s', async (_way, text) => {
    const folder = write({ 'package.json': '{}', 'server.js': text });
    expect(await inThread(join(folder, 'server.js'), ONCE)).toBe('object');
  });

  it('may be TypeScript where Node reads that, and says what to do where it does not', async () => {
    const folder = write({ 'server.ts': 'export const value: number = 4;' });
    const canRead = 'stripTypeScriptTypes' in nodeModule;
    const refused =
      /^threw: UsageError: .*server\.ts: Node v\S+ does not read TypeScript; compile it, or use Node 22\.18\.$/;
    expect(await inThread(join(folder, 'server.ts'), ONCE)).toEqual(canRead ? 4 : expect.stringMatching(refused));
  });

  it('imports while it runs only as something outside of virtual time, whether it was loaded before or not', async () => {
    const folder = write({
      'server.mjs': `export const value = async () => (await import('./late.mjs')).late;`,
      'late.mjs': 'export const late = 3;',
    });
    const code = 'const { value } = await load(); await value(); await value(); return calls;';
    expect(await inThread(join(folder, 'server.mjs'), code)).toEqual(['outside', 'outside']);
  });

  it('in 5,000 boots leaves nothing behind', async () => {
    const folder = write({
      'server.mjs': `import { next } from './counter.mjs'; import old from './old.cjs'; import { join } from 'node:path';
        const memory = new Map(Array.from({ length: 500 }, (_, i) => [i, 'x'.repeat(10) + i]));
        export const value = async () => [next(), old.a, join('a', 'b'), memory.size, await import('./late.mjs')];`,
      'counter.mjs': COUNTER,
      'old.cjs': 'exports.a = new Array(500).fill(0);',
      'late.mjs': 'export const late = new Array(500).fill(0);',
    });
    const code = `
      const v8 = require('node:v8');
      v8.setFlagsFromString('--expose-gc');
      const gc = require('node:vm').runInNewContext('gc');
      const many = async (boots) => {
        for (let boot = 0; boot < boots; boot += 1) {
          await (await load()).value();
          if (boot % 100 === 0) await new Promise(setImmediate);
        }
        for (let round = 0; round < 5; round += 1) { gc(); await new Promise(setImmediate); }
        return process.memoryUsage().heapUsed;
      };
      const before = await many(500);
      return (await many(5000) - before) / 5000;`;
    // Bytes a boot; one that was kept alive would be 30,000.
    expect(await inThread(join(folder, 'server.mjs'), code)).toBeLessThan(200);
  });
});

describe('a module that cannot be loaded', () => {
  it.each([
    ['is not there', {}, /^threw: UsageError: Cannot read .*server\.mjs: there is no such file\.$/],
    [
      'has a syntax error',
      { 'server.mjs': 'export const a = 1;\nconst const b = 2;\n' },
      /^threw: UsageError: .*server\.mjs:2: Unexpected token 'const'$/,
    ],
    [
      'imports a file with a syntax error',
      { 'server.mjs': `import './lib.cjs';`, 'lib.cjs': '\n\nlet let;\n' },
      /^threw: UsageError: .*lib\.cjs:3: .*let/,
    ],
    [
      'imports a file that is not there',
      { 'server.mjs': `import './lib.mjs';` },
      /^threw: UsageError: .*server\.mjs imports '\.\/lib\.mjs': there is no file .*lib\.mjs\.$/,
    ],
    [
      'imports a package that is not there',
      { 'server.mjs': `import { a } from '@some/where/deep';` },
      /^threw: UsageError: .*server\.mjs imports '@some\/where\/deep', which is not installed: npm install @some\/where$/,
    ],
    [
      'imports a name that is not exported',
      { 'server.mjs': `import { b } from './lib.mjs';`, 'lib.mjs': 'export const a = 1;' },
      /^threw: UsageError: .*server\.mjs: The requested module '\.\/lib\.mjs' does not provide an export named 'b'$/,
    ],
    [
      'imports JSON as if it were code',
      { 'server.mjs': `import data from './data.json';`, 'data.json': '{}' },
      /^threw: UsageError: .*server\.mjs imports .*data\.json: JSON needs/,
    ],
    [
      'imports a package that throws',
      { 'server.mjs': `import 'bad';`, 'node_modules/bad/index.js': `throw new Error('no licence');` },
      /^threw: UsageError: .*server\.mjs imports .*index\.js, which cannot be loaded: no licence$/,
    ],
    ['throws', { 'server.mjs': `throw new TypeError('not today');` }, /^threw: TypeError: not today$/],
    ['is no JavaScript', { 'server.py': 'print(1)' }, /^threw: UsageError: .*server\.py: expected JavaScript/],
  ])('because it %s says so', async (_why, files, message) => {
    const folder = write(files);
    const name = Object.keys(files).find((file) => file.startsWith('server')) ?? 'server.mjs';
    expect(await inThread(join(folder, name), ONCE)).toMatch(message);
  });
});
