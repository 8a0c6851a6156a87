import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPrng, type Prng } from '../model/prng.ts';
import { concludeGate, needsFreshPairs } from './confirmation.ts';
import { decideMetrics, type GateInput } from './decision.ts';
import type { GatedMetric } from './eligibility.ts';
import { shareOf } from './interval.ts';
import { FLOOR, floorOf, noiseOf } from './noise-floor.ts';
import { pairOrders } from './order.ts';
import { type Pair, worseningOf } from './paired-ratio.ts';
import { holm, signedRankTest } from './signed-rank.ts';

const SERVICE: GatedMetric = { id: 'service.p95', unit: 'ms', better: 'lower', quantile: 0.95 };
const POLLS: GatedMetric = { id: 'polls-per-task.mean', unit: 'polls', better: 'lower', quantile: null };
const reading = (value: number | null, samples: number | null = 240, censored = 0) => ({ value, samples, censored });
const pair = (baseline: number | null, candidate: number | null): Pair => ({
  baseline: reading(baseline),
  candidate: reading(candidate),
});
const decide = (input: Omit<GateInput, 'role'>) => {
  const [decision] = decideMetrics([{ role: 'primary', ...input }], createPrng(1));
  if (decision === undefined) throw new Error('expected a decision');
  return decision;
};

describe('one metric', () => {
  const equal = Array.from({ length: 10 }, (_, index) => pair(100 + index, 100 + index));
  const worse = Array.from({ length: 10 }, (_, index) => pair(100 + (index % 2), (100 + (index % 2)) * 1.12));

  it('is a regression where the whole interval lies above the floor, and none where it lies below', () => {
    expect(decide({ metric: SERVICE, pairs: worse })).toMatchObject({ outcome: 'regression', pairs: 10, reason: null });
    expect(decide({ metric: SERVICE, pairs: equal })).toMatchObject({ outcome: 'no-regression', worsening: 0 });
    expect(decide({ metric: { ...SERVICE, better: 'higher' }, pairs: worse }).outcome).toBe('no-regression');
  });

  it('is inconclusive where the interval spans the floor, or the pairs are too few', () => {
    const spread = Array.from({ length: 10 }, (_, index) => pair(100, index < 5 ? 101 : 115));
    expect(decide({ metric: SERVICE, pairs: spread })).toMatchObject({
      outcome: 'inconclusive',
      reason: 'the interval spans the floor',
    });
    expect(decide({ metric: SERVICE, pairs: worse.slice(0, 9) }).reason).toBe('9 pairs are too few; 10 are needed');
    expect(decide({ metric: SERVICE, pairs: [] })).toMatchObject({ outcome: null, role: 'reported' });
  });

  it('is only reported with too few samples, or where the base is under 5 ms', () => {
    const few = worse.map(({ baseline, candidate }) => ({ baseline: { ...baseline, samples: 199 }, candidate }));
    expect(decide({ metric: SERVICE, pairs: few })).toMatchObject({
      role: 'reported',
      outcome: null,
      reason: '199 samples a run, and this percentile needs 200',
    });
    expect(decide({ metric: { ...SERVICE, quantile: 0.99 }, pairs: worse }).reason).toContain('needs 1000');
    const tiny = worse.map(({ baseline, candidate }) => pair((baseline.value ?? 0) / 50, (candidate.value ?? 0) / 20));
    expect(decide({ metric: SERVICE, pairs: tiny })).toMatchObject({ role: 'reported', outcome: null });
    // Counts have no base that a machine could blur.
    const counts = worse.map(() => pair(1, 2));
    expect(decide({ metric: POLLS, pairs: counts }).outcome).toBe('regression');
  });

  it('that vanished, or lost samples, is never a pass', () => {
    const gone = equal.map((one, index) => (index === 3 ? pair(100, null) : one));
    expect(decide({ metric: SERVICE, pairs: gone })).toMatchObject({
      outcome: 'inconclusive',
      reason: 'the candidate gave no number in 1 of 10 runs',
    });
    const lost = equal.map((one, index) => (index === 3 ? { ...one, candidate: reading(103, 239, 1) } : one));
    expect(decide({ metric: SERVICE, pairs: lost })).toMatchObject({
      outcome: 'inconclusive',
      reason: 'in 1 runs the candidate has more tasks that never gave a sample',
    });
  });

  it('may be allowed more than the floor, and then is held against that', () => {
    expect(decide({ metric: SERVICE, pairs: worse, allowed: Math.log(1.2) }).outcome).toBe('no-regression');
    expect(decide({ metric: SERVICE, pairs: worse, allowed: 0 }).outcome).toBe('regression');
  });
});

