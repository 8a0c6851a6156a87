import { EVENT_LOOP } from '../model/load.ts';
import type { Metric } from '../model/metric.ts';

/** How late the harness's own event loop was, ms, one sample every few ms while it made the load. null: it was not measured. */
export const eventLoopDelay: Metric = {
  meta: {
    id: 'event-loop-delay',
    title: 'Event-loop delay of the harness',
    description:
      'How long whatever happened had to wait for the harness itself. Large values make every latency doubtful.',
    type: 'trend',
    unit: 'ms',
    better: 'lower',
  },
  measure({ history }) {
    const data = history.notes.find(({ topic }) => topic === EVENT_LOOP)?.data;
    if (data === undefined) return null;
    const number = (name: string) => {
      const value = data[name];
      return typeof value === 'number' ? value : null;
    };
    const [count, min, mean, p50, p90] = ['count', 'min', 'mean', 'p50', 'p90'].map(number);
    const [p95, p99, max] = ['p95', 'p99', 'max'].map(number);
    if (!count) return null;
    const rest = { min: min ?? null, mean: mean ?? null, p50: p50 ?? null, p90: p90 ?? null };
    return {
      ...{ type: 'trend', unit: 'ms', count, censored: 0 },
      ...rest,
      ...{ p95: p95 ?? null, p99: p99 ?? null, max: max ?? null },
    };
  },
};
