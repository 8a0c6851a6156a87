import { describe, expect, it } from 'vitest';
import { UsageError } from '../model/usage-error.ts';
import { compile } from './compile.ts';
import { applyOverrides, type Overrides } from './override.ts';
import { loadScenario } from './scenario-file.ts';
import { plannedTarget } from './testing/planned-target.ts';

const tour = loadScenario('tour');

function complaintOf(overrides: Overrides, scenario = tour): string {
  try {
    compile({ scenario, seed: 1, target: plannedTarget(), overrides, claimcheck: '0.0.0' });
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('overrides', () => {
  it('reach any value by its path', () => {
    const changed = applyOverrides(tour, {
      set: ['agents.retry.delayMs=50', 'work.0.ms=[5, 10]', 'slaMs=9000', 'faults.F12.options.downMs=900', 'title=New'],
    });
    expect(changed.agents.retry.delayMs).toBe(50);
    expect(changed.work[0]?.ms).toEqual([5, 10]);
    expect(changed.slaMs).toBe(9000);
    expect(changed.title).toBe('New');
    expect(changed.faults.filter(({ fault }) => fault === 'F12').map(({ options }) => options.downMs)).toEqual([
      900, 900, 900,
    ]);
  });

  it('leave the scenario they change as it was', () => {
    const before = structuredClone(tour);
    applyOverrides(tour, {
      set: ['work.0.ms=1'],
      faults: ['F5=0'],
      agents: 3,
      backoff: 'fixed',
      thresholds: ['lost == 0'],
    });
    expect(tour).toEqual(before);
  });

  it('are checked as the file is', () => {
    expect(complaintOf({ set: ['agents.cuont=3'] })).toBe(
      "--set agents.cuont=3: agents.cuont: unknown key 'cuont'; known: backoff, busyMs, count, policy, retry. " +
        "Did you mean 'count'?",
    );
    expect(complaintOf({ set: ['calls=few'] })).toBe('--set calls=few: calls: expected number; found "few"');
    expect(complaintOf({ set: ['calls'] })).toBe('--set calls: expected key=value, for example agents.count=50');
    expect(complaintOf({ set: ['work.99.ms=3'] })).toMatch(/--set work\.99\.ms: the scenario has nothing at '99'/);
    expect(complaintOf({ set: ['faults.F99.count=3'] })).toMatch(
      /Unknown fault 'F99' in --set faults.F99.count; known: F1, /,
    );
    expect(complaintOf({ set: ['faults.F12.options.downMz=3'] })).toBe(
      "Unknown option 'downMz' of F12 kill; known: downMs, torn.",
    );
    expect(complaintOf({ agents: 0 })).toMatch(/^--agents agents\.count=0: agents\.count: /);
    expect(complaintOf({ backoff: 'fixd' })).toMatch(/^Unknown backoff 'fixd'; known: .*Did you mean 'fixed'\?$/);
  });

  it('set a fault by probability, one entry a form, and take it out with 0', () => {
    const faults = (wish: string) => applyOverrides(tour, { faults: [wish] }).faults;
    expect(faults('F5=0.5').filter(({ fault }) => fault === 'F5')).toEqual([
      { fault: 'F5', probability: 0.5, options: { how: 'reset' } },
    ]);
    expect(faults('F8=0.1').filter(({ fault }) => fault === 'F8')).toEqual([
      { fault: 'F8', probability: 0.1, options: { form: 'delivery' } },
      { fault: 'F8', probability: 0.1, options: { form: 'probe' } },
    ]);
    expect(faults('F12=0').some(({ fault }) => fault === 'F12')).toBe(false);
    expect(faults('F4=0.25').at(-1)).toEqual({ fault: 'F4', probability: 0.25, options: {} });
  });

  it('count process faults, or take a share of the calls', () => {
    const kills = (wish: string) => {
      const overrides = { faults: [wish] };
      const plan = compile({ scenario: tour, seed: 1, target: plannedTarget(), overrides, claimcheck: '0.0.0' });
      return plan.faults.filter(({ fault }) => fault === 'F12').length;
    };
    expect(kills('F12=5')).toBe(5);
    expect(kills('F12=0.05')).toBe(6);
  });

  it('say what a fault may be set to', () => {
    expect(complaintOf({ faults: ['F5=2'] })).toBe('--fault F5=2: expected F5=N with a probability from 0 to 1');
    expect(complaintOf({ faults: ['F5'] })).toBe('--fault F5: expected F5=N with a probability from 0 to 1');
    expect(complaintOf({ faults: ['F12=1.5'] })).toMatch(/a number of strikes, or a share of the calls below 1$/);
    expect(complaintOf({ faults: ['F55=1'] })).toMatch(/^Unknown fault 'F55' in --fault F55=1; known: F1, /);
  });

  it('say when there are more faults than calls', () => {
    expect(complaintOf({ set: ['calls=10', 'faults.F8.count=9'] })).toMatch(
      /^tour: 9 entries of F8 do not fit: only \d of the 10 calls are free of other faults\./,
    );
  });

  it('check thresholds and situations before the run', () => {
    expect(complaintOf({ thresholds: ['lost = 0'] })).toMatch(/^Threshold 'lost = 0' does not parse/);
    expect(complaintOf({ set: ['mustReach=[kill-mid-wrok]'] })).toMatch(
      /^Unknown situation 'kill-mid-wrok' in mustReach; .* Did you mean 'kill-mid-work'\?$/,
    );
  });

  it('let a situation that needs a removed fault stand as not applicable', () => {
    const overrides = { faults: ['F12=0'] };
    const plan = compile({ scenario: tour, seed: 1, target: plannedTarget(), overrides, claimcheck: '0.0.0' });
    expect(plan.notApplicable.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([
      'kill-after-ack: the plan holds no F12 that could lead there',
      'kill-between-effect-commit-and-ack: the plan holds no F12 that could lead there',
      'kill-mid-work: the plan holds no F12 that could lead there',
      'read-served-by-later-boot: the plan holds no F12 or F13 or F16 or F17 or F25 that could lead there',
    ]);
  });
});