describe('the parts', () => {
  it('ratios turn over with the sides, and nothing against nothing is equal', () => {
    const value = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(value, value, (a, b) => {
        const there = worseningOf(pair(a, b), 'lower') ?? Number.NaN;
        expect(worseningOf(pair(b, a), 'lower')).toBeCloseTo(-there, 12);
        expect(worseningOf(pair(a, b), 'higher')).toBeCloseTo(-there, 12);
      }),
    );
    expect(worseningOf(pair(0, 0), 'lower')).toBe(0);
    expect(worseningOf(pair(0, 1), 'lower')).toBe(20);
    expect(worseningOf(pair(null, 1), 'lower')).toBe(null);
  });

  it('the signed-rank test is exact, also with ties and zeros', () => {
    const ten = Array.from({ length: 10 }, (_, index) => index + 1);
    expect(signedRankTest(ten)).toBeCloseTo(1 / 1024, 12);
    // Only the smallest against: the sums 0 and 1 of 1,024.
    expect(signedRankTest([-1, ...ten.slice(1)])).toBeCloseTo(2 / 1024, 12);
    // 5 against 1 to 4 and 6 to 10: sums of distinct ranks up to 5 come in 1 + 1 + 1 + 2 + 2 + 3 ways.
    expect(signedRankTest(ten.map((one) => (one === 5 ? -5 : one)))).toBeCloseTo(10 / 1024, 12);
    expect(signedRankTest([2, 2, 2, 2])).toBeCloseTo(1 / 16, 12);
    expect(signedRankTest([0, 0])).toBe(1);
    expect(signedRankTest([])).toBe(1);
  });

  it('Holm raises, keeps the order and never passes 1', () => {
    const reference = holm([0.01, 0.04, 0.03, 0.005]);
    expect(reference.map((p) => Math.round(p * 1e9) / 1e9)).toEqual([0.03, 0.06, 0.06, 0.02]);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (probabilities) => {
        const raised = holm(probabilities);
        raised.forEach((p, index) => {
          expect(p).toBeGreaterThanOrEqual(probabilities[index] ?? 0);
          expect(p).toBeLessThanOrEqual(1);
        });
      }),
    );
  });

  it('the floor follows the noise and is never under 5 %', () => {
    const quiet = [0.001, -0.002, 0.003, -0.001];
    expect(floorOf(noiseOf(quiet, createPrng(1)))).toBe(FLOOR);
    const loud = [0.3, -0.2, 0.4, -0.3, 0.1];
    expect(floorOf(noiseOf(loud, createPrng(1)))).toBeGreaterThan(2 * FLOOR);
    // A shift of all of them is an effect and no noise.
    const shifted = noiseOf(
      loud.map((ratio) => ratio + 1),
      createPrng(1),
    );
    expect(shifted).toBeCloseTo(noiseOf(loud, createPrng(1)) ?? Number.NaN, 12);
    expect(floorOf(noiseOf([0.3], createPrng(1)))).toBe(FLOOR);
  });

  it('a machine that is too noisy decides nothing', () => {
    const wild = Array.from({ length: 10 }, (_, index) => pair(100, index % 2 === 0 ? 60 : 95));
    const reason = decide({ metric: SERVICE, pairs: wild }).reason;
    expect(reason).toMatch(/too noisy: the floor is at \d+ %/);
  });

  it('orders hold both ways in every two pairs', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const firsts = pairOrders(10, createPrng(seed)).map(([first]) => first);
      for (let at = 0; at < 10; at += 2) expect(new Set(firsts.slice(at, at + 2)).size).toBe(2);
    }
    expect(pairOrders(11, createPrng(1))).toHaveLength(11);
  });
});

describe('the decision', () => {
  const of = (id: string, outcome: 'regression' | 'no-regression' | 'inconclusive', role: 'primary' | 'secondary') => ({
    ...decide({ metric: { ...SERVICE, id }, pairs: [] }),
    role,
    outcome,
    ...(outcome === 'regression' ? { worsening: 0.2, low: 0.1, high: 0.3, pairs: 10 } : {}),
  });
  const open = of('service.p95', 'inconclusive', 'primary');
  const good = of('service.p95', 'no-regression', 'primary');
  const bad = of('service.p95', 'regression', 'primary');
  const other = of('polls.value', 'regression', 'secondary');

  const rounds = (first: ReturnType<typeof of>[], fresh: ReturnType<typeof of>[] | null = null) =>
    concludeGate({ first, fresh, all: fresh });

  it('needs an alarm twice, and does not pass what stayed open', () => {
    expect(rounds([good])).toEqual({ outcome: 'no-regression', because: ['service.p95'] });
    expect(rounds([bad])).toEqual({ outcome: 'inconclusive', because: ['service.p95'] });
    expect(rounds([bad], [bad])).toEqual({ outcome: 'regression', because: ['service.p95'] });
    expect(rounds([bad], [good]).outcome).toBe('no-regression');
    // The time ended early: a few fresh pairs that all say the same are enough, fewer are not.
    const cut = (pairs: number) => ({ ...bad, pairs, outcome: 'inconclusive' as const });
    expect(rounds([bad], [cut(5)]).outcome).toBe('regression');
    expect(rounds([bad], [cut(4)]).outcome).toBe('inconclusive');
    expect(rounds([good, other], [good, other])).toEqual({ outcome: 'regression', because: ['polls.value'] });
    expect(rounds([open])).toEqual({ outcome: 'inconclusive', because: ['service.p95'] });
    expect(rounds([open], [good]).outcome).toBe('no-regression');
    expect(rounds([good, of('x', 'inconclusive', 'secondary')]).outcome).toBe('no-regression');
    expect(rounds([]).outcome).toBe('inconclusive');
    expect([[good], [bad], [open], [good, other]].map(needsFreshPairs)).toEqual([false, true, true, true]);
  });
});

