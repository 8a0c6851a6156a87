import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../model/plan.ts';
import { plannedTarget, STRANGER } from '../plan/testing/planned-target.ts';
import { createCaseArbitrary } from './arbitrary.ts';
import { planOf } from './case-plan.ts';
import { ddmin } from './ddmin.ts';
import { type CaseCall, callCountOf, type ExplorationCase } from './exploration-case.ts';
import { type Found, type SearchOptions, search } from './search.ts';
import { caseSeed } from './search-seed.ts';
import { shrinkCase, withCalls } from './shrink.ts';
import { smallestCase } from './smallest-case.ts';
import { addTallies, createTallying, NOTHING } from './tally.ts';
import { createToyTrial } from './testing/toy-trial.ts';

const TARGET = plannedTarget();
const SEEDS = Array.from({ length: 3000 }, (_, iteration) => caseSeed({ seed: 1, worker: 0, iteration }));
const PLAIN_CALL = {
  tool: 'effect',
  mode: null,
  ms: 10,
  thinkMs: 0,
  busyMs: 0,
  policy: 'poller',
  key: 'own',
  cancelAfterMs: null,
} as const;
const PLAIN: ExplorationCase = {
  agents: [[PLAIN_CALL, PLAIN_CALL], [PLAIN_CALL]],
  backoff: { id: 'fixed', options: { intervalMs: 20 } },
  retryKey: 'same',
  faults: [],
  settings: {},
  machine: { linkMsMax: 2, storeMsMax: 3 },
};
const setting = { target: TARGET, claimcheck: '0.1.0', seed: 7 };

describe('drawing cases', () => {
  const arbitrary = createCaseArbitrary(TARGET);

  it('gives the same case for the same seed, and another for another', () => {
    const cases = SEEDS.slice(0, 300).map((seed) => JSON.stringify(arbitrary.draw(seed)));
    expect(SEEDS.slice(0, 300).map((seed) => JSON.stringify(arbitrary.draw(seed)))).toEqual(cases);
    expect(new Set(cases).size).toBe(300);
  });

  it('keeps within 5 agents, 4 calls each and 6 faults, and is plain data', () => {
    for (const seed of SEEDS) {
      const one = arbitrary.draw(seed);
      expect(one.agents.length).toBeGreaterThan(0);
      expect(one.agents.length).toBeLessThanOrEqual(5);
      for (const calls of one.agents) expect([1, 2, 3, 4]).toContain(calls.length);
      expect(one.faults.length).toBeLessThanOrEqual(6);
      expect(JSON.parse(JSON.stringify(one))).toEqual(one);
    }
  });

  it('reaches every family of faults, alone as well', () => {
    const alone = new Set<string>();
    for (const seed of SEEDS) {
      const kinds = new Set(arbitrary.draw(seed).faults.map(({ fault, trigger }) => `${fault} ${trigger.kind}`));
      if (kinds.size === 1) alone.add([...kinds].join());
    }
    for (const kind of [
      'F12 event',
      'F12 time',
      'F13 event',
      'F14 time',
      'F4 message',
      'F5 messages',
      'F8 call',
      'F9 call',
    ]) {
      expect(alone).toContain(kind);
    }
  });

  it('keeps to the shape it is given', () => {
    const shaped = createCaseArbitrary(TARGET, { agents: 5, calls: 4, faults: ['F12', 'F5'] });
    const cases = SEEDS.slice(0, 300).map((seed) => shaped.draw(seed));
    expect(new Set(cases.map(callCountOf))).toEqual(new Set([20]));
    const codes = cases.flatMap((one) => one.faults.map(({ fault }) => fault));
    expect(new Set(codes)).toEqual(new Set(['F12', 'F5']));
    expect(createCaseArbitrary(TARGET, { faults: [] }).draw(1).faults).toEqual([]);
  });

  it('draws nothing that the target makes impossible', () => {
    const stranger = createCaseArbitrary(plannedTarget({ dialect: 'blocking', transport: 'stdio', facts: STRANGER }));
    expect(stranger.families.filter((id) => /kill|drain|pause|store|probe|retry|cancel/.test(id))).toEqual([]);
    for (const seed of SEEDS) {
      const one = stranger.draw(seed);
      for (const { fault, trigger } of one.faults) {
        expect(['F12', 'F13', 'F14', 'F20', 'F22', 'F23', 'F9', 'F28']).not.toContain(fault);
        if (trigger.kind === 'message') expect(trigger.op).toBe('create');
      }
      for (const call of one.agents.flat()) {
        expect({ ...call, ms: 0, thinkMs: 0, busyMs: 0 }).toEqual({
          ...PLAIN_CALL,
          tool: 'work',
          policy: 'blocking',
          key: 'none',
          ms: 0,
        });
      }
    }
  });
});

