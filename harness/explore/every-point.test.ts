import { describe, expect, it } from 'vitest';
import type { Event } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import { createHistory, taskOf } from '../model/testing/history-builder.ts';
import { plannedTarget, STRANGER } from '../plan/testing/planned-target.ts';
import { type EveryPointOptions, runEveryPoint } from './every-point.ts';
import { planAt, pointsOf } from './point.ts';
import { smallPlan } from './small-plan.ts';
import type { Attempt } from './trial.ts';

const PLAN = smallPlan({ target: plannedTarget(), seed: 1, claimcheck: '0.1.0' });

/** One call, its receipt and one read; then the final reads. */
function plainRun(): readonly Event[] {
  const history = createHistory({ calls: 1 });
  history.ok(3, history.create(1, 1), { task: taskOf(1), status: 'working' });
  history.commit(5, 1);
  history.done(8, history.get(6, 1, taskOf(1)));
  history.finish(10, [[1, taskOf(1)]]);
  return history.events;
}

describe('points', () => {
  const events = plainRun();
  const points = pointsOf(PLAN, events);

  it('lie on every boundary and in every ms from the first call until the load has drained', () => {
    const from = events.findIndex(({ kind }) => kind === 'inv');
    const drained = events.findIndex((event) => event.kind === 'note' && event.topic === 'drained');
    const kills = points.filter(({ kind }) => kind === 'kill').map(({ fault }) => fault.trigger);
    expect(kills.filter(({ kind }) => kind === 'boundary')).toEqual(
      Array.from({ length: drained - from }, (_, index) => ({ kind: 'boundary', after: from + index })),
    );
    expect(kills.filter(({ kind }) => kind === 'time')).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((atMs) => ({ kind: 'time', atMs })),
    );
    const pauses = points.filter(({ kind }) => kind === 'pause').map(({ fault }) => fault.trigger);
    expect(pauses).toEqual(kills);
  });

  it('are every message of an agent, lost, late, twice and overtaken', () => {
    const places = points.flatMap(({ kind, fault: { trigger } }) =>
      trigger.kind === 'message' ? [`${kind} ${trigger.op} ${trigger.attempt}`] : [],
    );
    const of = (op: string) => [
      ...[`request-lost ${op} 1`, `request-late ${op} 1`, `request-late ${op} 1`],
      // Again a little later would be after the end of this short run.
      `request-twice ${op} 1`,
      ...[`reply-lost ${op} 1`, `reply-late ${op} 1`, `reply-late ${op} 1`, `reply-overtaken ${op} 1`],
    ];
    expect(places).toEqual([...of('create'), ...of('get')]);
  });

  it('are only those that are possible', () => {
    const stranger = smallPlan({ target: plannedTarget({ facts: STRANGER }), seed: 1, claimcheck: '0.1.0' });
    expect(new Set(pointsOf(stranger, events).map(({ kind }) => kind))).toEqual(
      new Set(['request-lost', 'request-late', 'request-twice', 'reply-lost', 'reply-late', 'reply-overtaken']),
    );
  });

  it('make plans with one fault or two, each with its number', () => {
    const kills = points.filter(({ kind }) => kind === 'kill').slice(0, 2);
    expect(planAt(PLAN, kills).faults.map(({ entry }) => entry)).toEqual(['F12#1', 'F12#2']);
  });
});

describe('every point', () => {
  const events = plainRun();
  const count = pointsOf(PLAN, events).length;

  const resultOf = (attempt: (plan: Plan) => Partial<Attempt>, more: Partial<EveryPointOptions> = {}) =>
    runEveryPoint({
      trial: async (plan) => ({
        ...{
          valid: true,
          violations: [],
          ours: [],
          situations: [],
          fates: {},
          faults: { planned: 1, verified: 1 },
          events,
        },
        ...attempt(plan),
      }),
      ...{ plan: PLAN, worker: 0, workers: 1, pairsMax: 0, isStopped: () => false, onRun() {}, explain: () => 'why' },
      ...more,
    });

  const broken = (plan: Plan): Partial<Attempt> =>
    plan.faults.some(({ trigger }) => trigger.kind === 'boundary' && trigger.after === 5)
      ? { valid: false, violations: [{ checker: 'c', finding: { invariant: 'S1', message: 'gone', events: [5] } }] }
      : {};

  it('runs each point once, and says that none breaks anything', async () => {
    const result = await resultOf(() => ({}));
    expect(result).toMatchObject({ faultless: null, pointsRun: count, pairsRun: 0, broken: [], unknown: [] });
    expect(Object.values(result.points).reduce((sum, one) => sum + one, 0)).toBe(count);
    expect(result.tally.runs).toBe(count);
  });

  it('shares the points out among workers, each once', async () => {
    const shares = await Promise.all([0, 1, 2].map((worker) => resultOf(() => ({}), { worker, workers: 3 })));
    expect(shares.reduce((sum, { pointsRun }) => sum + pointsRun, 0)).toBe(count);
    expect(new Set(shares.map(({ baseline }) => baseline)).size).toBe(1);
  });

  it('lists the points that break an invariant, and proves the first', async () => {
    const result = await resultOf(broken);
    expect(result.broken.map(({ what, invariant }) => `${invariant} ${what}`)).toEqual([
      'S1 killed after event 5 (response from the server)',
      'S1 paused after event 5 (response from the server)',
    ]);
    expect(result.broken.map(({ found }) => found?.isReproduced ?? null)).toEqual([true, null]);
  });

  it('counts what is unknown and says why', async () => {
    const result = await resultOf(({ faults }) => (faults[0]?.fault === 'F3' ? { valid: 'unknown' } : {}));
    expect(result.unknown).toHaveLength(2);
    expect(result.unknown[0]).toEqual({
      what: 'the reply to create of call 1 overtaken by another',
      reason: 'why',
      faults: 1,
    });
  });

  it('goes on to pairs, each once, shared out', async () => {
    const seen = new Set<string>();
    const note = (plan: Plan) => {
      if (plan.faults.length === 2) seen.add(JSON.stringify(plan.faults));
      return {};
    };
    const shares = await Promise.all([0, 1].map((worker) => resultOf(note, { worker, workers: 2, pairsMax: 1e9 })));
    const pairs = (count * (count - 1)) / 2;
    expect(shares.reduce((sum, { pairsRun }) => sum + pairsRun, 0)).toBe(pairs);
    expect(seen.size).toBe(pairs);
  });

  it('stops when the time is up, and when the plan breaks without any fault', async () => {
    let runs = 0;
    const stopped = await resultOf(() => ({}), { isStopped: () => runs >= 3, onRun: () => (runs += 1) });
    expect(stopped.pointsRun).toBe(3);
    const violations = [{ checker: 'c', finding: { invariant: 'S8', message: 'wrong', events: [1] } }];
    const hopeless = await resultOf(() => ({ valid: false, violations }));
    expect(hopeless).toMatchObject({ pointsRun: 0, faultless: { invariant: 'S8', faults: 0 } });
  });
});