// Thousands of decisions, each with its intervals: half a minute of work that a busy machine makes minutes of.
describe('drawn again and again from noise like that of a shared machine', { timeout: 600_000 }, () => {
  // Each run lies `spread` around its server; both of a pair share a drift of 10 %; one in twenty is hit and takes a third more.
  // What is counted is not hit.
  interface World {
    readonly spread: number;
    readonly service: number;
    readonly polls: number;
  }
  const normal = (draw: Prng) => Math.sqrt(-2 * Math.log(1 - draw.float())) * Math.cos(2 * Math.PI * draw.float());
  const run = (draw: Prng, level: number, spread: number) =>
    level * Math.exp(spread * normal(draw)) * (draw.chance(0.05) ? 1.33 : 1);
  const round = (draw: Prng, { spread, service, polls }: World): readonly GateInput[] => {
    const pairs = Array.from({ length: 10 }, () => {
      const drift = Math.exp(0.1 * normal(draw));
      const side = (ms: number, count: number) => ({
        times: Array.from({ length: 4 }, () => run(draw, ms * drift, spread)),
        polls: count * Math.exp(spread * normal(draw)),
      });
      return { baseline: side(50, 3), candidate: side(50 * service, 3 + polls) };
    });
    const timed = Array.from(
      { length: 4 },
      (_, place): GateInput => ({
        metric: { ...SERVICE, id: `time-${place}` },
        role: place === 0 ? 'primary' : 'secondary',
        pairs: pairs.map((one) => pair(one.baseline.times[place] ?? null, one.candidate.times[place] ?? null)),
      }),
    );
    const counted = pairs.map((one) => pair(one.baseline.polls, one.candidate.polls));
    return [...timed, { metric: POLLS, role: 'secondary', pairs: counted }];
  };
  // So few that are stopped, or missed, are needed for the interval that is asked for.
  const ALARMS = 400;
  const MISSES = 120;
  // At 1 % the rule finds 97 or 98 of a hundred: more of them bring the interval's end above what is promised.
  const CLOSE = 300;
  const found = (name: string, world: World, decisions: number) => {
    const outcomes = Array.from({ length: decisions }, (_, seed) => {
      const draw = createPrng(seed).fork('noise');
      const firstRound = round(draw, world);
      const first = decideMetrics(firstRound, createPrng(seed));
      if (!needsFreshPairs(first)) return concludeGate({ first, fresh: null, all: null }).outcome;
      const freshRound = round(draw, world);
      const both = firstRound.map((input, at) => ({
        ...input,
        pairs: [...input.pairs, ...(freshRound[at]?.pairs ?? [])],
      }));
      const fresh = decideMetrics(freshRound, createPrng(seed).fork('fresh'));
      return concludeGate({ first, fresh, all: decideMetrics(both, createPrng(seed).fork('all')) }).outcome;
    });
    const share = shareOf(outcomes.filter((outcome) => outcome === 'regression').length, decisions);
    const [low, high] = [share.low, share.high].map((end) => ((end ?? 0) * 100).toFixed(2));
    console.info(`${name}: stopped ${share.count} of ${decisions} (${low} to ${high} %)`);
    return share;
  };

  it('a server against itself is stopped in at most one of a hundred', () => {
    expect(found('itself, spread 2 %', { spread: 0.02, service: 1, polls: 0 }, ALARMS).high).toBeLessThanOrEqual(0.01);
  });

  it('a tenth more is found where runs lie within 1 %, a sixth where they lie within 2 %', () => {
    expect(
      found('10 % slower, spread 1 %', { spread: 0.01, service: 1.1, polls: 0 }, CLOSE).low,
    ).toBeGreaterThanOrEqual(0.95);
    expect(
      found('16 % slower, spread 2 %', { spread: 0.02, service: 1.16, polls: 0 }, MISSES).low,
    ).toBeGreaterThanOrEqual(0.95);
  });

  it('one poll more is always found', () => {
    expect(found('one poll more, spread 2 %', { spread: 0.02, service: 1, polls: 1 }, MISSES).count).toBe(MISSES);
  });
});
