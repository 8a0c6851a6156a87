// `npm run reference`: writes docs/reference.md, which is made from what commands, units and formats say of themselves. Needs what
// `npm run build` makes. With --check it writes nothing, and ends with 1 when the file is out of date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, 'docs/reference.md');
const source = join(root, 'dist/harness/cli/reference/reference-text.js');
if (!existsSync(source)) {
  console.error('reference: there is no dist/; run npm run build');
  process.exit(1);
}
const { referenceText } = await import(source);
const { createProgram } = await import(join(root, 'dist/src/main.js'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
// Commands are described and none is run: none of them speaks, reads or waits.
const silent = { result() {}, warn() {}, progress() {}, columns: 160 };
const context = { output: silent, package: { root, version }, cwd: root, env: {}, signal: AbortSignal.abort() };
const text = await referenceText(context, createProgram());
if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
  console.error('reference: docs/reference.md is out of date; run npm run build && npm run reference');
  process.exitCode = 1;
}
