import { msOf } from '../model/clock.ts';
import type { Metric } from '../model/metric.ts';
import { trendOf } from './timeline.ts';

/** How late the load generator started calls, ms, one sample an arrival; arrivals it could not start are censored. */
export const generatorLateness: Metric = {
  meta: {
    id: 'generator-lateness',
    title: 'Generator lateness',
    description: 'How late the harness itself started calls. Large values here make every latency above doubtful.',
    type: 'trend',
    unit: 'ms',
    better: 'lower',
  },
  measure({ history }) {
    const samples = history.gens.flatMap((event) => {
      const dropped = new Array<null>(event.dropped ?? 0).fill(null);
      return event.lateness === undefined ? dropped : [msOf(event.lateness), ...dropped];
    });
    return trendOf(samples, 'ms');
  },
};
