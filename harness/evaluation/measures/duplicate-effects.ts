import type { Measure } from '../../model/evaluation/measure.ts';
import { share } from './sample.ts';

export const duplicateEffects: Measure = {
  meta: {
    id: 'duplicate-effects',
    title: 'Duplicate effects',
    description:
      'Effects that were committed in the world although the same had been, of all committed. null: no effect was seen.',
    unit: 'ratio',
    better: 'lower',
    group: 'reliability',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    const effects = episode.events.filter((event) => event.kind === 'effect');
    return share(effects.length - new Set(effects.map(({ canary }) => canary)).size, effects.length);
  },
};
