// Each mutant is made to fail certain measures. This table shows that it does, that it fails them worst of all, and that it is
// otherwise an agent like the others.
import { describe, expect, it } from 'vitest';
import type { Episode } from '../../model/evaluation/episode.ts';
import { stepId } from '../../model/evaluation/instance.ts';
import type { Measure } from '../../model/evaluation/measure.ts';
import { createPrng } from '../../model/prng.ts';
import { loadAll } from '../../model/registry.ts';
import { measures } from '../measures/index.ts';
import { rehearse } from '../testing/rehearsal.ts';
import { randomInstance, randomLatencies } from '../testing/toy-world.ts';
import { policies } from './index.ts';

const INSTANCE_COUNT = 60;
const BREAKS_EVERY = 3; // In every third instance some tools fail at first: what else should an agent misread?
const BREAK_SHARE = 0.2;
const UNREMARKABLE = 0.05; // Of the figure of the reference, or of 1 for a share.

/** Sums of a measure over episodes: a share, or a mean. */
interface Sum {
  amount: number;
  count: number;
}

const judged = (await loadAll(measures)).filter(({ meta }) => meta.better !== 'neither');
const plain = new Map<string, ReadonlyMap<string, number | null>>();
const mixed = new Map<string, ReadonlyMap<string, number | null>>();
for (const id of Object.keys(policies)) {
  const episodes: { episode: Episode; isBroken: boolean }[] = [];
  for (let index = 0; index < INSTANCE_COUNT; index += 1) {
    const draw = createPrng(index);
    const instance = randomInstance(draw, `random/${index}`);
    const latencyMs = randomLatencies(draw, instance);
    const isBroken = index % BREAKS_EVERY === 0;
    const ids = instance.tasks.flatMap((task) => task.steps.map(({ label }) => stepId(task.id, label)));
    const breaks = new Set(isBroken ? ids.filter(() => draw.chance(BREAK_SHARE)) : []);
    const { episode } = await rehearse(id, instance, latencyMs, { breaks });
    episodes.push({ episode, isBroken });
  }
  const whole = episodes.filter(({ isBroken }) => !isBroken);
  plain.set(id, figuresOf(whole.map(({ episode }) => episode)));
  mixed.set(id, figuresOf(episodes.map(({ episode }) => episode)));
}

describe('the reference', () => {
  it('is perfect in all that preserves context, whether tools fail or not', () => {
    const preserving = judged.filter(({ meta }) => meta.group === 'preservation');
    expect(preserving.length).toBeGreaterThan(10);
    for (const table of [plain, mixed]) {
      for (const { meta } of preserving)
        expect([meta.id, figure(table, 'reference', meta.id)]).toEqual([meta.id, meta.perfect]);
    }
  });

  it('solves everything and is as fast as a good schedule', () => {
    expect(figure(mixed, 'reference', 'task')).toBe(1);
    expect(figure(plain, 'reference', 'interleaving-efficiency')).toBeGreaterThanOrEqual(0.98);
    expect(figure(plain, 'reference', 'idle-use')).toBe(1);
  });
});

const mutants = Object.values(policies).filter(({ meta }) => meta.spoils.length > 0);

describe.each(mutants.map(({ meta }) => meta))('$id', ({ id, spoils }) => {
  it('is worst on what it spoils', () => {
    for (const spoiled of spoils) {
      const measure = judged.find(({ meta }) => meta.id === spoiled);
      if (measure === undefined) throw new Error(`expected a measure that judges, got ${spoiled}`);
      const own = badness(mixed, id, measure);
      const others = Object.keys(policies).flatMap((other) =>
        other === id ? [] : [badness(mixed, other, measure) ?? []].flat(),
      );
      expect(own).not.toBeNull();
      expect([spoiled, Math.max(...others) < (own ?? Number.NaN)]).toEqual([spoiled, true]);
    }
  });

  it('is unremarkable on at least half of the other measures', () => {
    const others = judged.filter(
      ({ meta }) => !spoils.includes(meta.id) && figure(mixed, 'reference', meta.id) !== null,
    );
    const alike = others.filter((measure) => isUnremarkable(id, measure));
    expect(others.length).toBeGreaterThan(30);
    expect(alike.length / others.length).toBeGreaterThanOrEqual(0.5);
  });
});

/** No worse than the reference but for little. A figure that could not be taken is remarkable. */
function isUnremarkable(id: string, measure: Measure): boolean {
  const own = badness(mixed, id, measure);
  const best = badness(mixed, 'reference', measure);
  if (own === null || best === null) return false;
  const scale = measure.meta.unit === 'ratio' ? 1 : Math.abs(best);
  return own - best <= UNREMARKABLE * scale;
}

/** The figure, turned so that higher is worse. */
function badness(table: typeof mixed, id: string, { meta }: Measure): number | null {
  const value = figure(table, id, meta.id);
  return value === null ? null : meta.better === 'higher' ? -value : value;
}

function figure(table: typeof mixed, id: string, measure: string): number | null {
  return table.get(id)?.get(measure) ?? null;
}

function figuresOf(episodes: readonly Episode[]): ReadonlyMap<string, number | null> {
  const figures = new Map<string, number | null>();
  for (const measure of judged) {
    const sum: Sum = { amount: 0, count: 0 };
    for (const episode of episodes) {
      const sample = measure.of(episode);
      if (sample === null) continue;
      sum.amount += sample.kind === 'share' ? sample.hits : sample.value;
      sum.count += sample.kind === 'share' ? sample.cases : 1;
    }
    figures.set(measure.meta.id, sum.count === 0 ? null : sum.amount / sum.count);
  }
  return figures;
}
