// Every scenario from the command line, against the reference server: dist/ as the build made it, real processes and sockets.
// The scenarios are shortened where that keeps what they are about; their own sizes are for `claimcheck run all`.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '..', '..');
const MAIN = join(ROOT, 'dist', 'harness', 'cli', 'main.js');
const SERVER = join(ROOT, 'dist', 'src', 'main.js');
// Runs at a time: most of a run is waiting, and two cores carry this many.
const PLACES = 4;
// It ends what hangs; most take ten seconds, and several times that where much else goes on.
const RUN_MS_MAX = 300_000;

const verdictSchema = z.object({
  schema: z.literal('claimcheck/verdict@1'),
  valid: z.union([z.boolean(), z.literal('unknown')]),
  notRun: z.string().optional(),
  fates: z.record(z.string(), z.number()),
  checkers: z.array(
    z.object({
      id: z.string(),
      valid: z.unknown(),
      reason: z.string().optional(),
      findings: z.array(z.object({ invariant: z.string(), message: z.string() })),
    }),
  ),
  faults: z.array(z.object({ id: z.string(), planned: z.number(), verified: z.number() })),
});
const planSchema = z.object({ calls: z.array(z.unknown()), scenario: z.string(), seed: z.number() });

/** How long a boot may take is no matter here: several runs share this machine, with whatever else goes on. */
const PATIENT = ['--set', 'limits.readyMs=60000'];

const TOUR = ['--set', 'calls=40', '--agents', '10'];

/**
 * How each scenario is shortened. A scenario without a line here fails the first test. Where work goes on in other processes while
 * one is down, there are the fewer strikes or the more calls: one strike waits for the boot after the one before, and a boot
 * takes many times as long on a machine that does much else.
 */
const SHORTENED: Readonly<Record<string, readonly string[]>> = {
  'blocked-loop': [],
  callbacks: ['--set', 'calls=30', '--agents', '10'],
  'cancel-race': ['--set', 'calls=40', '--agents', '14'],
  'client-timeout': ['--set', 'calls=15', '--set', 'faults.F31.count=5'],
  'clock-set': [],
  'connection-storm': [],
  'crash-loop': [],
  'crash-mid-task': ['--set', 'calls=30', '--agents', '10'],
  'damaged-messages': [],
  'duplicate-calls': ['--set', 'calls=40', '--agents', '15'],
  'failing-dependency': ['--set', 'calls=100', '--agents', '12'],
  decision: ['--set', 'calls=30', '--set', 'faults.F31.count=20', '--set', 'work.0.ms=[1000,3000]'],
  'graceful-shutdown': ['--set', 'calls=30', '--agents', '10'],
  'input-over-restart': ['--set', 'calls=24', '--set', 'faults.F12.count=2', '--set', 'faults.F29.count=1'],
  isolation: ['--set', 'calls=40'],
  // Whatever is late on a busy machine, the kill falls into somebody's work.
  'late-commit': [
    '--set',
    'calls=30',
    '--agents',
    '10',
    '--set',
    'work.1.ms=[1500,2500]',
    '--set',
    'work.2.ms=[1500,2500]',
  ],
  'late-result': ['--set', 'calls=20', '--agents', '10'],
  'lost-receipt': ['--set', 'calls=40', '--agents', '15'],
  'memory-limit': [],
  'out-of-order': ['--set', 'calls=30'],
  paired: ['--set', 'calls=40'],
  'paused-server': [],
  'poll-limit': ['--set', 'calls=8', '--agents', '4'],
  'poll-stampede': [],
  'polling-storm': ['--set', 'calls=20', '--agents', '10'],
  'replica-crash': ['--set', 'calls=120', '--set', 'faults.0.count=2'],
  replicas: [],
  'rolling-upgrade': [],
  'slow-network': ['--set', 'calls=20', '--agents', '10'],
  'small-tasks': ['--set', 'calls=40'],
  steady: ['--set', 'calls=20', '--agents', '10'],
  // A fifth of the length, and no limit in ms: several runs share this machine.
  'synthetic-load': [
    ...['--set', 'calls=20', '--agents', '20', '--set', 'work.0.ms=[2000,2900]'],
    ...['--set', 'faults.F12.afterMs=1000', '--set', 'thresholds=["lost == 0"]'],
  ],
  tour: TOUR,
  'ttl-expiry': ['--set', 'calls=20', '--agents', '20'],
  'worker-death': ['--set', 'calls=90', '--set', 'faults.F17.count=2'],
  'zombie-worker': ['--set', 'calls=90'],
};

