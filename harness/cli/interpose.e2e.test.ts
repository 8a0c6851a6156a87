// Clients that others wrote, with the harness between them and a server.
import { expect, test } from 'vitest';
import { readPlan } from '../judge/plan-file.ts';
import type { MetricValue } from '../model/metric-value.ts';
import type { Verdict } from '../model/verdict.ts';
import { type Connect, extTasksClient, type ForeignClient, sdkClient } from './testing/foreign-clients.ts';
import { openProgramStage, PROGRAM, type ProgramStage, SERVER } from './testing/program-stage.ts';

const DIALECT = 'tasks-2025-11-25';
const CALLS = 3;
const ATTEMPTS_MAX = 6;
// Long enough that a kill half a second after a receipt finds the work unfinished.
const WORK_MS = 1_200;
const SCENARIOS = ['steady', 'lost-receipt', 'crash-mid-task', 'late-result'] as const;
const CLIENTS: Readonly<Record<string, Connect>> = { 'SDK v1': sdkClient, 'ext-tasks': extTasksClient };
const CASES = Object.keys(CLIENTS).flatMap((client) => SCENARIOS.map((scenario) => ({ client, scenario })));

const flags = (scenario: string) => [
  ...['interpose', '--out', 'run', '--as-reference', '--dialect', DIALECT, '--scenario', scenario],
  ...['--calls', String(CALLS), '--takes', `${WORK_MS}ms`],
];
const server = (...more: readonly string[]) => [
  ...[process.execPath, SERVER, '--dialect', DIALECT, '--store', 'sqlite', '--data', '{{dir}}', ...more],
];
// Neither client greets again when a session is lost, so the server keeps its sessions over a restart.
const HTTP = ['--transport', 'http', '--host', '127.0.0.1', '--port', '{{port}}', '--sessions', 'signed'];

test.each(CASES)('$client over HTTP through $scenario', async ({ client, scenario }) => {
  using stage = openProgramStage();
  const url = ['--url', 'http://127.0.0.1:{{port}}/mcp'];
  const running = stage.start(...flags(scenario), ...url, '--', ...server(...HTTP));
  {
    await using foreign = await connectorOf(client)({ url: await running.firstLine });
    expect(await workAll(foreign)).toBe(CALLS);
  }
  running.signal('SIGTERM');
  const { stdout, code } = await running.ended;
  const verdict = await verdictOf(stage);
  expect(code).toBe(verdict.exitCode);
  expect(stdout).toContain(`${scenario}: `);
  expectGood(verdict, scenario);
  expect(verdict.target.client).toBe(client === 'SDK v1' ? 'sdk-client 1' : 'ext-tasks-client 2');
  expect(stage.left()).toEqual([]);
});

test.each(CASES)('$client over stdio through $scenario, its server revived', async ({ client, scenario }) => {
  using stage = openProgramStage();
  const more = ['--on-crash', 'revive', '--label', 'mine', '--', ...server('--transport', 'stdio')];
  {
    const command = [PROGRAM, ...flags(scenario), ...more];
    await using foreign = await connectorOf(client)({ command, cwd: stage.cwd });
    expect(await workAll(foreign)).toBe(CALLS);
  }
  const verdict = await verdictOf(stage);
  expectGood(verdict, scenario);
  expect(verdict.target.client).toBe('mine');
});

test('a server that dies closes the pipe of its client, and the next one goes beside the first run', async () => {
  using stage = openProgramStage();
  const command = [PROGRAM, ...flags('crash-mid-task'), '--', ...server('--transport', 'stdio')];
  for (const run of ['run', 'run-2']) {
    await using foreign = await sdkClient({ command, cwd: stage.cwd });
    await expect(workAll(foreign, 1)).rejects.toThrow();
    const verdict = await verdictOf(stage, run);
    expect(verdict.faults).toMatchObject([{ id: 'F12', planned: 1, verified: 1 }]);
    expect(verdict.valid).not.toBe(false);
    expect(verdict.interrupted).toBe(false);
  }
});

test('without a profile calls are judged by what the protocol shows, and nothing else is claimed', async () => {
  using stage = openProgramStage();
  const command = [PROGRAM, 'interpose', '--out', 'run', '--', ...server('--transport', 'stdio')];
  {
    await using foreign = await sdkClient({ command, cwd: stage.cwd });
    await workAll(foreign, 1);
  }
  const verdict = await verdictOf(stage);
  expect(verdict.fates).toEqual({ 'settled-ok': CALLS });
  expect(verdict.target.dialect).toBe(DIALECT);
  for (const id of ['missing-effects', 'duplicate-effects', 'wrong-results']) {
    expect(verdict.checkers.find((checker) => checker.id === id)?.valid, id).toBe('not-applicable');
  }
  const again = await stage.run('check', 'run', '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ valid: verdict.valid, fates: verdict.fates });
  const replay = await stage.run('replay', 'run');
  expect([replay.code, replay.stderr]).toEqual([64, expect.stringContaining('only that client can make them again')]);
});

/** Each piece of work, sent again when it fails: what the client says itself is not ours to judge here. */
async function workAll(foreign: ForeignClient, attemptsMax = ATTEMPTS_MAX): Promise<number> {
  let done = 0;
  for (let number = 1; number <= CALLS; number += 1) {
    const args = { token: `token-${number}`, ms: WORK_MS, mode: 'repeatable', idempotency_key: `key-${number}` };
    for (let attempt = 1; ; attempt += 1) {
      try {
        await foreign.work(args);
        done += 1;
        break;
      } catch (error) {
        if (attempt >= attemptsMax) throw error;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }
  return done;
}

function expectGood(verdict: Verdict, scenario: string): void {
  const named = verdict.checkers.filter(({ valid }) => valid !== true && valid !== 'not-applicable');
  expect(named.map(({ id, reason, findings }) => ({ id, reason, findings }))).toEqual([]);
  expect(verdict).toMatchObject({ valid: true, interrupted: false, scenario });
  expect(verdict.faults.filter(({ planned, verified }) => planned !== verified)).toEqual([]);
  expect(verdict.fates).toEqual({ 'settled-ok': CALLS });
  const isDisturbed = scenario === 'lost-receipt' || scenario === 'crash-mid-task';
  expect(verdict.faults.some(({ planned }) => planned > 0)).toBe(isDisturbed);
  if (scenario === 'lost-receipt') expect(countOf(verdict.metrics.retries)).toBeGreaterThan(0);
  if (!isDisturbed) expect(countOf(verdict.metrics.retries)).toBe(0);
  expect(verdict.metrics['result-latency']).toMatchObject({ count: CALLS, censored: 0 });
}

function countOf(metric: MetricValue | undefined): number | undefined {
  return metric?.type === 'counter' ? metric.value : undefined;
}

function connectorOf(name: string): Connect {
  const connect = CLIENTS[name];
  if (connect === undefined) throw new Error(`expected a client, got ${name}`);
  return connect;
}

async function verdictOf(stage: ProgramStage, run = 'run'): Promise<Verdict> {
  expect(await readPlan(`${stage.cwd}/${run}/plan.json`)).toMatchObject({ client: {} });
  expect(stage.read(`${run}/report.html`)).toContain('<html');
  return JSON.parse(stage.read(`${run}/verdict.json`));
}
