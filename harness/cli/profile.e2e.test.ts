// Every key of a profile on a small server that needs it: the built command line, real processes and sockets.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isObject } from '../wire/json-rpc.ts';
import { openProgramStage, type ProgramStage, SERVER as REFERENCE } from './testing/program-stage.ts';

const SERVER = join(import.meta.dirname, 'testing', 'odd-jobs.mjs');
const SMALL = ['--set', 'calls=6', '--agents', '3', '--quiet'];
const ONE_KILL = ['--fault', 'F12=1'];

const verdictSchema = z.object({
  valid: z.unknown(),
  notRun: z.string().optional(),
  fates: z.record(z.string(), z.number()),
  checkers: z.array(
    z.object({ id: z.string(), valid: z.unknown(), findings: z.array(z.object({ message: z.string() })) }),
  ),
});

let stage: ProgramStage;
beforeEach(() => {
  stage = openProgramStage();
});
afterEach(() => stage[Symbol.dispose]());

/** The command of an odd-jobs server with these habits. */
function command(habits: object): string {
  return `${process.execPath} ${SERVER} '${JSON.stringify(habits)}'`;
}

async function run(scenario: string, profile: object, ...more: readonly string[]) {
  const path = stage.file('profile.json', JSON.stringify(profile));
  const { code, stderr } = await stage.run('run', scenario, '--profile', path, '--out', 'out', ...SMALL, ...more);
  if (code === 64) throw new Error(stderr);
  const read = (name: string) => readFileSync(join(stage.cwd, 'out', name), 'utf8');
  const verdict = verdictSchema.parse(JSON.parse(read('verdict.json')));
  const history = read('history.jsonl')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))
    .filter(isObject);
  const validOf = (id: string) => verdict.checkers.find((one) => one.id === id)?.valid;
  const findingsOf = (id: string) => verdict.checkers.find((one) => one.id === id)?.findings ?? [];
  return { code, verdict, history, validOf, findingsOf, read };
}

const STATUS = { tool: 'job_status', arguments: { job: '{{id}}' }, completed: ['done'], failed: ['broken'] };
const START = { tool: 'run_job', arguments: { what: '{{token}}' }, takes: '120ms' };
/** Everything in words. */
const TEXT = {
  dialect: 'handle',
  handle: {
    start: { ...START, id: '/^PID: (\\S+)$/m' },
    status: { ...STATUS, state: '/^STATUS: (\\w+)$/m', missing: { error: 'not found' } },
  },
  echo: '/^result-(\\S+)$/m',
};
/** Everything as JSON. */
const JSONS = {
  dialect: 'handle',
  handle: {
    start: { ...START, id: '$.id' },
    status: { ...STATUS, state: '$.state', missing: { path: '$.error', error: 'No tracked' } },
  },
  echo: '$.result.what',
};
const SETTLED = { 'settled-ok': 6 };

describe('how jobs are read', () => {
  it('ids and tokens are numbers, and a state is there only at the end', async () => {
    const habits = { numbers: true, types: 'number', json: true, silent: true };
    const { start, status } = JSONS.handle;
    const handle = {
      start: { ...start, arguments: { what: '{{number 1000 1999}}' } },
      status: { ...status, otherwise: 'working' },
    };
    const { verdict, validOf } = await run('steady', { target: { command: command(habits) }, ...JSONS, handle });
    expect([verdict.fates, validOf('wrong-results'), validOf('malformed-replies')]).toEqual([SETTLED, true, true]);
  });

  it('the result comes from a third tool, by what the status reply said', async () => {
    const handle = {
      ...JSONS.handle,
      status: { ...JSONS.handle.status, keep: { output: '$.output_id' } },
      result: { tool: 'read_output', arguments: { output_id: '{{output}}' }, value: '$.text' },
    };
    const target = { command: command({ json: true, outputs: true }) };
    const { verdict, validOf, history } = await run('steady', { target, ...JSONS, handle, echo: '$.text' });
    expect([verdict.valid, verdict.fates, validOf('wrong-results')]).toEqual([true, SETTLED, true]);
    // Six agents' last reads and as many of the auditor, each of two requests.
    expect(history.filter(({ kind, rpcIds }) => kind === 'ok' && rpcIds !== undefined).length).toBeGreaterThanOrEqual(
      12,
    );
  });

  it('ids, states and results stand in text, and a tool waits until the job is over', async () => {
    const wait = { tool: 'wait_job', arguments: { job: '{{id}}', seconds: 5 } };
    const { verdict, validOf, history } = await run(
      'steady',
      { target: { command: command({}) }, ...TEXT, handle: { ...TEXT.handle, wait } },
      '--set',
      'agents.policy=blocking',
    );
    expect([verdict.valid, verdict.fates, validOf('wrong-results')]).toEqual([true, SETTLED, true]);
    const asked = history.filter(({ kind, agent }) => kind === 'inv' && agent !== 'auditor');
    expect(asked.filter(({ op }) => op === 'result')).toHaveLength(6);
    expect(asked.filter(({ op }) => op === 'get')).toHaveLength(0);
  });

  it('a cancelled job is not known any more', async () => {
    const cancel = {
      tool: 'kill_job',
      arguments: { job: '{{id}}' },
      accepted: '/"success":\\s*true/',
      // biome-ignore lint/suspicious/noThenProperty: the published format has this key; the object is never awaited.
      then: 'missing',
    };
    const profile = { target: { command: command({ json: true }) }, ...JSONS, handle: { ...JSONS.handle, cancel } };
    const { verdict, history } = await run(
      'steady',
      profile,
      '--set',
      'work=[{tool: work, ms: 120, cancelAfterMs: 30}]',
    );
    expect(verdict.fates.lost ?? 0).toBe(0);
    expect(history.some(({ kind, status }) => kind === 'ok' && status === 'cancelled')).toBe(true);
  });
});

