// Bundles the programs that people start into dist/chunks/, and leaves at each one's place a file that loads its chunk. Half a
// thousand small modules take three tenths of a second to find and link, at every start; a few dozen chunks take a third of that.
// The tree that the compiler wrote stays: threads of virtual time, and whoever imports a part of the package, load it from there.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { rolldown } from 'rolldown';

const PROGRAMS = {
  claimcheck: 'harness/cli/main.js',
  server: 'src/main.js',
  'broken-server': 'fixtures/servers/main.js',
  evaluation: 'fixtures/evaluation/program.js',
};

// Packages of many small files that every program needs. Others are loaded from where they are installed: they hold native code,
// start threads of their own, are asked for by few, or are there only if somebody installed them.
const INLINED = [
  '@modelcontextprotocol/core',
  '@modelcontextprotocol/ext-tasks',
  'cockatiel',
  'commander',
  'eventsource-parser',
  'fastest-levenshtein',
  'jsonpath-rfc9535',
  'pure-rand',
  'simple-statistics',
  'yaml',
  'zod',
];

/** Throws when a program is not there or cannot be bundled. */
export async function bundlePrograms(dist) {
  const chunks = join(dist, 'chunks');
  const bundle = await rolldown({
    input: Object.fromEntries(Object.entries(PROGRAMS).map(([name, file]) => [name, join(dist, file)])),
    platform: 'node',
    logLevel: 'warn',
    tsconfig: false,
    external: (id) => !id.startsWith('.') && !id.startsWith(sep) && !isInlined(id),
    plugins: [keepPlaces(dist, chunks)],
  });
  await bundle.write({
    dir: chunks,
    format: 'esm',
    hashCharacters: 'hex',
    // Our own words stand in the tree beside them; the terms of others stay.
    comments: { legal: true, annotation: false, jsdoc: false },
    // Names of functions stay, so that a stack still says where it was.
    minify: {
      compress: false,
      mangle: { toplevel: false, keepNames: { function: true, class: true } },
      codegen: { removeWhitespace: true },
    },
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  });
  await bundle.close();
  for (const [name, file] of Object.entries(PROGRAMS)) leaveLoader(join(dist, file), join(chunks, `${name}.js`));
  writeFileSync(join(chunks, 'LICENSES.txt'), licenses());
}

function isInlined(id) {
  // What the bundler itself adds, its helpers, comes along.
  return [...INLINED, '@oxc-project/runtime'].some((name) => id === name || id.startsWith(`${name}/`));
}

/** What a module finds beside itself stays where it is: in a chunk, `import.meta.url` is still the module's own address. */
function keepPlaces(dist, chunks) {
  return {
    name: 'keep-places',
    transform(code, id) {
      if (!id.startsWith(dist) || !code.includes('import.meta.url')) return null;
      const place = JSON.stringify(relative(chunks, id).split(sep).join('/'));
      return { code: code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`), map: null };
    },
  };
}

function leaveLoader(file, chunk) {
  const first = readFileSync(file, 'utf8').split('\n', 1)[0];
  const target = JSON.stringify(relative(dirname(file), chunk).split(sep).join('/'));
  writeFileSync(file, `${first.startsWith('#!') ? `${first}\n` : ''}export * from ${target};\n`);
}

/** The terms under which the packages in the chunks are passed on. Throws when one of them is not installed. */
function licenses() {
  const require = createRequire(import.meta.url);
  const texts = INLINED.map((name) => {
    const folder = folderOf(name, require.resolve.paths(name));
    const file = ['LICENSE', 'LICENSE.md', 'license', 'LICENSE.txt'].map((one) => join(folder, one)).find(existsSync);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const text = file === undefined ? `License: ${license}` : readFileSync(file, 'utf8').trim();
    return `${name} ${version}\n\n${text}\n`;
  });
  return `The chunks beside this file hold code of these packages.\n\n${texts.join(`\n${'-'.repeat(80)}\n`)}`;
}

function folderOf(name, places) {
  const folder = places.map((place) => join(place, name)).find((one) => existsSync(join(one, 'package.json')));
  if (folder === undefined) throw new Error(`${name} is bundled into the programs and is not installed: npm ci`);
  return folder;
}
