import type { Measure } from '../../model/evaluation/measure.ts';
import { inversionsOf } from './inversions.ts';
import { share } from './sample.ts';

export const inversionDegree: Measure = {
  meta: {
    id: 'inversion-degree',
    title: 'Inversion degree',
    description:
      'Pairs of jobs whose results came in the other order than they were called, of all pairs pending together (only those could swap): 0 in order, 1 reversed.',
    unit: 'ratio',
    better: 'neither',
    group: 'reliability',
    origin: 'new',
  },
  of(episode) {
    const { pairs, inversions } = inversionsOf(episode);
    return share(inversions, pairs);
  },
};