describe('who does the work, and who tells of it', () => {
  it('the harness, at an address that is registered after every boot', async () => {
    const profile = {
      target: { command: command({ handlers: true }) },
      setup: [{ tool: 'register_handler', arguments: { url: '{{sink}}' } }],
      ...TEXT,
      state: { durable: false },
    };
    const { verdict, history, validOf } = await run('crash-mid-task', profile, ...ONE_KILL);
    const boots = history.filter(({ kind, phase }) => kind === 'proc' && phase === 'spawn');
    expect([boots.length, verdict.fates.refused ?? 0]).toEqual([2, 0]);
    const effects = history.filter(({ kind }) => kind === 'fx');
    expect(new Set(effects.map(({ token }) => token)).size).toBe(6);
    // What was handed on goes on, whoever handed it on is gone.
    expect(effects.filter(({ phase }) => phase === 'commit')).toHaveLength(effects.length / 2);
    expect(validOf('missing-effects')).toBe(true);
  });

  it('an address that refuses the work has it fail', async () => {
    const start = { ...TEXT.handle.start, failing: { what: '{{token}}', url: '{{sink}}?status=500' } };
    const profile = { target: { command: command({}) }, ...TEXT, handle: { ...TEXT.handle, start }, effects: {} };
    const { verdict, history } = await run('steady', profile, '--set', 'work=[{tool: failing, ms: 100}]');
    expect(verdict.fates).toEqual({ 'settled-failed': 6 });
    expect(history.filter(({ kind }) => kind === 'fx').map(({ phase }) => phase)).toEqual(Array(6).fill('begin'));
  });

  const LINES = `sed -u 's/.*/{"token":"&"}/'`;
  const TELLERS: readonly (readonly [string, object])[] = [
    ['a command that goes on', { stream: `touch done.txt; tail -n +1 -f done.txt | ${LINES}` }],
    ['a command that counts', { snapshot: `${LINES} {{dir}}/done.txt` }],
  ];
  it.each(TELLERS)('%s tells of effects, and of doubled ones', async (_what, effects) => {
    const at = { target: { command: command({ dir: '{{dir}}', effects: 'twice' }) }, ...TEXT, effects };
    const { code, findingsOf, history, validOf } = await run('steady', at);
    expect([code, history.filter(({ kind }) => kind === 'fx').length]).toEqual([1, 12]);
    expect(findingsOf('duplicate-effects')).toHaveLength(6);
    expect(validOf('missing-effects')).toBe(true);
  });

  it('a command that fails ends the run with its words', async () => {
    const effects = { snapshot: 'echo no such table >&2; exit 7' };
    await expect(run('steady', { target: { command: command({}) }, ...TEXT, effects })).rejects.toThrow(
      /effects\.snapshot failed: it ended with exit code 7: no such table/,
    );
  });

  it.each([
    ['process', true],
    ['group', false],
  ])('what a kill of the %s leaves at work', async (kill, goesOn) => {
    const profile = {
      target: { command: command({ children: true }), kill },
      ...TEXT,
      handle: { ...TEXT.handle, start: { ...TEXT.handle.start, takes: '400ms' } },
      effects: {},
      state: { durable: false },
    };
    const { verdict, history } = await run('crash-mid-task', profile, ...ONE_KILL);
    const lost = verdict.fates.lost ?? 0;
    expect(lost).toBeGreaterThan(0);
    const committed = new Set(history.filter(({ kind }) => kind === 'fx').map(({ call }) => call));
    expect(committed.size).toBe(goesOn ? 6 : 6 - lost);
  });
});

