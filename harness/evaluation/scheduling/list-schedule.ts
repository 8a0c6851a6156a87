import { beginCourse, type Schedule } from './schedule.ts';
import { tailsOf, type Work } from './work.ts';

/**
 * Which of the steps that are ready comes first. longest-path: the one with most left behind it; first-ready: the one whose
 * inputs came first; first-listed: in the order of the instance; longest-work: the one that works longest itself.
 */
export const PRIORITIES = ['longest-path', 'first-ready', 'first-listed', 'longest-work'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** List scheduling: whenever the agent is free and a step is ready, it acts; it never stands idle beside one. */
export function listSchedule(work: Work, priority: Priority): Schedule {
  const course = beginCourse(work);
  const urgency = urgencyOf(work, priority);
  const left = new Set(work.steps.keys());
  while (left.size > 0) {
    let chosen = -1;
    let chosenMs = Number.POSITIVE_INFINITY;
    let chosenUrgency = Number.NEGATIVE_INFINITY;
    for (const step of left) {
      const readyMs = course.readyMs(step);
      if (readyMs === Number.POSITIVE_INFINITY) continue;
      const beginMs = Math.max(readyMs, course.freeMs);
      const own = priority === 'first-ready' ? -readyMs : (urgency[step] ?? 0);
      if (beginMs > chosenMs || (beginMs === chosenMs && own <= chosenUrgency)) continue;
      chosen = step;
      chosenMs = beginMs;
      chosenUrgency = own;
    }
    if (chosen < 0) throw new Error('expected a step that comes after no other that is left');
    course.act(chosen);
    left.delete(chosen);
  }
  return course.finish();
}

function urgencyOf(work: Work, priority: Priority): readonly number[] {
  if (priority === 'longest-path') return tailsOf(work);
  if (priority === 'longest-work') return work.steps.map(({ latencyMs }) => latencyMs);
  return work.steps.map((_, index) => -index);
}
