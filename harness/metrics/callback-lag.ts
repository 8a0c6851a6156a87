import type { Metric } from '../model/metric.ts';
import { awaitedEnds } from './callback.ts';
import { trendMs, workEndT } from './timeline.ts';

/**
 * Time from the end of the work, as detection lag has it, to the first callback that told it, ms, one sample a task that
 * ended while its agent was waiting. Tasks whose callback never came are censored; ends that nobody can date are left out.
 * A callback counts however late it is, also when its agent had looked by then.
 */
export const callbackLag: Metric = {
  meta: {
    id: 'callback-lag',
    title: 'Callback lag',
    description: 'From the end of the work until the first callback told of it.',
    type: 'trend',
    unit: 'ms',
    better: 'lower',
  },
  measure({ plan, history }) {
    const ends = awaitedEnds(plan, history);
    if (ends === null) return null;
    return trendMs(
      ends.flatMap(({ call, task, told }) => {
        if (told === null) return [null];
        const endT = workEndT(plan, history, call, task.settled?.event.lastUpdatedAt);
        return endT === null ? [] : [Math.max(0, told.t - endT)];
      }),
    );
  },
};
