import { describe, expect, it } from 'vitest';
import type { PlannedTarget } from '../model/plan.ts';
import { compile } from './compile.ts';
import { loadScenario } from './scenario-file.ts';
import { plannedTarget, STRANGER } from './testing/planned-target.ts';

function planFor(target: PlannedTarget, set: readonly string[] = [], time: 'real' | 'virtual' = 'real') {
  const overrides = { set: ['processes={servers: 3, workers: 1}', ...set] };
  return compile({ scenario: loadScenario('crash-mid-task'), seed: 5, target, overrides, claimcheck: '0', time });
}

describe('the processes of a run', () => {
  it('are those of the scenario, or those of the command line', () => {
    expect(planFor(plannedTarget()).target.processes).toEqual({ servers: 3, workers: 1 });
    const asked = { ...plannedTarget(), processes: { servers: 2, workers: 0 } };
    expect(planFor(asked).target.processes).toEqual({ servers: 2, workers: 0 });
    const alone = { ...plannedTarget(), processes: { servers: 1, workers: 0 } };
    expect(planFor(alone).target).not.toHaveProperty('processes');
  });

  it.each([
    [plannedTarget({ transport: 'stdio' }), 'real', 'a pipe leads to one process'],
    [plannedTarget(), 'virtual', 'in virtual time a server is one process'],
    [{ ...plannedTarget(), store: 'memory' }, 'real', 'a store in memory belongs to one process'],
    [plannedTarget({ facts: STRANGER }), 'real', 'the harness did not start this server'],
  ] as const)('are one where there cannot be several, and the plan says why (%#)', (target, time, reason) => {
    const plan = planFor(target, [], time);
    expect(plan.target).not.toHaveProperty('processes');
    expect(plan.notApplicable).toContainEqual({ kind: 'setting', id: 'processes', reason });
    expect(plan.faults.every(({ process }) => process === undefined)).toBe(true);
  });

  it('are alike in a server without roles', () => {
    const plan = planFor(plannedTarget({ facts: { replicas: 'alike' } }));
    expect(plan.target.processes).toEqual({ servers: 3, workers: 0 });
    expect(plan.notApplicable.map(({ id }) => id)).toContain('workers');
  });

  it('are said to be met without stickiness where the dialect has sessions', () => {
    const ids = (dialect: 'handle' | 'tasks-2026-07-28') =>
      planFor(plannedTarget({ dialect })).notApplicable.map(({ id }) => id);
    expect(ids('handle')).toContain('sticky-sessions');
    expect(ids('tasks-2026-07-28')).not.toContain('sticky-sessions');
  });

  it('are struck one at a time by draw, all at once, or among those that only work', () => {
    const struck = (set: readonly string[]) => planFor(plannedTarget(), set).faults.map(({ process }) => process);
    const drawn = new Set(struck(['faults.F12.count=12']));
    expect([...drawn].sort()).toEqual(['server-1', 'server-2', 'server-3']);
    expect(new Set(struck(['faults.F12.strikes=worker']))).toEqual(new Set(['worker-1']));
    expect(new Set(struck(['faults.F12.strikes=all']))).toEqual(new Set(['all']));
    const none = planFor(plannedTarget(), ['processes.workers=0', 'faults.F12.strikes=worker']);
    expect(none.faults).toEqual([]);
    expect(none.notApplicable).toContainEqual({
      ...{ kind: 'fault', id: 'F12', name: 'kill' },
      reason: 'no process of this target does nothing but work',
    });
  });
});
