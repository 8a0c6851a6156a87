import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';

// Programs run from dist/, which `npm run build` makes.
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = join(ROOT, 'dist/harness/cli/main.js');
const SERVERS = join(ROOT, 'dist/fixtures/servers/main.js');

const document = z.object({
  schema: z.literal('claimcheck/prove@1'),
  exitCode: z.number(),
  servers: z.array(
    z.object({
      id: z.string(),
      breaks: z.string().nullable(),
      runs: z.number(),
      asExpected: z.number(),
      faultsOff: z.object({ looksPerfect: z.boolean(), shows: z.array(z.string()) }).nullable(),
      problems: z.array(z.string()),
    }),
  ),
});

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'claimcheck-prove-test-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function claimcheck(...args: readonly string[]) {
  return execa(process.execPath, [PROGRAM, ...args], { cwd, reject: false });
}

it('catches a server that is perfect until it is killed and one that never is, and finds the good one clean', async () => {
  const ids = ['good', 'volatile-tasks', 'swapped-results'];
  const { stdout, stderr, exitCode } = await claimcheck('prove', ...ids, '--seeds', '1', '--good-seeds', '1', '--json');
  expect(stdout, stderr).not.toBe('');
  const { servers } = document.parse(JSON.parse(stdout));
  expect(servers.flatMap(({ problems }) => problems)).toEqual([]);
  expect(servers.map(({ id, runs, asExpected, faultsOff }) => [id, runs, asExpected, faultsOff])).toEqual([
    ['good', 1, 1, { looksPerfect: true, shows: [] }],
    ['volatile-tasks', 1, 1, { looksPerfect: true, shows: [] }],
    // Whose result it hands out is a matter of arrival: at times that of another agent too, which is S15.
    ['swapped-results', 1, 1, { looksPerfect: false, shows: expect.arrayContaining(['S8']) }],
  ]);
  expect(exitCode).toBe(0);
});

it('ends an ordinary run of a broken server with 1: the canary', async () => {
  const server = `${process.execPath} ${SERVERS} forgotten-results --data {{dir}} --transport stdio --log-level warn`;
  const { exitCode, stdout } = await claimcheck(
    'run',
    'steady',
    '--server',
    server,
    '--set',
    'calls=24',
    '--out',
    'out',
  );
  expect(exitCode).toBe(1);
  expect(stdout).toContain('S2');
});

it('runs the same server unbroken, the same way, to 0', async () => {
  const server = `${process.execPath} ${SERVERS} good --data {{dir}} --transport stdio --log-level warn`;
  const { exitCode } = await claimcheck('run', 'steady', '--server', server, '--set', 'calls=24', '--out', 'out');
  expect(exitCode).toBe(0);
});

it('refuses a server it does not know, and names those it does', async () => {
  const { exitCode, stderr } = await claimcheck('prove', 'swaped-results');
  expect(exitCode).toBe(64);
  expect(stderr).toContain("Did you mean 'swapped-results'?");
});
