// The program as users start it: dist/ as the build made it, real processes, real signals.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findPackage } from './package.ts';
import { processesOf } from './testing/program-stage.ts';

const PROGRAM = join(findPackage().root, 'dist/harness/cli/main.js');
const verdictSchema = z.object({
  schema: z.literal('claimcheck/verdict@1'),
  scenario: z.string(),
  seed: z.number(),
  valid: z.union([z.boolean(), z.literal('unknown')]),
  exitCode: z.number(),
  interrupted: z.boolean(),
  fates: z.record(z.string(), z.number()),
  checkers: z.array(z.object({ id: z.string(), invariants: z.array(z.string()), valid: z.unknown() })),
});
/** Small and quick, and still two calls an agent. */
const QUICK = ['--set', 'calls=12', '--agents', '4'];

let cwd: string;
beforeAll(() => {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: npm run build`);
  cwd = mkdtempSync(join(tmpdir(), 'claimcheck-cli-'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function claimcheck(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd, env: env(), maxBuffer: 1 << 28, timeout: 300_000 };
    execFile(process.execPath, [PROGRAM, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
    });
  });
}

function env(): NodeJS.ProcessEnv {
  return { ...process.env, TMPDIR: cwd };
}

function readVerdict(directory: string) {
  return verdictSchema.parse(JSON.parse(readFileSync(join(cwd, directory, 'verdict.json'), 'utf8')));
}

/** Commands of what still runs of ours: the scratch folder of every run lies in `cwd`, and its processes name it. */
const ownProcesses = () => processesOf(cwd);

describe('a run from the command line', () => {
  it('leaves a run directory, a link to it and its conclusion on stdout, and ends with 0', async () => {
    const { code, stdout, stderr } = await claimcheck('run', 'steady', ...QUICK);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^steady: valid \(seed 1, /);
    const latest = join('reports/out', readlinkSync(join(cwd, 'reports/out/latest')));
    expect(stdout).toContain(`report    ${latest}/report.html`);
    const names = readdirSync(join(cwd, latest));
    for (const name of [
      'plan.json',
      'environment.json',
      'history.jsonl',
      'ledger.jsonl',
      'stderr.1.log',
      'verdict.json',
    ]) {
      expect(names).toContain(name);
    }
    const verdict = readVerdict(latest);
    expect({ valid: verdict.valid, calls: Object.values(verdict.fates).reduce((a, b) => a + b) }).toEqual({
      valid: true,
      calls: 12,
    });
  });

  it('gives one JSON document, and check and report agree with it', async () => {
    const { code, stdout } = await claimcheck(
      'run',
      'steady',
      ...QUICK,
      '--out',
      'one',
      '--json',
      '--quiet',
      '--seed',
      '5',
    );
    expect(code).toBe(0);
    const verdict: unknown = JSON.parse(stdout);
    expect(verdict).toMatchObject({ schema: 'claimcheck/verdict@1', seed: 5, valid: true });
    const saved: unknown = JSON.parse(readFileSync(join(cwd, 'one/verdict.json'), 'utf8'));
    expect(saved).toEqual(verdict);
    const checked = await claimcheck('check', 'one', '--json');
    expect({ code: checked.code, verdict: JSON.parse(checked.stdout) }).toEqual({ code: 0, verdict });
    expect(checked.stderr).toContain('the same verdict as before');
    rmSync(join(cwd, 'one/report.html'));
    expect(await claimcheck('report', 'one')).toMatchObject({ code: 0, stdout: 'one/report.html\n' });
    expect(readFileSync(join(cwd, 'one/report.html'), 'utf8')).toContain('<!doctype html>');
  });

  it('refuses a directory that holds a run, and replaces it when forced', async () => {
    await claimcheck('run', 'steady', ...QUICK, '--out', 'twice');
    const refused = await claimcheck('run', 'steady', ...QUICK, '--out', 'twice');
    expect(refused).toEqual({
      code: 64,
      stdout: '',
      stderr: 'claimcheck: twice already holds a run; choose another --out, or replace it with --force\n',
    });
    const forced = await claimcheck('replay', 'one', '--out', 'twice', '--force');
    expect(forced.code).toBe(0);
    expect(readVerdict('twice').seed).toBe(5);
  });

  it('puts several runs side by side with a summary, and tells reporters', async () => {
    const scenarios = ['run', 'steady', 'crash-mid-task', '--set', 'calls=12', '--agents', '4', '--out', 'several'];
    const { code, stdout } = await claimcheck(...scenarios, '--store', 'memory', '--reporter', 'junit', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'claimcheck/summary@1', exitCode: 1 });
    expect(readdirSync(join(cwd, 'several')).sort()).toEqual([
      'crash-mid-task-1',
      'junit.xml',
      'steady-1',
      'summary.json',
    ]);
    const broken = readVerdict('several/crash-mid-task-1').checkers.filter(({ valid }) => valid === false);
    expect(broken.flatMap(({ invariants }) => invariants)).toEqual(expect.arrayContaining(['S1', 'S2']));
    expect(readFileSync(join(cwd, 'several/junit.xml'), 'utf8')).toMatch(/<testsuites [^>]*failures="[1-9]/);
  });

  it('streams NDJSON and nothing else', async () => {
    const { stdout } = await claimcheck('run', 'steady', ...QUICK, '--out', 'lines', '--reporter', 'ndjson', '--quiet');
    const types = stdout
      .trim()
      .split('\n')
      .map((line) => z.object({ type: z.string() }).parse(JSON.parse(line)).type);
    expect([types[0], types.at(-1)]).toEqual(['start', 'verdict']);
    expect(types.filter((type) => type === 'event').length).toBeGreaterThan(50);
  });
});

describe('an interrupted run', () => {
  async function startRun(out: string): Promise<ReturnType<typeof spawn>> {
    const child = spawn(process.execPath, [PROGRAM, 'run', 'crash-mid-task', '--out', join(cwd, out)], {
      cwd,
      env: env(),
      stdio: 'ignore',
    });
    const history = join(cwd, out, 'history.jsonl');
    for (let tries = 0; tries < 1200; tries += 1) {
      if (existsSync(history) && readFileSync(history, 'utf8').includes('"kind":"ok"')) return child;
      await sleep(50);
    }
    throw new Error('the run never got an answer from the server');
  }

  it('ends with 130 after Ctrl-C, with a verdict, a report and nothing left running', async () => {
    const child = await startRun('stopped');
    expect(ownProcesses().length).toBeGreaterThan(1);
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(130);
    expect(readVerdict('stopped')).toMatchObject({ interrupted: true, exitCode: 130 });
    expect(existsSync(join(cwd, 'stopped/report.html'))).toBe(true);
    expect(ownProcesses()).toEqual([]);
  });

  it('leaves no process and a history that can be judged when the harness itself is killed', async () => {
    const child = await startRun('killed');
    expect(ownProcesses().length).toBeGreaterThan(1);
    child.kill('SIGKILL');
    let left = ownProcesses();
    for (let tries = 0; tries < 300 && left.length > 0; tries += 1) {
      await sleep(100);
      left = ownProcesses();
    }
    expect(left).toEqual([]);
    const checked = await claimcheck('check', 'killed');
    expect(checked.stdout).toMatch(/^crash-mid-task: unknown, interrupted/);
    expect(checked.code).toBe(130);
  });
});

describe('what cannot be done', () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown command', ['rnu'], /^claimcheck: Unknown command 'rnu'; known: .*Did you mean 'run'\?\n$/],
    ['an unknown scenario', ['run', 'steadi'], /Unknown scenario 'steadi'; known: .*Did you mean 'steady'\?/],
    ['a scenario file that is not there', ['run', './none.yaml'], /No scenario file at \.\/none\.yaml/],
    ['an unknown option', ['run', '--sed', '3'], /unknown option '--sed'/],
    ['a seed that is no number', ['run', '--seed', 'x'], /--seed x: expected a whole number from 0/],
    ['an unknown store', ['run', '--store', 'sqlight'], /Unknown store 'sqlight'; known: .*\bsqlite\b/],
    ['an unknown dialect', ['run', '--dialect', 'nope'], /Unknown dialect 'nope'; known: /],
    ['an unknown backoff', ['run', 'steady', '--backoff', 'fixd'], /fixd/],
    ['an unknown fault', ['run', 'steady', '--fault', 'F99=1'], /Unknown fault 'F99'/],
    ['an unknown reporter', ['run', 'steady', '--reporter', 'xml'], /Unknown reporter 'xml'; known: /],
    ['a threshold on nothing', ['run', 'steady', '--threshold', 'nonsense.p95 < 3ms'], /nonsense/],
    ['two writers to stdout', ['run', 'steady', '--json', '--reporter', 'ndjson'], /both write to stdout; choose one/],
    ['a server that does not exist', ['run', 'steady', '--server', '/no/such/program'], /\/no\/such\/program/],
    [
      'a server that dies at once',
      ['run', 'steady', '--server', 'node -e process.exit(3)'],
      /ended before it answered, with exit code 3/,
    ],
    ['a URL where nobody listens', ['run', 'steady', '--url', 'http://127.0.0.1:9/mcp'], /127\.0\.0\.1:9/],
    ['a profile that is not there', ['run', 'steady', '--profile', 'none.yaml'], /none\.yaml/],
    [
      'a directory that cannot be written',
      ['run', 'steady', '--out', '/proc/none/run'],
      /^claimcheck: cannot write to /m,
    ],
    ['a check of a stranger', ['check', '.'], /is not a run directory: it holds no plan\.json/],
    ['a replay of nothing', ['replay', 'none'], /none does not exist/],
  ];
  it.each(cases)('%s ends with 64 and one clear message', async (_name, args, message) => {
    const { code, stdout, stderr } = await claimcheck(...args);
    expect({ code, stdout, hasStack: /\n\s+at /.test(stderr) }).toEqual({ code: 64, stdout: '', hasStack: false });
    expect(stderr).toMatch(message);
  });

  it('a server that cannot be started leaves nothing behind', async () => {
    await claimcheck('run', 'steady', '--server', '/no/such/program', '--out', 'never');
    expect(existsSync(join(cwd, 'never'))).toBe(false);
  });

  it('a history cut in the middle is judged as far as it goes; a damaged one is refused by line', async () => {
    const { code } = await claimcheck('run', 'steady', ...QUICK, '--out', 'cut');
    expect(code).toBe(0);
    const file = join(cwd, 'cut/history.jsonl');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.slice(0, Math.floor(text.length / 2)));
    const cut = await claimcheck('check', 'cut');
    expect([130, 2]).toContain(cut.code);
    const lines = text.split('\n');
    lines[5] = '{"seq":';
    writeFileSync(file, lines.join('\n'));
    const damaged = await claimcheck('check', 'cut');
    expect(damaged.code).toBe(64);
    expect(damaged.stderr).toMatch(/history\.jsonl, line 6: not a JSON object/);
  });
});