describe('the plan of a case', () => {
  it('is whole, virtual and the same for the same case', () => {
    const arbitrary = createCaseArbitrary(TARGET);
    for (const seed of SEEDS.slice(0, 500)) {
      const one = arbitrary.draw(seed);
      const plan = planOf(one, { ...setting, seed });
      expect(planOf(one, { ...setting, seed })).toEqual(plan);
      expect(plan.time).toBe('virtual');
      expect(new Set(plan.calls.map(({ token }) => token)).size).toBe(plan.calls.length);
      expect(new Set(plan.faults.map(({ entry }) => entry)).size).toBe(plan.faults.length);
      for (const { trigger } of plan.faults) {
        if ('call' in trigger) expect(plan.calls.map(({ call }) => call)).toContain(trigger.call);
      }
    }
  });

  it('aims faults at calls that are there, each once', () => {
    const kill = {
      fault: 'F12',
      trigger: { kind: 'event', on: 'commit', call: 5, ms: 3 },
      options: { downMs: 9 },
    } as const;
    const { faults } = planOf({ ...PLAIN, faults: [kill, kill] }, setting);
    expect(faults).toEqual([
      {
        entry: 'F12#1',
        fault: 'F12',
        name: 'kill',
        trigger: { kind: 'event', on: 'commit', call: 2, ms: 3 },
        options: { downMs: 9, torn: false },
        mayMiss: true,
      },
    ]);
  });

  it('aims faults at calls that come to them, and leaves out what none does', () => {
    const cancelled = { ...PLAIN_CALL, cancelAfterMs: 20 };
    const asking = { ...PLAIN_CALL, tool: 'asking' };
    const lost = (op: 'cancel' | 'update', call: number) =>
      ({
        ...{ fault: 'F4', options: {} },
        trigger: { kind: 'message', direction: 'request', op, call, attempt: 1 },
      }) as const;
    const asked = {
      ...{ fault: 'F12', options: {} },
      trigger: { kind: 'event', on: 'input-required-seen', call: 1, ms: 0 },
    } as const;
    const faults = [lost('cancel', 3), lost('update', 1), asked];
    const aims = (agents: ExplorationCase['agents'], more: ExplorationCase['faults'] = []) =>
      planOf({ ...PLAIN, agents, faults: [...faults, ...more] }, setting).faults.map(({ trigger }) =>
        'call' in trigger ? trigger.call : null,
      );
    expect(aims([[PLAIN_CALL, cancelled], [PLAIN_CALL], [asking]])).toEqual([2, 4, 4]);
    expect(aims([[PLAIN_CALL, PLAIN_CALL], [PLAIN_CALL]])).toEqual([]);
    const committed = {
      ...{ fault: 'F12', options: {} },
      trigger: { kind: 'event', on: 'commit', call: 1, ms: 0 },
    } as const;
    const toFail = [
      { ...PLAIN_CALL, mode: 'error' },
      { ...PLAIN_CALL, mode: 'throw' },
      { ...PLAIN_CALL, tool: 'failing' },
    ];
    expect(aims([[...toFail, PLAIN_CALL]], [committed])).toEqual([4]);
    const race = { fault: 'F28', trigger: { kind: 'call', call: 5 }, options: { offsetMs: 0 } } as const;
    expect(aims([[PLAIN_CALL, PLAIN_CALL], [PLAIN_CALL]], [race])).toEqual([2, 2]);
  });

  it('lets the first receipt hang where an agent is to lose its patience', () => {
    const retry = { fault: 'F9', trigger: { kind: 'call', call: 1 }, options: { key: 'same', afterMs: 50 } } as const;
    expect(planOf({ ...PLAIN, faults: [retry] }, setting).faults.map(({ entry }) => entry)).toEqual(['F9#1', 'F5#1']);
  });

  it('sends no keys where results are forgotten sooner than agents give up', () => {
    const probe = { fault: 'F8', trigger: { kind: 'call', call: 1 }, options: { form: 'probe' } } as const;
    const retry = { fault: 'F9', trigger: { kind: 'call', call: 2 }, options: { key: 'same', afterMs: 9 } } as const;
    const plan = planOf({ ...PLAIN, settings: { ttlMs: 50 }, faults: [probe, retry] }, setting);
    expect(plan.target.settings).toEqual({ ttlMs: 50 });
    expect(plan.calls.map(({ key }) => key)).toEqual([null, null, null]);
    expect(plan.agents.retry.key).toBe('none');
    expect(plan.faults.map(({ entry, options }) => `${entry} ${options.key ?? ''}`)).toEqual(['F9#1 none', 'F5#1 ']);
  });

  it('probes no call without a key whose second task would ask for something', () => {
    const probe = { fault: 'F8', trigger: { kind: 'call', call: 1 }, options: { form: 'probe' } } as const;
    const probed = (call: Partial<CaseCall>) =>
      planOf({ ...PLAIN, agents: [[{ ...PLAIN_CALL, ...call }]], faults: [probe] }, setting).faults.length;
    expect(probed({ tool: 'asking', key: 'none' })).toBe(0);
    expect(probed({ tool: 'asking', key: 'own' })).toBe(1);
    expect(probed({ tool: 'effect', key: 'none' })).toBe(1);
  });

  it('gives a server less time to come back where nothing else is in its way', () => {
    const kill = { fault: 'F12', trigger: { kind: 'time', atMs: 5 }, options: { downMs: 9 } } as const;
    const full = { fault: 'F22', trigger: { kind: 'time', atMs: 5 }, options: { forMs: 6000 } } as const;
    const readyMs = (faults: ExplorationCase['faults']) => planOf({ ...PLAIN, faults }, setting).limits.readyMs;
    expect([readyMs([]), readyMs([kill]), readyMs([kill, full])]).toEqual([4000, 4000, 15_000]);
  });

  it('gives calls a key of their own, the shared one, or none', () => {
    const agents = [
      [{ ...PLAIN_CALL, key: 'shared' as const }],
      [{ ...PLAIN_CALL, key: 'shared' as const }, PLAIN_CALL],
    ];
    const keys = planOf({ ...PLAIN, agents }, setting).calls.map(({ key }) => key);
    expect(keys).toEqual(['shared-00000007', 'shared-00000007', 'key-00000007-0003']);
  });
});

