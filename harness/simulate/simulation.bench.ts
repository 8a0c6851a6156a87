import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { z } from 'zod';
import { judgeDirectory } from '../judge/judge.ts';
import type { Plan } from '../model/plan.ts';
import { runDirectory } from '../model/run-directory.ts';
import { type Benchmark, type OpenBenchmarks, repeatedInTurn, type Timed } from '../model/testing/benchmark.ts';
import { compile } from '../plan/compile.ts';
import { parseScenario } from '../plan/scenario-file.ts';
import { type ResolvedTarget, resolveTarget } from '../targets/index.ts';
import type { probeModule } from './module-probe.ts';
import type { openSimulationThread, SimulationThread } from './thread.ts';

/**
 * What one poll of a simulated agent costs from its sleep to its place in the verdict: the server's answer, the links, a history
 * with whole messages on disk, all checkers and metrics over it. Beside a bare round trip of the SDK: its client and its
 * low-level server over a linked pair in memory, `tasks/get` answered with a constant. The goal is 1 for the reference server,
 * which is a plain handler, and 2 for a server on the SDK.
 */
export const openBenchmarks: OpenBenchmarks = async () => {
  const program = await builtProgram();
  const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-bench-'));
  const threads: SimulationThread[] = [];
  const benchmarks: Benchmark[] = [];
  const baseline = await bareRoundTrips();
  for (const { name, target, ratioMax } of await subjects(program)) {
    const thread = await program.openSimulationThread(target.planned);
    threads.push(thread);
    const subject = await simulatedPolls(thread, planFor(target), scratch);
    benchmarks.push({ name, subject, baseline, ratioMax });
  }
  return {
    benchmarks,
    async [Symbol.asyncDispose]() {
      for (const thread of threads) await thread.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
};

// Long tasks of few agents: nearly all of it is polling.
const SCENARIO = `
title: Polls
description: Agents that wait.
calls: 20
agents: { count: 20, backoff: { id: fixed, options: { intervalMs: 250 } } }
load: { id: closed, options: { spreadMs: 1000 } }
work: [{ ms: [40000, 50000] }]
`;

interface Program {
  readonly openSimulationThread: typeof openSimulationThread;
  readonly probeModule: typeof probeModule;
}

const isFunction = (value: unknown) => typeof value === 'function';
const threadSchema = z.object({ openSimulationThread: z.custom<typeof openSimulationThread>(isFunction) });
const probeSchema = z.object({ probeModule: z.custom<typeof probeModule>(isFunction) });

/** Threads start from files of their own, so they come from dist/, beside which the bundle of this file lies. */
async function builtProgram(): Promise<Program> {
  const load = async (file: string): Promise<unknown> =>
    await import(new URL(`../harness/simulate/${file}`, import.meta.url).href).catch((cause: unknown) => {
      throw new Error('the program is not built: npm run build', { cause });
    });
  return { ...threadSchema.parse(await load('thread.js')), ...probeSchema.parse(await load('module-probe.js')) };
}

async function subjects({ probeModule: ask }: Program) {
  const probes = {
    probe: async () => {
      throw new Error('no process is asked in virtual time');
    },
    probeModule: (request: Parameters<typeof ask>[0]) => ask(request, new AbortController().signal),
  };
  const module = fileURLToPath(new URL('../../fixtures/examples/sdk-v1-fire-and-forget.mjs', import.meta.url));
  const what = 'a simulated poll, recorded and judged';
  return [
    { name: `${what}: reference, modelled`, target: await resolveTarget({ store: 'modelled' }, probes), ratioMax: 25 },
    { name: `${what}: reference, sqlite`, target: await resolveTarget({ store: 'sqlite' }, probes), ratioMax: 30 },
    { name: `${what}: a server on SDK v1`, target: await resolveTarget({ module }, probes), ratioMax: 30 },
  ];
}

function planFor(target: ResolvedTarget): Plan {
  const scenario = parseScenario(SCENARIO, 'polls.yaml');
  return compile({ scenario, seed: 1, target: target.planned, claimcheck: '0', time: 'virtual' });
}

/** A run from plan to verdict as `claimcheck simulate` does it, by poll. */
async function simulatedPolls(thread: SimulationThread, plan: Plan, scratch: string): Promise<Timed> {
  const directory = runDirectory(mkdtempSync(join(scratch, 'run-')));
  writeFileSync(directory.plan, JSON.stringify(plan));
  const run = async () => {
    // A history is never written over.
    rmSync(directory.history, { force: true });
    await thread.run({ plan, directory: directory.path, signal: new AbortController().signal });
    return await judgeDirectory(directory.path);
  };
  const { metrics, valid } = await run();
  const polls = metrics.polls;
  if (valid !== true || polls?.type !== 'counter' || polls.value < 1000) {
    throw new Error(`expected a valid run of many polls, got ${valid} with ${JSON.stringify(polls)}`);
  }
  return { unitCount: polls.value, run };
}

const getRequest = z.object({ method: z.literal('tasks/get'), params: z.object({ taskId: z.string() }) });
const taskReply = z.looseObject({ taskId: z.string(), status: z.string() });

async function bareRoundTrips(): Promise<Benchmark['baseline']> {
  const server = new Server({ name: 'bare', version: '1' }, { capabilities: { tasks: {} } });
  const task = { taskId: 'x'.repeat(32), status: 'working', ttl: 60_000, pollInterval: 500 };
  server.setRequestHandler(getRequest, () => task);
  const client = new Client({ name: 'bare', version: '1' });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await server.connect(far);
  await client.connect(near);
  const ask = () => client.request({ method: 'tasks/get', params: { taskId: task.taskId } }, taskReply);
  return { name: 'a bare tasks/get of the SDK in memory', ...repeatedInTurn(2000, ask) };
}
