import type { Metric } from '../model/metric.ts';
import { bindsRight } from './binding.ts';
import { rate } from './rate.ts';

/** Results taken as the answer to the call they belong to, of all results taken. null: none was. */
export const bindingAccuracy: Metric = {
  meta: {
    id: 'binding-accuracy',
    title: 'Binding accuracy',
    description: 'Results that an agent took as the answer to the call they belong to, of all it took.',
    type: 'rate',
    unit: 'ratio',
    better: 'higher',
  },
  measure({ history }) {
    const binds = history.calls.flatMap((call) => call.binds);
    return rate(binds.filter((bind) => bindsRight(history, bind)).length, binds.length);
  },
};
