import { lowerBoundMs } from './lower-bound.ts';
import { beginCourse, type Course, type Schedule } from './schedule.ts';
import { tailsOf, type Work } from './work.ts';

/** More steps than this are not searched: ten took 0.1 ms on the average and 17 ms in the worst of 1,500. */
export const SEARCHED_STEPS_MAX = 10;

/**
 * A shortest schedule, found by trying every order in which the steps can be acted on and leaving those that cannot beat the
 * best so far. `best` is where it starts from: any schedule of this work. Throws when there are more than SEARCHED_STEPS_MAX.
 */
export function optimalSchedule(work: Work, best: Schedule): Schedule {
  if (work.steps.length > SEARCHED_STEPS_MAX) {
    throw new Error(`expected at most ${SEARCHED_STEPS_MAX} steps to search, got ${work.steps.length}`);
  }
  const boundMs = lowerBoundMs(work);
  const tails = tailsOf(work);
  const course = beginCourse(work);
  let found = best;
  // One list of choices a level; the last of the deepest list is tried next.
  const levels: number[][] = [choices(work, course, tails, found.makespanMs)];
  while (levels.length > 0 && found.makespanMs > boundMs) {
    const step = levels.at(-1)?.pop();
    if (step === undefined) {
      levels.pop();
      if (levels.length > 0) course.undo();
      continue;
    }
    course.act(step);
    if (levels.length === work.steps.length) {
      const schedule = course.finish();
      if (schedule.makespanMs < found.makespanMs) found = schedule;
      course.undo();
    } else {
      levels.push(choices(work, course, tails, found.makespanMs));
    }
  }
  return found;
}

/** Steps that may be acted on next, the most urgent last; none when what is left cannot end before `beatMs`. */
function choices({ steps, agentMs }: Work, course: Course, tails: readonly number[], beatMs: number): number[] {
  const next: number[] = [];
  const left: number[] = [];
  for (const index of steps.keys()) {
    if (course.isDone(index)) continue;
    const readyMs = course.readyMs(index);
    if (readyMs !== Number.POSITIVE_INFINITY) next.push(index);
    const beginMs = Math.max(course.freeMs, readyMs === Number.POSITIVE_INFINITY ? 0 : readyMs);
    if (beginMs + agentMs + (tails[index] ?? 0) >= beatMs) return [];
    left.push(tails[index] ?? 0);
  }
  left.sort((a, b) => a - b);
  for (const [position, tail] of left.entries()) {
    if (course.freeMs + agentMs * (left.length - position) + tail >= beatMs) return [];
  }
  return next.sort((a, b) => (tails[a] ?? 0) - (tails[b] ?? 0));
}
