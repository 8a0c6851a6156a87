import { listSchedule, PRIORITIES } from './list-schedule.ts';
import { lowerBoundMs } from './lower-bound.ts';
import { optimalSchedule, SEARCHED_STEPS_MAX } from './optimum.ts';
import type { Schedule } from './schedule.ts';
import type { Work } from './work.ts';

/**
 * What a good agent reaches: a shortest schedule where there are few enough steps to find it, else the shortest that list
 * scheduling gives by any of its priorities.
 */
export function referenceSchedule(work: Work): Schedule {
  const boundMs = lowerBoundMs(work);
  let best: Schedule | null = null;
  for (const priority of PRIORITIES) {
    const schedule = listSchedule(work, priority);
    if (best === null || schedule.makespanMs < best.makespanMs) best = schedule;
    if (best.makespanMs <= boundMs) return best;
  }
  if (best === null) throw new Error('expected a way to set priorities');
  return work.steps.length <= SEARCHED_STEPS_MAX ? optimalSchedule(work, best) : best;
}
