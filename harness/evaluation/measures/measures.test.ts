import { describe, expect, it } from 'vitest';
import type { Episode } from '../../model/evaluation/episode.ts';
import { loadAll, loadUnit } from '../../model/registry.ts';
import { measures } from './index.ts';
import { problemOf, wellPlayed } from './testing/episode-script.ts';

/** A: 6, 2, 1 one after the other; B: 2, 5. */
const WORKED = problemOf({
  A: [
    { tool: 'write', ms: 6 },
    { tool: 'write', needs: [1], ms: 2 },
    { tool: 'read', needs: [2], ms: 1 },
  ],
  B: [
    { tool: 'write', ms: 2 },
    { tool: 'read', needs: [1], ms: 5 },
  ],
});

const all = await loadAll(measures);

async function figure(id: string, episode: Episode): Promise<number | null> {
  const measure = await loadUnit(measures, 'measure', id);
  const sample = measure.of(episode);
  if (sample === null) return null;
  return sample.kind === 'value' ? sample.value : sample.hits / sample.cases;
}

describe('measures', () => {
  it('gives the worked example its figures', async () => {
    const episode = wellPlayed(WORKED).episode();
    const ids = ['serial-time', 'bound', 'reference-time', 'makespan', 'same-task-streak', 'justified-switches'];
    const more = ['idle-use', 'interleaving-efficiency', 'schedule-length-ratio', 'switch-rate', 'blind-wait'];
    const figures: Record<string, number | null> = {};
    for (const id of [...ids, ...more]) figures[id] = await figure(id, episode);
    expect(figures).toEqual({
      'serial-time': 21,
      bound: 12,
      'reference-time': 12,
      makespan: 12,
      'same-task-streak': 5 / 3,
      'justified-switches': 1,
      'idle-use': 1,
      'interleaving-efficiency': 1,
      'schedule-length-ratio': 1,
      'switch-rate': 0.5,
      'blind-wait': 0,
    });
  });

  it('calls a well played episode perfect in everything that has a perfect value', () => {
    const episode = wellPlayed(WORKED).episode();
    const faults = all.flatMap(({ meta, of }) => {
      const sample = of(episode);
      if (sample === null || meta.perfect === undefined || meta.group === 'waiting') return [];
      const got = sample.kind === 'value' ? sample.value : sample.hits / sample.cases;
      return got === meta.perfect ? [] : [`${meta.id}: ${got}`];
    });
    expect(faults).toEqual([]);
  });
});
