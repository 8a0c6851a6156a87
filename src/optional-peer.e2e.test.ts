// The program as it is built, where a package that its store or queue stands on was not installed. Needs `npm run build`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'claimcheck-peer-'));
  for (const part of ['dist/src', 'dist/chunks']) {
    cpSync(join(ROOT, part), join(directory, part), { recursive: true });
  }
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

test.each([
  [['--store', 'redis'], 'ioredis', 'npm install ioredis'],
  [['--queue', 'bullmq'], 'bullmq', 'npm install bullmq ioredis'],
  [['--store', 'postgres'], 'pg', 'npm install pg'],
  [['--queue', 'pg-boss'], 'pg-boss', 'npm install pg-boss pg'],
  [['--store', 'dynamodb'], '@aws-sdk/client-dynamodb', 'npm install @aws-sdk/client-dynamodb'],
])('%j without the package %s is refused with "%s"', async (args, hidden, command) => {
  installAllBut(hidden);
  const refused = await serve(args);
  expect(refused).toEqual({
    code: 64,
    stderr: `The package '${hidden}' is not installed, and this needs it: ${command}\n`,
  });
});

test('what is not chosen need not be there', async () => {
  installAllBut('ioredis');
  const { code, stderr } = await serve(['--store', 'memory', '--queue', 'lokal']);
  expect(code).toBe(64);
  expect(stderr).toMatch(/^Unknown queue 'lokal'/);
});

/** Links every package that is installed but one; a package's own packages are found from where it really lies. */
function installAllBut(hidden: string): void {
  const modules = join(directory, 'node_modules');
  rmSync(modules, { recursive: true, force: true });
  for (const name of packagesIn(join(ROOT, 'node_modules'))) {
    if (name === hidden) continue;
    mkdirSync(join(modules, name, '..'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
}

function packagesIn(modules: string): readonly string[] {
  return readdirSync(modules).flatMap((name) => {
    if (name.startsWith('.')) return [];
    return name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name];
  });
}

async function serve(args: readonly string[]): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const child = spawn(
    process.execPath,
    [join(directory, 'dist/src/main.js'), '--data', join(directory, 'data'), ...args],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 120_000,
    },
  );
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  await once(child, 'close');
  return { code: child.exitCode, stderr };
}
