import type { Metric } from '../model/metric.ts';
import { arrivals, countPairs } from './arrival.ts';
import { rate } from './rate.ts';

/**
 * How far out of order results arrived: pairs of calls whose results arrived in the other order than the calls were sent,
 * of all pairs in flight together (only those could swap). 0 in order, 1 reversed. null: no two were in flight together.
 */
export const inversionDegree: Metric = {
  meta: {
    id: 'inversion-degree',
    title: 'Inversion degree',
    description:
      'Pairs of calls whose results arrived in the other order than they were sent, of all pairs in flight together.',
    type: 'rate',
    unit: 'ratio',
    better: 'neither',
  },
  measure({ history }) {
    const { swapped, overlapping } = countPairs(arrivals(history));
    return rate(swapped, overlapping);
  },
};