describe('ddmin', () => {
  it('leaves exactly what is to blame, in its order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(60), { maxLength: 30 }), fc.array(fc.nat(60)), async (items, marks) => {
        const guilty = items.filter((item) => marks.includes(item));
        const result = await ddmin(items, async (subset) => guilty.every((item) => subset.includes(item)));
        expect(result).toEqual(guilty);
      }),
    );
  });
});

describe('shrinking', () => {
  const limits = { nowMs: () => 0, limitMs: 1000, isStopped: () => false };

  it('takes out the calls and the faults that do not matter, and aims the rest at what is left', () => {
    const strike = (call: number) => ({ fault: 'F5', trigger: { kind: 'call', call }, options: {} }) as const;
    const shrunk = withCalls({ ...PLAIN, faults: [strike(1), strike(3)] }, new Set([3]));
    expect(shrunk).toEqual({ ...PLAIN, agents: [[PLAIN_CALL]], faults: [strike(1)] });
  });

  it('ends with one fault, one call and plain values where that is all it takes', async () => {
    const arbitrary = createCaseArbitrary(TARGET);
    const seed = SEEDS.find((one) => isGuilty(planOf(arbitrary.draw(one), setting))) ?? 0;
    const first = arbitrary.draw(seed);
    const steps: number[] = [];
    const shrunk = await shrinkCase(first, {
      ...limits,
      arbitrary,
      fails: async (one) => isGuilty(planOf(one, setting)),
      onStep: (one) => steps.push(one.faults.length),
    });
    expect(shrunk.isSmallest).toBe(true);
    expect(shrunk.steps).toBe(steps.length);
    expect(shrunk.case.faults).toHaveLength(1);
    expect(callCountOf(shrunk.case)).toBe(1);
    expect(shrunk.case.agents[0]?.[0]).toMatchObject({
      thinkMs: 0,
      busyMs: 0,
      ms: 0,
      cancelAfterMs: null,
      policy: 'poller',
    });
    expect(shrunk.case.faults[0]?.trigger).toMatchObject({ on: 'commit', call: 1, ms: 0 });
  });

  it('gives what it has when the time is up', async () => {
    let now = 0;
    const shrunk = await shrinkCase(PLAIN, {
      arbitrary: createCaseArbitrary(TARGET),
      fails: async () => {
        now += 600;
        return false;
      },
      nowMs: () => now,
      limitMs: 1000,
      isStopped: () => false,
    });
    expect(shrunk).toMatchObject({ case: PLAIN, isSmallest: false, tried: 2 });
  });
});

