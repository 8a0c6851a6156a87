import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Event, OkBody } from '../event.ts';
import type { Plan, PlannedFault } from '../plan.ts';
import { createPrng } from '../prng.ts';
import { createHistory, type HistoryBuilder, taskOf, WALL } from './history-builder.ts';

/** When an agent polls, after its receipt: 1 s, doubled up to 30 s. */
const POLLS_MS = [1000, 3000, 7000, 15_000, 31_000, 61_000];
const LEAST_WORK_MS = 15_000;
const MOST_WORK_MS = 60_000;
const KILL_EVERY_MS = 600_000;
const WRITE_BYTES = 1 << 20;
const INTERVAL_MS = 1000;
// What a poll and its answer look like on the wire.
const REQUEST_TEXT = JSON.stringify({
  jsonrpc: '2.0',
  id: 123_456,
  method: 'tasks/get',
  params: {
    taskId: taskOf(1),
    _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', clientInfo: 'agent' },
  },
});
const REPLY_TEXT = JSON.stringify({
  jsonrpc: '2.0',
  id: 123_456,
  result: {
    resultType: 'complete',
    taskId: taskOf(1),
    status: 'working',
    statusMessage: 'still at it',
    createdAt: new Date(WALL).toISOString(),
    lastUpdatedAt: new Date(WALL).toISOString(),
    ttlMs: 86_400_000,
    pollIntervalMs: INTERVAL_MS,
  },
});

export interface LargeRun {
  readonly agents: number;
  /** Calls of each agent; one takes 31 or 61 seconds. */
  readonly callsPerAgent: number;
  readonly record: Plan['record'];
}

interface Step {
  readonly atMs: number;
  run(atMs: number): void;
}

/**
 * A whole run in which nothing goes wrong, told event by event: agents that take up a call, poll for it for half a minute to
 * a minute and go on with the next, while the server is killed every ten minutes. The same input tells the same run.
 */
export function tellLargeRun(run: LargeRun, onEvent: (event: Event) => void): Plan {
  const lengthMs = run.callsPerAgent * (MOST_WORK_MS + 1000);
  const faults = Array.from({ length: Math.floor(lengthMs / KILL_EVERY_MS) }, (_, index): PlannedFault => {
    const atMs = (index + 1) * KILL_EVERY_MS;
    return { entry: `F12#${index + 1}`, fault: 'F12', name: 'kill', trigger: { kind: 'time', atMs }, options: {} };
  });
  const hasText = run.record === 'full';
  const h = createHistory({
    calls: run.agents * run.callsPerAgent,
    agents: run.agents,
    faults,
    plan: { record: run.record, slaMs: 2 * MOST_WORK_MS },
    onEvent(event) {
      if (event.kind !== 'frame' || !hasText) onEvent(event);
      else onEvent({ ...event, text: event.dir === 'out' ? REQUEST_TEXT : REPLY_TEXT });
    },
  });
  const tasks = tell(h, run);
  h.finish(lengthMs + MOST_WORK_MS, tasks);
  return h.plan;
}

/** plan.json and history.jsonl of such a run, written as it is told. Gives the number of events. */
export function writeLargeRun(directory: string, run: LargeRun): number {
  const file = openSync(join(directory, 'history.jsonl'), 'w');
  let text = '';
  let count = 0;
  const plan = tellLargeRun(run, (event) => {
    count += 1;
    text += `${JSON.stringify(event)}\n`;
    if (text.length < WRITE_BYTES) return;
    writeSync(file, text);
    text = '';
  });
  writeSync(file, text);
  closeSync(file);
  const planFile = openSync(join(directory, 'plan.json'), 'w');
  writeSync(planFile, JSON.stringify(plan));
  closeSync(planFile);
  return count;
}

/** Steps of all agents in the order of their time, by the second: what is told needs not be kept. */
function tell(h: HistoryBuilder, run: LargeRun): readonly (readonly [call: number, task: string])[] {
  const seconds = new Map<number, Step[]>();
  const draw = createPrng(1).fork('large');
  let lastSecond = 0;
  const plan = (step: Step) => {
    const second = Math.floor(step.atMs / 1000);
    lastSecond = Math.max(lastSecond, second);
    const known = seconds.get(second);
    if (known) known.push(step);
    else seconds.set(second, [step]);
  };
  for (const { entry, trigger } of h.plan.faults) {
    if (trigger.kind === 'time') plan({ atMs: trigger.atMs, run: (atMs) => restart(h, atMs, entry) });
  }
  for (let agent = 1; agent <= run.agents; agent += 1) {
    const begin = (round: number) => (atMs: number) => {
      const call = round * run.agents + agent;
      const workMs = draw.integer(LEAST_WORK_MS, MOST_WORK_MS);
      const next = round + 1 < run.callsPerAgent ? begin(round + 1) : null;
      live(h, { call, agent, startMs: atMs, workMs, plan, next });
    };
    plan({ atMs: 5 + draw.integer(0, 30_000), run: begin(0) });
  }
  for (let second = 0; second <= lastSecond; second += 1) {
    const steps = seconds.get(second) ?? [];
    seconds.delete(second);
    steps.sort((a, b) => a.atMs - b.atMs);
    for (const { atMs, run: take } of steps) take(atMs);
  }
  return h.plan.calls.map(({ call }) => [call, taskOf(call)] as const);
}

function restart(h: HistoryBuilder, atMs: number, entry: string): void {
  h.kill(atMs, entry);
  h.boot(atMs);
  h.fault(atMs, entry, 'stop');
}

interface Life {
  readonly call: number;
  readonly agent: number;
  readonly startMs: number;
  readonly workMs: number;
  plan(step: Step): void;
  readonly next: ((atMs: number) => void) | null;
}

/** One call from its receipt to the next step of its agent. Steps lie at least a second ahead, so none comes too late. */
function live(h: HistoryBuilder, { call, agent, startMs, workMs, plan, next }: Life): void {
  const task = taskOf(call);
  const seen = shown(startMs);
  h.add(startMs, { kind: 'gen', call, lateness: 0 });
  h.ok(startMs, h.create(startMs, call), { task, ...seen });
  h.begin(startMs, call);
  plan({ atMs: startMs + workMs, run: (atMs) => void h.commit(atMs, call) });
  for (const delayMs of POLLS_MS) {
    const isLast = delayMs >= workMs;
    plan({
      atMs: startMs + delayMs,
      run(atMs) {
        const read = h.get(atMs, call, task);
        if (!isLast) {
          h.ok(atMs, read, seen);
          return;
        }
        h.done(atMs, read, { ...seen, lastUpdatedAt: new Date(WALL + startMs + workMs).toISOString() });
        h.add(atMs, { kind: 'know', task, call, agent });
        h.add(atMs, { kind: 'bind', task, call, agent });
        h.add(atMs, { kind: 'use', call, inputs: [task], agent });
        if (next) plan({ atMs: atMs + 1000, run: next });
      },
    });
    if (isLast) return;
  }
}

function shown(startMs: number): Partial<OkBody> {
  const createdAt = new Date(WALL + startMs).toISOString();
  return { createdAt, lastUpdatedAt: createdAt, ttlMs: 86_400_000, pollMs: INTERVAL_MS };
}
