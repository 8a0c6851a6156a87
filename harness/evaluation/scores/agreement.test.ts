import { describe, expect, it } from 'vitest';
import type { Episode, EpisodeEvent } from '../../model/evaluation/episode.ts';
import { createPrng } from '../../model/prng.ts';
import { loadAll } from '../../model/registry.ts';
import { measures } from '../measures/index.ts';
import { rehearse } from '../testing/rehearsal.ts';
import { instanceOf, randomLatencies } from '../testing/toy-world.ts';
import { agreementsOf, courseOf } from './agreement.ts';

const INSTANCE = instanceOf(
  [
    [[], [0], [1]],
    [[], [0]],
  ],
  'toy/001',
);
const SLOWER = 1.2;
const taken = await loadAll(measures);

async function played(agent: string): Promise<Episode> {
  return (await rehearse(agent, INSTANCE, randomLatencies(createPrng(3), INSTANCE))).episode;
}

function agreed(before: Episode, after: Episode) {
  const [agreement] = agreementsOf([courseOf(before, taken)], [courseOf(after, taken)]);
  return agreement;
}

const isKnow = (event: EpisodeEvent) => event.kind === 'know';

describe('two evaluations in real and in virtual time', () => {
  it('agree where the same happened in the same order, however long it took', async () => {
    const one = await played('reference');
    const events = one.events.map((event) => ({
      ...event,
      t: event.t * SLOWER,
      ...('untilT' in event ? { untilT: event.untilT * SLOWER } : {}),
    }));
    expect(agreed(one, { ...one, events, makespanMs: one.makespanMs * SLOWER })).toEqual({
      ...{ agent: 'reference', mode: 'async', law: 'uniform', episodes: 1, alike: 1, unequal: [] },
      ...{ raced: 0, raceMsMax: null, apart: [], scores: { equal: expect.any(Number), all: expect.any(Number) } },
    });
  });

  it('may differ after two results that changed places, so far from each other', async () => {
    const one = await played('swapper');
    const knows = one.events.flatMap((event, index) => (isKnow(event) ? [index] : []));
    const [first = 0, second = 0] = knows.slice(0, 2);
    const events = [...one.events];
    const [earlier, later] = [one.events[first], one.events[second]];
    if (earlier?.kind !== 'know' || later?.kind !== 'know') throw new Error('expected two results');
    events[first] = { ...later, endedT: earlier.endedT };
    events[second] = { ...earlier, endedT: later.endedT };
    expect(agreed(one, { ...one, events })).toMatchObject({ alike: 0, raced: 1, raceMsMax: 0, apart: [] });
  });

  it('do not where an agent decided otherwise though it knew the same', async () => {
    const one = await played('reference');
    const events = one.events.map((event) => (event.kind === 'claim' ? { ...event, success: false } : event));
    expect(agreed(one, { ...one, events })).toMatchObject({ alike: 0, raced: 0, apart: ['["toy/001",1]'] });
  });

  it('name the scores that differ though the same happened', async () => {
    const one = await played('reference');
    const states = Object.fromEntries(Object.keys(one.states).map((name) => [name, 'something else']));
    expect(agreed(one, { ...one, states })).toMatchObject({
      alike: 1,
      unequal: expect.arrayContaining(['environment', 'task']),
      scores: { equal: expect.any(Number) },
    });
  });

  it('are held together by agent, instance and seed', async () => {
    const one = await played('reference');
    expect(agreed(one, { ...one, seed: 2 })).toBeUndefined();
    expect(agreed(one, await played('blocking'))).toBeUndefined();
  });
});
