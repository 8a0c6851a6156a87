// Several processes on one ledger, from dist/. Needs `npm run build`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

const MODULE = fileURLToPath(new URL('../../dist/src/tools/effect-ledger.js', import.meta.url));

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'claimcheck-ledgers-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const KEY_COUNT = 400;

/** Commits the same keys as all the others, each process in an order of its own; one kills itself on the way, again and again. */
const script = (path: string, order: number, diesAfter: number) => `
  import { createFileLedger } from ${JSON.stringify(MODULE)};
  const ledger = createFileLedger(${JSON.stringify(path)});
  let mine = 0;
  for (let step = 0; step < ${KEY_COUNT}; step++) {
    const number = (step * ${order}) % ${KEY_COUNT};
    await ledger.begin('t' + number, 'k' + number);
    if (await ledger.commit('t' + number, 'k' + number)) mine++;
    if (step === ${diesAfter}) process.kill(process.pid, 'SIGKILL');
  }
  console.log(mine);
`;

test('processes that race for the same keys, some killed, commit each key exactly once', async () => {
  const path = join(directory, 'ledger.jsonl');
  const run = async (order: number, diesAfter: number) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script(path, order, diesAfter)]);
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const [code, signal] = await once(child, 'exit');
    return { ended: signal ?? code, stderr };
  };
  const ends = await Promise.all([run(1, -1), run(3, -1), run(7, 50), run(9, 120)]);
  expect(ends.map(({ ended }) => ended)).toEqual([0, 0, 'SIGKILL', 'SIGKILL']);
  const line = z.object({ phase: z.string(), key: z.string(), at: z.int() });
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => line.parse(JSON.parse(text)));
  const keys = lines.filter(({ phase }) => phase === 'commit').map(({ key }) => key);
  expect(keys).toHaveLength(KEY_COUNT);
  expect(new Set(keys).size).toBe(KEY_COUNT);
});
