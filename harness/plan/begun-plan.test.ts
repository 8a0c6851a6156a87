import { expect, it } from 'vitest';
import type { PlannedFault } from '../model/plan.ts';
import { samplePlan } from '../model/testing/sample-plan.ts';
import { begunPlan } from './begun-plan.ts';

const kill = (call: number): PlannedFault => ({
  entry: `F12#${call}`,
  fault: 'F12',
  name: 'kill',
  trigger: { kind: 'event', on: 'acked', call, ms: 0 },
  options: {},
});

it('leaves the calls that were begun, and faults that could strike', () => {
  const plan = { ...samplePlan(3), faults: [kill(1), kill(3)] };
  const left = begunPlan(plan, new Set([1, 2]));
  expect(left.calls.map(({ call }) => call)).toEqual([1, 2]);
  expect(left.faults.map(({ entry }) => entry)).toEqual(['F12#1']);
  expect(left.notApplicable).toEqual([
    {
      kind: 'fault',
      id: 'F12',
      name: 'kill',
      reason: 'the time for the load was up before the call that it waited for was begun',
    },
  ]);
});
