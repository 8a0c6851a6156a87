import { describe, expect, it } from 'vitest';
import type { ProbeOutcome } from '../model/capacity.ts';
import { createPrng } from '../model/prng.ts';
import { type SearchOptions, searchCapacity, sureShare } from './capacity-search.ts';

const OPTIONS = { from: 20, precision: 0.1, repeats: 3, confirmations: 5 };

/** A server that holds up to a rate, of which the outcome may be spoilt. */
function search(truth: (rate: number, run: number) => ProbeOutcome | null, options: Partial<SearchOptions> = {}) {
  let run = 0;
  const probe = async (rate: number) => {
    run += 1;
    return truth(rate, run);
  };
  return searchCapacity({ ...OPTIONS, probe, ...options });
}

const upTo = (capacity: number) => (rate: number) => (rate <= capacity ? 'holds' : 'fails');

describe('the search for a capacity', () => {
  it.each([3, 20, 47, 333, 5000])('finds %s calls a second to a tenth, and confirms it', async (capacity) => {
    const { rate, failsAt, why, probes } = await search(upTo(capacity));
    expect(why).toBeNull();
    expect(rate).toBeLessThanOrEqual(capacity);
    expect(failsAt).toBeGreaterThan(capacity);
    expect((failsAt ?? 0) / (rate ?? 1)).toBeLessThanOrEqual(1.11);
    expect(probes.filter((probe) => probe.rate === rate && probe.outcome === 'holds')).toHaveLength(5);
  });

  it('is not misled by a run in ten that fails for no reason', async () => {
    const found: number[] = [];
    for (let seed = 1; seed <= 40; seed += 1) {
      const draw = createPrng(seed);
      const { rate } = await search((asked) => (draw.float() < 0.1 ? 'fails' : upTo(400)(asked)));
      if (rate !== null) found.push(rate);
    }
    expect(found.length).toBeGreaterThan(36);
    expect(Math.max(...found)).toBeLessThanOrEqual(400);
    found.sort((a, b) => a - b);
    expect(found[Math.floor(found.length / 2)]).toBeGreaterThan(250);
  });

  it('gives way to a lower rate where one fails in its confirmation', async () => {
    const { rate } = await search((asked, run) => (asked === 40 && run > 4 ? 'fails' : upTo(40)(asked)));
    expect(rate).toBeLessThan(40);
  });

  it('says when it was the harness that could make no more', async () => {
    const { rate, failsAt, generatorAt, why } = await search((asked) => (asked > 700 ? 'generator' : 'holds'));
    expect([failsAt, why]).toEqual([null, 'the harness itself could make no higher rate']);
    expect(rate).toBeLessThanOrEqual(700);
    expect(generatorAt).toBeGreaterThan(700);
  });

  it('finds nothing where nothing holds, or nothing can be judged, or it is interrupted', async () => {
    expect(await search(() => 'fails')).toMatchObject({ rate: null, why: 'no rate held' });
    expect(await search(() => 'unknown')).toMatchObject({
      rate: null,
      why: expect.stringContaining('too few samples'),
    });
    expect(await search(() => null)).toMatchObject({ rate: null, why: 'the search was interrupted', probes: [] });
  });

  it('knows how sure a number of good runs makes', () => {
    expect(sureShare(5)).toBeCloseTo(0.549, 3);
    expect(sureShare(0)).toBe(0);
  });
});