/** They strike a store's own engine: harness/cli/outages.e2e.test.ts runs them on each. */
const ON_ENGINES = ['disk-full', 'store-outage', 'store-paused', 'store-tail-lost'];

let folder = '';
beforeAll(() => {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: npm run build`);
  folder = mkdtempSync(join(tmpdir(), 'claimcheck-scenarios-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inTurn = createPlaces(PLACES);

/** One command of the program; `--out` is added by the caller. */
function claimcheck(...args: readonly string[]) {
  return inTurn(async () => {
    // The scratch folders lie here too: nobody else's cleaning can take them away.
    const env = { TMPDIR: folder };
    const ended = await execa(process.execPath, [MAIN, ...args], { env, reject: false, timeout: RUN_MS_MAX });
    return { exitCode: ended.exitCode, stdout: ended.stdout, said: `${ended.stdout}\n${ended.stderr}` };
  });
}

async function run(name: string, ...args: readonly string[]) {
  const out = join(folder, name);
  const ended = await claimcheck(...args, ...PATIENT, '--out', out, '--quiet');
  return { ...ended, out, verdict: readVerdict(out, ended.said) };
}

function readVerdict(out: string, said: string) {
  const file = join(out, 'verdict.json');
  if (!existsSync(file)) throw new Error(`no verdict in ${out}: ${said}`);
  return verdictSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Valid, every call has one fate, every planned fault bit, and there is a report. `said` shows what a failing run had to say. */
function expectValid({ exitCode, verdict, out, said }: Awaited<ReturnType<typeof run>>): void {
  expect(exitCode === 0 ? '' : said).toBe('');
  const plan = planSchema.parse(JSON.parse(readFileSync(join(out, 'plan.json'), 'utf8')));
  const fated = Object.values(verdict.fates).reduce((sum, count) => sum + count, 0);
  expect({ exitCode, valid: verdict.valid, fated }).toEqual({ exitCode: 0, valid: true, fated: plan.calls.length });
  expect(verdict.faults.filter(({ planned, verified }) => verified < planned)).toEqual([]);
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('</html>');
}

describe.concurrent('the scenarios', () => {
  const files = readdirSync(join(ROOT, 'scenarios'));
  const isVirtual = (file: string) => /^time: virtual$/m.test(readFileSync(join(ROOT, 'scenarios', file), 'utf8'));
  const nameOf = (file: string) => file.replace(/\.yaml$/, '');
  const names = files
    .filter((file) => !isVirtual(file))
    .map(nameOf)
    .filter((name) => !ON_ENGINES.includes(name));
  const virtualNames = files.filter(isVirtual).map(nameOf);

  it('are all run here', () => {
    expect(names.sort()).toEqual(Object.keys(SHORTENED).sort());
  });

  // The tour is run below, in six ways.
  it.each(names.filter((name) => name !== 'tour'))('%s is valid', async (name) => {
    expectValid(await run(name, 'run', name, ...(SHORTENED[name] ?? [])));
  });

  it('that take hours or another clock are known', () => {
    expect(virtualNames.sort()).toEqual([
      'backoff-cap',
      'clock-jump',
      'long-pause',
      'sla-limit',
      'store-trouble',
      'ttl-day',
      'waiting',
    ]);
  });

  it.each(virtualNames)('%s is valid in virtual time', async (name) => {
    expectValid(await run(name, 'simulate', name));
  });
});

describe.concurrent('tour is valid over', () => {
  const dialects = ['handle', 'tasks-2025-11-25', 'tasks-2026-07-28'];
  const cells = dialects.flatMap((dialect) => ['stdio', 'http'].map((transport) => [dialect, transport] as const));

  it.each(cells)('%s, %s', async (dialect, transport) => {
    const options = ['--dialect', dialect, '--transport', transport, '--seed', '7'];
    expectValid(await run(`tour-${dialect}-${transport}`, 'run', 'tour', ...TOUR, ...options));
  });
});

describe.concurrent('a connection that ends under its agent costs nothing over', () => {
  const faults = 'faults=[{fault: F26, count: 4, on: acked, afterShare: 0.5}, {fault: F26, atMs: [1200]}]';
  const changes = ['--set', 'calls=20', '--agents', '10', '--set', 'work=[{ms: [500, 1500]}]', '--set', faults];

  it.each(['handle', 'tasks-2025-11-25', 'tasks-2026-07-28'])('%s', async (dialect) => {
    const ran = await run(`closed-${dialect}`, 'run', 'steady', ...changes, '--dialect', dialect);
    expectValid(ran);
    expect(ran.verdict.faults).toEqual([expect.objectContaining({ id: 'F26', planned: 5, verified: 5 })]);
    expect(ran.verdict.fates).toEqual({ 'settled-ok': 20 });
  });
});

describe.concurrent('a pipe that nobody reads, and one that ends', () => {
  it('cost nothing', async () => {
    const strike = (form: string) => `{fault: F26, count: 1, on: acked, options: {form: ${form}}}`;
    const faults = `faults=[${['input-closed', 'output-unread', 'log-unread'].map(strike).join(', ')}]`;
    const changes = ['--set', 'calls=20', '--agents', '10', '--set', 'work=[{ms: [300, 900]}]', '--set', faults];
    const ran = await run('broken-pipes', 'run', 'steady', ...changes, '--transport', 'stdio');
    expectValid(ran);
    expect(ran.verdict.faults).toEqual([expect.objectContaining({ id: 'F26', planned: 3, verified: 3 })]);
    expect(ran.verdict.fates).toEqual({ 'settled-ok': 20 });
  });
});

describe.concurrent('the hostile faults cost nothing over', () => {
  it.each(['http', 'stdio'])('%s', async (transport) => {
    const options = ['--faults', 'hostile', '--set', 'calls=40', '--agents', '15', '--transport', transport];
    expectValid(await run(`hostile-${transport}`, 'simulate', 'steady', ...options));
  });
});

describe.concurrent('questions outlive a restart over', () => {
  const cells = [
    ['handle', 'http'],
    ['tasks-2026-07-28', 'stdio'],
    ['tasks-2025-11-25', 'http'],
    ['tasks-2025-11-25', 'stdio'],
  ] as const;

  it.each(cells)('%s, %s', async (dialect, transport) => {
    const options = [...(SHORTENED['input-over-restart'] ?? []), '--dialect', dialect, '--transport', transport];
    expectValid(await run(`input-${dialect}-${transport}`, 'run', 'input-over-restart', ...options));
  });
});

describe.concurrent('a saved run', () => {
  it('is judged the same again, and its plan runs again', async () => {
    const { out, exitCode } = await run('saved', 'run', 'steady', '--set', 'calls=6', '--agents', '3');
    expect(exitCode).toBe(0);
    const first = readFileSync(join(out, 'verdict.json'), 'utf8');
    const checked = await claimcheck('check', out, '--json');
    expect(checked.exitCode).toBe(0);
    expect(JSON.parse(checked.stdout)).toEqual(JSON.parse(first));
    expect(readFileSync(join(out, 'verdict.json'), 'utf8')).toBe(first);
    const again = join(folder, 'again');
    const { exitCode: code, said } = await claimcheck('replay', out, '--out', again, '--quiet');
    expectValid({ exitCode: code, said, stdout: '', out: again, verdict: readVerdict(again, said) });
    const planOf = (path: string): unknown => JSON.parse(readFileSync(join(path, 'plan.json'), 'utf8'));
    expect(planOf(again)).toEqual(planOf(out));
  });
});

describe.concurrent('a run that must fail', () => {
  it('loses its tasks with a store in memory, and says which', async () => {
    const options = ['--store', 'memory', ...(SHORTENED['crash-mid-task'] ?? [])];
    const { exitCode, verdict } = await run('memory', 'run', 'crash-mid-task', ...options);
    expect({ exitCode, valid: verdict.valid }).toEqual({ exitCode: 1, valid: false });
    const findings = verdict.checkers.flatMap((checker) => checker.findings);
    const losses = findings.filter(({ invariant }) => invariant === 'S1' || invariant === 'S2');
    expect(losses.length).toBeGreaterThan(0);
    for (const { message } of losses) expect(message).toMatch(/\bcall \d+/);
    expect(verdict.fates.lost).toBeGreaterThan(0);
  });

  it('misses a threshold that nothing can meet', async () => {
    const { exitCode, verdict } = await run(
      'threshold',
      ...['run', 'steady', '--set', 'calls=6', '--agents', '3', '--threshold', 'ack-latency.max < 0ms'],
    );
    expect({ exitCode, valid: verdict.valid }).toEqual({ exitCode: 3, valid: true });
  });
});

describe.concurrent('a profile', () => {
  it('gives every agent a process of its own on one store', async () => {
    const profile = writeProfile(
      'several',
      `target:
  command: ${process.execPath} ${SERVER} --transport stdio --dialect tasks-2026-07-28 --data {{dir}}
  processes: per-agent
  ready: { within: 30s }
tools: { work: { name: effect, arguments: { token: "{{token}}", ms: "{{ms}}" }, key: idempotency_key } }
effects: { delivery: exactly-once }
echo: "$.token"
`,
    );
    const small = ['--profile', profile, '--agents', '4', '--set', 'calls=16'];
    const steady = await run('several-steady', 'run', 'steady', ...small);
    expectValid(steady);
    const crashed = await run('several-crashed', 'run', 'crash-mid-task', ...small, '--set', 'faults.F12.count=2');
    expectValid(crashed);
    const history = readFileSync(join(crashed.out, 'history.jsonl'), 'utf8');
    const boots = [1, 2, 3].map((boot) => ({
      spawned: new Set(history.match(new RegExp(`"boot":${boot},"pid":\\d+,"phase":"spawn"`, 'g'))).size,
      ended: new Set(history.match(new RegExp(`"boot":${boot},"pid":\\d+,"phase":"exit"`, 'g'))).size,
      conversations: new Set(history.match(new RegExp(`"conn":"stdio-a\\d-b${boot}"`, 'g'))).size,
    }));
    expect(boots).toEqual([1, 2, 3].map(() => ({ spawned: 4, ended: 4, conversations: 4 })));
  });

  it('that requires what is not here gives an unknown verdict, and starts nothing', async () => {
    const profile = writeProfile(
      'unmet',
      `requires: { node: ">=999" }
target: { command: "node ${join(folder, 'never.js')}" }
tools: { work: { name: effect, arguments: { token: "{{token}}", ms: "{{ms}}" } } }
`,
    );
    const { exitCode, verdict, out } = await run('unmet', 'run', 'crash-mid-task', '--profile', profile);
    expect({ exitCode, valid: verdict.valid, notRun: verdict.notRun }).toEqual({
      exitCode: 2,
      valid: 'unknown',
      notRun: `the profile requires Node >=999, this is ${process.version}`,
    });
    expect(readFileSync(join(out, 'history.jsonl'), 'utf8')).not.toContain('"kind":"proc"');
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('the profile requires Node');
  });
});

function writeProfile(name: string, text: string): string {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, text);
  return path;
}

/** Lets so many jobs run at a time; the others wait in the order they came. */
function createPlaces(count: number): <Result>(job: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let taken = 0;
  return async (job) => {
    if (taken >= count) await new Promise<void>((resolve) => waiting.push(resolve));
    else taken += 1;
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else taken -= 1;
    }
  };
}
