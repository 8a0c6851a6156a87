import { describe, expect, it } from 'vitest';
import type { Sample } from '../../model/evaluation/measure.ts';
import { loadAll } from '../../model/registry.ts';
import { measures } from '../measures/index.ts';
import { EpisodeScript, problemOf, wellPlayed } from '../measures/testing/episode-script.ts';
import { asyncGaps } from './async-gaps.ts';
import { type EpisodeFigures, episodeFigures } from './episode-figures.ts';
import { meanEnds, pairedEnds, shareEnds } from './interval.ts';
import { passOf } from './passes.ts';
import { crashedEpisode, restartMatrix } from './restart-matrix.ts';
import { robustnessOf } from './robustness.ts';
import { createScoreTally, scoreOf } from './score-tally.ts';

const ONE = problemOf({ A: [{ tool: 'write', ms: 4 }] });

function run(changes: Partial<EpisodeFigures>): EpisodeFigures {
  return {
    instance: 'test/1',
    kind: 'single',
    agent: 'tester',
    mode: 'async',
    law: 'constant',
    seed: 1,
    isRight: true,
    makespanMs: 10,
    inversionDegree: 0,
    doubledEffects: 0,
    ...changes,
  };
}

const shares = (...pairs: readonly (readonly [number, number])[]): Sample[] =>
  pairs.map(([hits, cases]) => ({ kind: 'share', hits, cases }));
const values = (...numbers: readonly number[]): Sample[] => numbers.map((value) => ({ kind: 'value', value }));

describe('scores', () => {
  it('sum shares before they divide them', () => {
    expect(scoreOf(shares([1, 1], [0, 3]))).toMatchObject({ kind: 'share', hits: 1, cases: 4, value: 0.25 });
  });

  it('average values, with their spread', () => {
    const score = scoreOf(values(2, 4, 6));
    expect(score).toMatchObject({ kind: 'value', cases: 3, value: 4, sd: 2 });
    // 4.3027 standard errors of 2 / sqrt(3).
    expect(score?.low).toBeCloseTo(4 - 4.9684, 3);
    expect(score?.high).toBeCloseTo(4 + 4.9684, 3);
  });

  it('know nothing of no samples, and have no interval of one value', () => {
    expect(scoreOf([])).toBe(null);
    expect(scoreOf(values(3))).toEqual({ kind: 'value', cases: 1, value: 3, sd: null, low: null, high: null });
  });

  it('have the interval of Wilson where every case is an episode', () => {
    const score = scoreOf(shares(...Array.from({ length: 60 }, () => [0, 1] as const)));
    expect(score).toMatchObject({ value: 0, low: 0 });
    expect(score?.high).toBeCloseTo(0.0602, 3);
    const half = scoreOf(shares(...Array.from({ length: 60 }, (_, index) => [index % 2, 1] as const)));
    expect(half?.low).toBeCloseTo(0.377, 2);
  });

  it('trust many cases of few episodes less than as many episodes', () => {
    const clustered = scoreOf(shares([100, 100], [0, 100], [100, 100], [0, 100]));
    const spread = scoreOf(shares(...Array.from({ length: 400 }, (_, index) => [index % 2, 1] as const)));
    expect(clustered).toMatchObject({ value: 0.5, cases: 400 });
    const width = (score: typeof clustered) => (score?.high ?? 0) - (score?.low ?? 0);
    expect(width(clustered)).toBeGreaterThan(5 * width(spread));
    expect(shareEnds(1, 0, 1, 1000).low).toBeCloseTo(0.2065, 3);
  });

  it('have intervals that narrow as Student says', () => {
    expect(meanEnds(0, 1, 11).high).toBeCloseTo(2.228 / Math.sqrt(11), 3);
    expect(meanEnds(0, 1, 4).high).toBeCloseTo(3.182 / 2, 1);
  });

  it('are a vector by measure, without those that no episode had a case of', async () => {
    const tally = createScoreTally(await loadAll(measures));
    const right = wellPlayed(ONE);
    tally.add(right.episode());
    tally.add(right.episode({ states: { 'test.1.A': { done: 0 } } }));
    const scores = tally.scores();
    expect(tally.episodes).toBe(2);
    expect(scores.task).toMatchObject({ kind: 'share', hits: 1, cases: 2, value: 0.5 });
    expect(scores.makespan).toMatchObject({ kind: 'value', cases: 2, value: 5, sd: 0, low: 5, high: 5 });
    expect(Object.keys(scores)).not.toContain('switch-rate');
    expect(Object.keys(scores)).not.toContain('interleaving-efficiency');
  });
});

