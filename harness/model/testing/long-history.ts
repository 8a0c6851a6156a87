import type { PlannedFault } from '../plan.ts';
import { createHistory, type HistoryBuilder, taskOf } from './history-builder.ts';

const ROUND_MS = 120;
const POLL_OFFSETS_MS = [20, 40, 60];
// Events of one call: receipt, polls, effect, result, continuation and the two final reads.
const EVENTS_PER_CALL = 33;
// Every tenth call loses its first receipt and is sent again with its key.
const CALLS_PER_LOST_RECEIPT = 10;

interface Step {
  readonly atMs: number;
  run(h: HistoryBuilder, atMs: number): void;
}

export interface LongRun {
  readonly agents?: number;
  /** Every so many rounds the server is killed between two rounds, so that a longer history has more boots as well. */
  readonly roundsPerBoot?: number;
}

/**
 * A run in which nothing goes wrong, about `eventCount` events long (one round of calls more or less): the agents call, poll,
 * fetch and go on, receipts get lost, the server is killed and comes back. Everything grows in proportion.
 */
export function tellLongRun(eventCount: number, { agents = 20, roundsPerBoot = 40 }: LongRun = {}): HistoryBuilder {
  const roundCount = Math.max(1, Math.round(eventCount / EVENTS_PER_CALL / agents));
  const killCount = Math.floor((roundCount - 1) / roundsPerBoot);
  const faults = Array.from({ length: killCount }, (_, index): PlannedFault => {
    const atMs = (index + 1) * roundsPerBoot * ROUND_MS;
    return { entry: `F12#${index + 1}`, fault: 'F12', name: 'kill', trigger: { kind: 'time', atMs }, options: {} };
  });
  const callCount = roundCount * agents;
  const h = createHistory({ calls: callCount, agents, faults, plan: { limits: limitsFor(roundCount) } });
  for (let round = 0; round < roundCount; round++) {
    const startMs = round * ROUND_MS;
    if (round > 0 && round % roundsPerBoot === 0) restart(h, startMs, `F12#${round / roundsPerBoot}`);
    const steps: Step[] = [];
    for (let agent = 1; agent <= agents; agent++) {
      steps.push(...live(round * agents + agent, startMs + 3 + agent, agent));
    }
    steps.sort((a, b) => a.atMs - b.atMs);
    for (const step of steps) step.run(h, step.atMs);
  }
  const tasks = Array.from({ length: callCount }, (_, index) => [index + 1, taskOf(index + 1)] as const);
  h.finish(roundCount * ROUND_MS, tasks);
  return h;
}

function limitsFor(roundCount: number) {
  const runMs = 60_000 + roundCount * ROUND_MS;
  return { requestMs: 5000, blockingMs: 30_000, readyMs: 5000, runMs, stopMs: 5000 };
}

function restart(h: HistoryBuilder, atMs: number, entry: string): void {
  h.kill(atMs, entry);
  h.boot(atMs + 2);
  h.fault(atMs + 2, entry, 'stop');
}

function live(call: number, startMs: number, agent: number): Step[] {
  const task = taskOf(call);
  const poll: Step['run'] = (h, atMs) => void h.ok(atMs, h.get(atMs, call, task));
  return [
    { atMs: startMs, run: (h, atMs) => submit(h, atMs, call) },
    { atMs: startMs + 2, run: (h, atMs) => void h.begin(atMs, call) },
    ...POLL_OFFSETS_MS.map((offsetMs): Step => ({ atMs: startMs + offsetMs, run: poll })),
    { atMs: startMs + 70, run: (h, atMs) => void h.commit(atMs, call) },
    {
      atMs: startMs + 80,
      run(h, atMs) {
        h.done(atMs, h.get(atMs, call, task));
        h.add(atMs, { kind: 'know', task, call, agent });
        h.add(atMs, { kind: 'bind', task, call, agent });
        h.add(atMs, { kind: 'use', call, inputs: [task], agent });
      },
    },
  ];
}

function submit(h: HistoryBuilder, atMs: number, call: number): void {
  const first = h.create(atMs, call);
  if (call % CALLS_PER_LOST_RECEIPT !== 0) {
    h.ok(atMs, first, { task: taskOf(call) });
    return;
  }
  const { events } = h;
  const request = events[first];
  if (request?.kind !== 'inv') throw new Error(`expected event ${first} to be a request, got ${request?.kind}`);
  const { conn, rpcId } = request;
  h.frame(atMs, { conn, rpcId, dir: 'in', type: 'response', action: 'cut', entries: ['F5#1'] });
  h.info(atMs, first, 'reset');
  h.ok(atMs, h.create(atMs, call, { attempt: 2 }), { task: taskOf(call) });
}
