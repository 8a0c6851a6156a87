import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AgentContext, AgentPolicy } from '../model/agent.ts';
import { createSystemClock, msOf } from '../model/clock.ts';
import type { EventBody } from '../model/event.ts';
import type { Plan, PlannedCall } from '../model/plan.ts';
import type { PlannedLoad } from '../model/planned-load.ts';
import { sampleCall, samplePlan } from '../model/testing/sample-plan.ts';
import { runLoad } from './load-runner.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'hrtime', 'Date'] }));
afterEach(() => void vi.useRealTimers());

type CallChange = Partial<PlannedCall>;

function planOf(load: PlannedLoad, calls: readonly CallChange[]): Plan {
  return { ...samplePlan(), load, calls: calls.map((change, index) => ({ ...sampleCall(index + 1), ...change })) };
}

/** Runs a load of calls that each take 100 ms; says when which was begun, ms, and what was recorded. */
async function run(plan: Plan, tookMs = 100) {
  const clock = createSystemClock();
  const begun: [call: number, atMs: number][] = [];
  const recorded: EventBody[] = [];
  const policy: AgentPolicy = {
    meta: { id: 'poller', title: 'Takes its time', description: 'And nothing else.' },
    async run(_context, call) {
      begun.push([call.call, Math.round(msOf(clock.now()))]);
      await clock.sleep(tookMs);
    },
  };
  // Nothing but the policy above ever looks at it.
  const contextFor = (agent: number): AgentContext => JSON.parse(JSON.stringify({ agent }));
  const running = runLoad({
    plan,
    policies: new Map([['poller', policy]]),
    contextFor,
    clock,
    recorder: { record: (body) => recorded.push(body) },
    signal: new AbortController().signal,
  });
  await vi.runAllTimersAsync();
  await running;
  return { begun, recorded };
}

const OPEN: PlannedLoad = { id: 'stages', model: 'open', options: {}, warmupMs: 0 };

it('begins open calls at their instants, whatever became of those before', async () => {
  const { begun, recorded } = await run(planOf(OPEN, [{ atMs: 0 }, { atMs: 30 }, { atMs: 60 }]));
  expect(begun).toEqual([
    [1, 0],
    [2, 30],
    [3, 60],
  ]);
  expect(recorded[0]).toEqual({ kind: 'note', topic: 'load-start', data: { originT: 0 } });
});

it('drops an arrival that finds as many calls under way as there may be, and says so', async () => {
  const plan = planOf({ ...OPEN, inFlightMax: 2 }, [{ atMs: 0 }, { atMs: 30 }, { atMs: 60 }, { atMs: 130 }]);
  const { begun, recorded } = await run(plan);
  expect(begun.map(([call]) => call)).toEqual([1, 2, 4]);
  expect(recorded.filter((body) => body.kind === 'gen' && body.dropped !== undefined)).toEqual([
    { kind: 'gen', call: 3, dropped: 1 },
  ]);
});

it('lets a visitor wait for each of its calls before the next', async () => {
  const later = { atMs: null, thinkMs: 40 };
  const plan = planOf({ ...OPEN, id: 'partly-open', model: 'partly-open' }, [
    { atMs: 0 },
    { ...later, follows: 1 },
    { ...later, follows: 2 },
    { atMs: 10 },
    { ...later, follows: 4 },
  ]);
  const { begun } = await run(plan);
  expect(begun).toEqual([
    [1, 0],
    [4, 10],
    [2, 140],
    [5, 150],
    [3, 280],
  ]);
});

it('begins no call of a closed load once its time is up, and lets those under way end', async () => {
  const closed: PlannedLoad = { id: 'closed', model: 'closed', options: {}, warmupMs: 0, forMs: 250 };
  const { begun } = await run(planOf(closed, [{}, {}, {}, {}, {}]));
  expect(begun).toEqual([
    [1, 0],
    [2, 100],
    [3, 200],
  ]);
});