describe('the smallest case', () => {
  const limits = { nowMs: () => 0, limitMs: 1000, isStopped: () => false };
  const arbitrary = createCaseArbitrary(TARGET);
  const three = { ...PLAIN, agents: [[PLAIN_CALL, PLAIN_CALL, PLAIN_CALL]] };

  it('draws small cases with two calls and two faults at most', () => {
    for (const seed of SEEDS.slice(0, 500)) {
      const one = arbitrary.drawSmall(seed);
      expect([1, 2]).toContain(callCountOf(one));
      expect(one.faults.length).toBeLessThanOrEqual(2);
    }
  });

  it('is drawn afresh where leaving out does not lead to it, and keeps the seed it was drawn with', async () => {
    // Three plain calls fail, and so does one that is sent twice on purpose; none of the two is the other made smaller.
    const fails = async (one: ExplorationCase, seed: number) =>
      callCountOf(one) === 3 || (seed !== 7 && one.faults.some(({ options }) => options.form === 'probe'));
    const found = await smallestCase({ case: three, seed: 7 }, { ...limits, arbitrary, fails });
    expect(found.case.faults.map(({ options }) => options.form)).toEqual(['probe']);
    expect(callCountOf(found.case)).toBe(1);
    expect(found.isSmallest).toBe(true);
    expect(found.seed).not.toBe(7);
    expect(await fails(found.case, found.seed)).toBe(true);
  });

  it('is one call that is sent again and again where calls were only there to be counted', async () => {
    const fails = async (one: ExplorationCase) =>
      callCountOf(one) === 3 ||
      one.faults.some(({ trigger }) => 'untilMs' in trigger && Number(trigger.untilMs) >= 300);
    const found = await smallestCase({ case: three, seed: 7 }, { ...limits, arbitrary, fails });
    expect(found.seed).toBe(7);
    expect(found.case.agents.flat().length).toBeLessThanOrEqual(2);
    expect(found.case.faults).toMatchObject([{ fault: 'F5', trigger: { probability: 1 } }]);
  });

  it('is what leaving out led to where no small one fails', async () => {
    const fails = async (one: ExplorationCase) => callCountOf(one) === 3;
    const found = await smallestCase({ case: three, seed: 7 }, { ...limits, arbitrary, fails });
    expect([callCountOf(found.case), found.seed, found.isSmallest]).toEqual([3, 7, true]);
  });
});