describe('who may have a job', () => {
  const url = 'http://127.0.0.1:{{port}}/mcp';
  const tenants = { port: '{{port}}', tenants: ['red', 'blue'] };
  const principals = tenants.tenants.map((name) => ({ headers: { 'x-tenant': name } }));

  it.each([
    ['keeps', true],
    ['does not keep', false],
  ])('a server that %s two principals apart', async (_what, owners) => {
    const target = { command: command({ ...tenants, owners }), url, principals };
    const { validOf, history } = await run('isolation', { target, ...TEXT, state: { scope: 'principal' } });
    expect(validOf('leaked-tasks')).toBe(owners);
    expect(history.some(({ trespass }) => trespass === true)).toBe(true);
  });

  it('one session alone', async () => {
    const target = { command: command({ port: '{{port}}', owners: 'session' }), url };
    const { verdict, validOf } = await run('isolation', { target, ...TEXT, state: { scope: 'session' } });
    expect([validOf('leaked-tasks'), verdict.fates]).toEqual([true, SETTLED]);
  });
});

describe('what a server needs', () => {
  it('its environment, a fresh folder, and no word of a secret in what is kept', async () => {
    const habits = { needs: 'ODD_SECRET', dir: '{{dir}}', numbers: true, json: true };
    const { start, status } = JSONS.handle;
    const profile = {
      requires: { env: ['ODD_GIVEN'], node: '>=20' },
      target: {
        command: command(habits),
        env: { ODD_SECRET: '{{env.ODD_GIVEN}}' },
        prepare: 'echo 500 > last-id',
      },
      state: { durable: false, wipe: 'rm -f stale.txt' },
      ...JSONS,
      handle: { start: { ...start, arguments: { what: '{{n}}' } }, status },
      echo: undefined,
    };
    stage.file('stale.txt', 'of an earlier run');
    process.env.ODD_GIVEN = 'hunter-7731';
    try {
      const { verdict, history, read } = await run('steady', profile);
      expect(verdict.fates).toEqual(SETTLED);
      expect(history.some(({ kind, task }) => kind === 'ok' && task === '501')).toBe(true);
      expect(existsSync(join(stage.cwd, 'stale.txt'))).toBe(false);
      expect(read('plan.json')).toContain('{{env.ODD_GIVEN}}');
      const kept = readdirSync(join(stage.cwd, 'out')).filter((name) => read(name).includes('hunter-7731'));
      expect(kept).toEqual([]);
    } finally {
      delete process.env.ODD_GIVEN;
    }
  });

  it.each([
    ['another Node', { node: '>=99' }, /requires Node >=99/],
    ['a variable that is not set', { env: ['ODD_MISSING'] }, /ODD_MISSING/],
  ])('%s makes the verdict unknown, and says so', async (_what, requires, reason) => {
    const { code, verdict } = await run('steady', { requires, target: { command: command({}) }, ...TEXT });
    expect([code, verdict.valid]).toEqual([2, 'unknown']);
    expect(verdict.notRun).toMatch(reason);
  });
});

describe('a gateway', () => {
  it('that swallows a receipt is found by the work that went on behind it', async () => {
    const gateway = join(import.meta.dirname, 'testing', 'swallowing-gateway.mjs');
    const upstream = `${process.execPath} ${REFERENCE} --transport stdio --store memory`;
    const target = { command: `${process.execPath} ${gateway} ${upstream}`, kill: 'group' };
    const profile = { target, echo: '$.token', state: { durable: false } };
    const more = ['--set', 'agents.retry.attemptsMax=2', '--threshold', 'orphaned == 0'];
    const { code, verdict } = await run('steady', profile, ...more);
    expect(verdict.fates).toEqual({ 'settled-ok': 4, orphaned: 2 });
    expect(code).toBe(3);
  });
});