describe('passes', () => {
  const runs = (instance: string, right: number, all: number) =>
    Array.from({ length: all }, (_, seed) => run({ instance, seed, isRight: seed < right }));

  it('are the mean chance that k runs of an instance all succeed', () => {
    const episodes = [...runs('a', 5, 5), ...runs('b', 4, 5), ...runs('c', 3, 5)];
    expect(passOf(episodes, 1)).toBeCloseTo((1 + 0.8 + 0.6) / 3, 9);
    // C(4,4)/C(5,4) is a fifth, and of three right runs no four are.
    expect(passOf(episodes, 4)).toBeCloseTo((1 + 0.2 + 0) / 3, 9);
  });

  it('are unknown with fewer runs than k, or none whose outcome is known', () => {
    expect(passOf(runs('a', 3, 3), 4)).toBe(null);
    expect(passOf([run({ isRight: null })], 1)).toBe(null);
  });
});

describe('async gaps', () => {
  it('pair by instance and seed', () => {
    const pair = (seed: number, sync: boolean, async: boolean) => [
      run({ seed, mode: 'sync', isRight: sync, makespanMs: 20 }),
      run({ seed, mode: 'async', isRight: async, makespanMs: 10 }),
    ];
    const [gap, ...rest] = asyncGaps([
      ...pair(1, true, true),
      ...pair(2, true, false),
      ...pair(3, true, false),
      ...pair(4, false, true),
      run({ seed: 5, isRight: false }),
      run({ seed: 6, mode: 'sync', isRight: null }),
      run({ seed: 6, isRight: false }),
    ]);
    expect(rest).toEqual([]);
    expect(gap).toMatchObject({ pairs: 4, sync: 0.75, async: 0.5, gap: 0.25, syncMs: 20, asyncMs: 10 });
    expect(gap?.low).toBeLessThan(0);
    expect(gap?.high).toBeGreaterThan(0.25);
  });

  it('are not there without pairs, and leave room where no pair differs', () => {
    expect(asyncGaps([run({})])).toEqual([]);
    expect(pairedEnds(0, 0, 100).high).toBeCloseTo(0.0192, 3);
  });
});

describe('robustness', () => {
  it('falls where success falls with disorder', () => {
    const runs = [0, 0.1, 0.5, 0.9, 1].map((inversionDegree, seed) =>
      run({ seed, inversionDegree, isRight: inversionDegree < 0.5 }),
    );
    const [found] = robustnessOf([...runs, run({ inversionDegree: null, isRight: false })]);
    expect(found?.bins.map(({ score }) => score?.value ?? null)).toEqual([1, null, 0, null, 0]);
    expect(found?.bins.map(({ from, to }) => [from, to])[4]).toEqual([0.8, 1]);
    expect(found?.slope).toBeLessThan(-1);
  });

  it('has no slope where there is one degree', () => {
    expect(robustnessOf([run({}), run({ seed: 2 })])[0]?.slope).toBe(null);
  });
});

describe('the restart matrix', () => {
  const crashedRun = (seed: number, isBack: boolean) => {
    const script = new EpisodeScript(ONE);
    const job = script.call('A/$var_1');
    script.write({ kind: 'crash', t: script.now, keepsIds: isBack }).idle(9);
    if (isBack) script.know(job, 'A/$var_1');
    const states = { 'test.1.A': { 'test.1.A': { done: isBack ? 1 : 0 } } };
    return script.episode({ seed, states });
  };

  it('says by who and phase what was left, and what it cost', () => {
    const cell = { who: 'agent', phase: 'mid-run', keepsIds: true };
    const crashed = [
      crashedEpisode(crashedRun(1, true), cell),
      crashedEpisode(crashedRun(2, false), cell),
      crashedEpisode(crashedRun(1, false), { ...cell, phase: 'after-ack', keepsIds: false }),
    ];
    const calm = [1, 2].map((seed) => episodeFigures(wellPlayed(ONE).episode({ seed })));
    const [midRun, afterAck] = restartMatrix(crashed, calm);
    expect(midRun).toMatchObject({
      agent: 'test',
      ...cell,
      episodes: 2,
      doubledEffects: 0,
      resumed: { hits: 1, cases: 2 },
      ids: { hits: 1, cases: 2 },
      results: { hits: 1, cases: 2 },
      costMs: { kind: 'value', cases: 1, value: 4 },
    });
    expect(afterAck).toMatchObject({ phase: 'after-ack', episodes: 1, resumed: { hits: 0, cases: 1 }, costMs: null });
  });
});
