import { describe, expect, it } from 'vitest';
import type { Plan } from '../model/plan.ts';
import { sampleCall, samplePlan } from '../model/testing/sample-plan.ts';
import { refuseUndividable, shareOf } from './share.ts';

/** Thirty calls of seven agents, as a measured load plans them. */
const plan: Plan = {
  ...samplePlan(),
  load: { id: 'stages', model: 'open', options: {}, warmupMs: 0, inFlightMax: 8 },
  calls: Array.from({ length: 30 }, (_none, index) => ({ ...sampleCall(index + 1), agent: (index % 7) + 1 })),
};

describe('the shares of a load', () => {
  it('hold every call once, and all calls of an agent in one of them', () => {
    const shares = [0, 1, 2].map((index) => shareOf(plan, index, 3));
    const calls = shares.flatMap((share) => share.calls);
    expect([...calls].sort((a, b) => a.call - b.call)).toEqual(plan.calls);
    const agents = shares.map((share) => [...new Set(share.calls.map(({ agent }) => agent))]);
    expect(agents).toEqual([
      [1, 4, 7],
      [2, 5],
      [3, 6],
    ]);
  });

  it('allow no more calls under way together than the whole does', () => {
    const limits = [0, 1, 2].map((index) => shareOf(plan, index, 3).load.inFlightMax);
    expect(limits).toEqual([3, 3, 2]);
  });

  it('are refused where one history of them could not be judged as one', () => {
    const refused =
      (change: Partial<Plan>, count = 2) =>
      () =>
        refuseUndividable({ ...plan, ...change }, count);
    expect(refused({})).not.toThrow();
    expect(refused({}, 8)).toThrow('8 processes cannot share 7 agents');
    expect(refused({ record: 'counts' })).toThrow('--record counts leaves none');
    expect(refused({ target: { ...plan.target, transport: 'stdio' } })).toThrow('a server on pipes');
    expect(refused({ target: { ...plan.target, processes: { servers: 2, workers: 0 } } })).toThrow('several server');
    expect(refused({ calls: plan.calls.map((call) => ({ ...call, policy: 'callback' })) })).toThrow('callbacks');
    expect(refused({ calls: plan.calls.map((call) => ({ ...call, trespass: 1 })) })).toThrow('tasks of other agents');
  });
});