describe('searching', () => {
  const optionsFor = (more: Partial<SearchOptions>): SearchOptions => ({
    trial: createToyTrial(() => null),
    arbitrary: createCaseArbitrary(TARGET),
    setting,
    seed: 3,
    worker: 0,
    runsMax: 500,
    keepsGoing: false,
    shrinkMs: 1000,
    nowMs: () => 0,
    isStopped: () => false,
    isAborted: () => false,
    onRun() {},
    claim: () => true,
    onStep() {},
    onFound() {},
    ...more,
  });

  it('ends after the runs it was given, and counts what it reached', async () => {
    const tally = await search(optionsFor({}));
    expect(tally).toMatchObject({ runs: 500, valid: 500, violated: 0 });
    expect(tally.situations.F12).toBeGreaterThan(50);
  });

  it('finds, shrinks and confirms a failure, and stops', async () => {
    const found: Found[] = [];
    const trial = createToyTrial((plan) => (isGuilty(plan) ? 'S3' : null));
    const tally = await search(optionsFor({ trial, onFound: (one) => found.push(one) }));
    expect(tally.runs).toBeLessThan(500);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ invariant: 'S3', isReproduced: true, isOurs: false, runs: tally.runs });
    expect(found[0]?.shrink.to).toEqual({ agents: 1, calls: 1, faults: 1 });
    expect(found[0]?.plan.faults).toHaveLength(1);
  });

  it('keeps the invariant while it shrinks', async () => {
    const found: Found[] = [];
    // What is left of an S3 without its second fault is another bug.
    const rule = (plan: Plan) => {
      if (!isGuilty(plan)) return null;
      return plan.faults.some(({ fault }) => fault === 'F4') ? 'S3' : 'L1';
    };
    const claim = (kind: string) => kind.startsWith('S3');
    await search(optionsFor({ runsMax: 5000, claim, trial: createToyTrial(rule), onFound: (one) => found.push(one) }));
    expect(found.map(({ invariant }) => invariant)).toEqual(['S3']);
    expect(found[0]?.plan.faults.map(({ fault }) => fault).sort()).toEqual(['F12', 'F4']);
  });

  it('says when a history is not the same again', async () => {
    const found: Found[] = [];
    let run = 0;
    const toy = createToyTrial(() => 'S1');
    const trial = async (plan: Plan) => {
      run += 1;
      return toy({ ...plan, seed: run });
    };
    await search(optionsFor({ trial, onFound: (one) => found.push(one) }));
    expect(found[0]?.isReproduced).toBe(false);
  });

  it('names the run in which our own code failed', async () => {
    const trial = async () => Promise.reject(new Error('expected 1, got 2'));
    await expect(search(optionsFor({ trial }))).rejects.toThrow(
      'seed 3, worker 0, run 0 ended with: expected 1, got 2',
    );
  });

  it('adds up what several workers saw', () => {
    const tallying = createTallying();
    const attempt = {
      valid: true,
      violations: [],
      ours: [],
      situations: [{ id: 'kill-mid-work', count: 2 }],
      fates: { 'settled-ok': 3, void: 0 },
      faults: { planned: 3, verified: 2 },
      events: [],
    } as const;
    tallying.add(attempt);
    tallying.add({ ...attempt, valid: 'unknown' });
    const one = tallying.read();
    expect(addTallies(one, NOTHING)).toEqual(one);
    expect(addTallies(one, one)).toMatchObject({
      runs: 4,
      valid: 2,
      unknown: 2,
      calls: 12,
      faults: 12,
      faultsThatBit: 8,
      situations: { 'kill-mid-work': 4 },
      fates: { 'settled-ok': 12 },
      kinds: ['kill-mid-work +settled-ok'],
    });
  });
});

/** A kill after a commit, of a call that is there. */
function isGuilty({ faults }: Plan): boolean {
  return faults.some(({ fault, trigger }) => fault === 'F12' && trigger.kind === 'event' && trigger.on === 'commit');
}
