import { describe, expect, it } from 'vitest';
import type { PlannedFault, Trigger } from '../model/plan.ts';
import { createHistory, taskOf } from '../model/testing/history-builder.ts';
import { realPlanOf } from './real-plan.ts';

const kill = (trigger: Trigger): PlannedFault => ({
  entry: 'F12#1',
  fault: 'F12',
  name: 'kill',
  trigger,
  options: { downMs: 10, torn: false },
});

/** call sent at 1 ms (event 3), receipt at 5 ms, begin at 6 ms, commit at 20 ms. */
function virtualRun(faults: readonly PlannedFault[]) {
  const history = createHistory({ calls: 1, faults });
  const sent = history.create(1, 1);
  const acked = history.ok(5, sent, { task: taskOf(1), status: 'working' });
  history.begin(6, 1);
  const committed = history.commit(20, 1);
  return { history, sent, acked, committed };
}

describe('a plan for real time', () => {
  it('strikes after the nearest moment of a call before a boundary or an instant', () => {
    const { history, committed } = virtualRun([]);
    const triggers = (trigger: Trigger) =>
      realPlanOf({ ...history.plan, faults: [kill(trigger)] }, history.events).faults.map((fault) => fault.trigger);
    expect(triggers({ kind: 'boundary', after: committed })).toEqual([{ kind: 'event', on: 'commit', call: 1, ms: 0 }]);
    expect(triggers({ kind: 'boundary', after: committed - 1 })).toEqual([
      { kind: 'event', on: 'begin', call: 1, ms: 0 },
    ]);
    expect(triggers({ kind: 'time', atMs: 5 })).toEqual([{ kind: 'event', on: 'acked', call: 1, ms: 0 }]);
    expect(triggers({ kind: 'time', atMs: 17 })).toEqual([{ kind: 'event', on: 'begin', call: 1, ms: 11 }]);
    const moment: Trigger = { kind: 'event', on: 'acked', call: 1, ms: 3 };
    expect(triggers(moment)).toEqual([moment]);
  });

  it('leaves out and names what real time cannot do here', () => {
    const { history } = virtualRun([]);
    const jump = {
      ...kill({ kind: 'time', atMs: 9 }),
      entry: 'F23#1',
      fault: 'F23',
      name: 'clock-jump',
      options: { ms: 5 },
    };
    const real = realPlanOf({ ...history.plan, time: 'virtual', faults: [jump] }, history.events);
    expect(real).toMatchObject({ time: 'real', faults: [] });
    expect(real.notApplicable).toEqual([
      expect.objectContaining({
        kind: 'fault',
        id: 'F23',
        name: 'clock-jump',
        reason: expect.stringMatching(/libfaketime/),
      }),
    ]);
  });

  it('leaves an instant out where there is no history to find it in', () => {
    const { history } = virtualRun([]);
    const real = realPlanOf({ ...history.plan, faults: [kill({ kind: 'time', atMs: 9 })] }, null);
    expect(real.faults).toEqual([]);
    expect(real.notApplicable.map(({ id }) => id)).toEqual(['F12']);
  });
});
