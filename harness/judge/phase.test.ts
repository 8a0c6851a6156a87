import { expect, test } from 'vitest';
import { indexHistory } from '../model/history-index.ts';
import { createHistory, taskOf } from '../model/testing/history-builder.ts';
import { judge } from './judge.ts';
import { phasesOf } from './phase.ts';

const kill = { entry: 'F12#1', fault: 'F12', name: 'kill', trigger: { kind: 'time', atMs: 100 }, options: {} } as const;
const THRESHOLDS = [
  'service.max during clean < 60ms',
  'service.max during fault < 60ms',
  'service.max during recovery <= 60ms',
  'service.max < 60ms',
  'settled-ok during clean == 2',
  'lost during fault == 0',
];

/** Call 1 before the kill, call 2 caught in it, call 3 sent while call 2 is made up for, call 4 when all is over. */
function story() {
  const h = createHistory({ calls: 4, faults: [kill], plan: { thresholds: THRESHOLDS } });
  const work = (call: number, atMs: number, endMs: number) => {
    h.ok(atMs + 2, h.create(atMs, call), { task: taskOf(call) });
    return () => {
      h.commit(endMs, call);
      h.done(endMs + 4, h.get(endMs + 2, call, taskOf(call)));
      h.add(endMs + 5, { kind: 'know', task: taskOf(call), call, agent: h.plan.calls[call - 1]?.agent ?? 1 });
    };
  };
  const first = work(1, 10, 60);
  h.begin(20, 1);
  first();
  const second = work(2, 80, 250);
  h.begin(90, 2);
  h.kill(100, 'F12#1');
  h.boot(120);
  h.fault(121, 'F12#1', 'stop');
  h.begin(130, 2);
  const third = work(3, 200, 300);
  h.begin(240, 3);
  second();
  third();
  const fourth = work(4, 400, 440);
  h.begin(410, 4);
  fourth();
  h.finish(
    500,
    [1, 2, 3, 4].map((call) => [call, taskOf(call)]),
  );
  return h;
}

test('a call belongs to the part of the run that it lies in', () => {
  const h = story();
  expect([...phasesOf(indexHistory(h.plan, h.history()))]).toEqual([
    [1, 'clean'],
    [2, 'fault'],
    [3, 'recovery'],
    [4, 'clean'],
  ]);
});

test('a threshold asks for a part, and a part without calls is unknown', async () => {
  const h = story();
  const { thresholds } = await judge({ plan: h.plan, history: h.history() });
  expect(thresholds).toEqual([
    { expression: 'lost during fault == 0', valid: true, value: 0 },
    { expression: 'service.max < 60ms', valid: false, value: 120 },
    { expression: 'service.max during clean < 60ms', valid: true, value: 40 },
    { expression: 'service.max during fault < 60ms', valid: false, value: 120 },
    { expression: 'service.max during recovery <= 60ms', valid: true, value: 60 },
    { expression: 'settled-ok during clean == 2', valid: true, value: 2 },
  ]);
  const calm = createHistory({ plan: { thresholds: ['lost during recovery == 0'] } });
  calm.finish(10, []);
  expect((await judge({ plan: calm.plan, history: calm.history() })).thresholds).toEqual([
    {
      expression: 'lost during recovery == 0',
      valid: 'unknown',
      value: null,
      reason: "no call of this run belongs to its part 'recovery'",
    },
  ]);
});
