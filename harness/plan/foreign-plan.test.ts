import { describe, expect, it } from 'vitest';
import { sampleTarget } from '../model/testing/sample-plan.ts';
import { type ForeignPlanInput, planForeign } from './foreign-plan.ts';
import { withObserved } from './observed-plan.ts';
import { loadScenario } from './scenario-file.ts';

function planned(scenario: string, more: Partial<ForeignPlanInput> = {}) {
  const input = {
    seed: 1,
    target: sampleTarget(),
    overrides: {},
    claimcheck: '0',
    client: { label: 'theirs' },
    calls: 4,
  };
  return planForeign({ scenario: loadScenario(scenario), ...input, ...more });
}

const callsOf = (plan: ReturnType<typeof planned>) =>
  plan.faults.flatMap(({ trigger }) => ('call' in trigger ? [trigger.call] : []));

describe('the plan for a client that is not ours', () => {
  it('spreads the faults of a scenario over the calls that are expected, each call at most once', () => {
    const plan = planned('lost-receipt');
    expect(plan.calls).toEqual([]);
    expect(plan.client).toEqual({ label: 'theirs' });
    expect(plan.faults.map(({ fault }) => fault)).toEqual(['F4', 'F5', 'F5', 'F5']);
    expect(callsOf(plan).sort()).toEqual([1, 2, 3, 4]);
  });

  it('plans no more faults than there are calls to hit, and more where there are more', () => {
    expect(callsOf(planned('lost-receipt', { calls: 2 })).sort()).toEqual([1, 2]);
    expect(planned('lost-receipt', { calls: 60 }).faults).toHaveLength(20);
    expect(planned('crash-mid-task', { calls: 3 }).faults).toHaveLength(1);
  });

  it('adds the faults of the command line', () => {
    const plan = planned('steady', { overrides: { faults: ['F5=0.5', 'F12=1'] } });
    expect(plan.faults.map(({ fault }) => fault).sort()).toEqual(['F12', 'F5', 'F5']);
  });

  it('demands nothing of the client itself, and says so where a scenario did', () => {
    const plan = planned('late-result');
    expect(plan.mustReach).toEqual([]);
    expect(plan.thresholds).toEqual(['lost == 0']);
    expect(plan.notApplicable.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      'threshold binding-accuracy.rate == 1',
      'threshold continuations-correct.rate == 1',
    ]);
    expect(planned('duplicate-calls').faults.some(({ trigger }) => trigger.kind === 'call')).toBe(false);
  });

  it('becomes what was observed; effects count only where they belong to calls', () => {
    const seen = { calls: [], agents: 2, dialect: 'blocking', hasKeys: true, hasTokens: false } as const;
    const { agents, target } = withObserved(planned('steady'), seen);
    expect([agents.count, target.dialect, target.facts.key, target.facts.effects]).toEqual([
      2,
      'blocking',
      true,
      'none',
    ]);
    const told = withObserved(planned('steady'), { ...seen, dialect: null, hasTokens: true });
    expect([told.target.dialect, told.target.facts.effects]).toEqual([
      sampleTarget().dialect,
      sampleTarget().facts.effects,
    ]);
  });
});
