import type { Load } from '../model/load.ts';
import { scheduleOf } from './schedule.ts';

/**
 * Visitors arrive by the stages; each makes `callsEach` calls one after another, `thinkMs` between the end of one and the
 * start of the next, and goes. Source: Schroeder, Wierman, Harchol-Balter, "Open Versus Closed: A Cautionary Tale", NSDI 2006.
 */
export const partlyOpen: Load = {
  meta: {
    id: 'partly-open',
    title: 'Partly open: visitors arrive, and stay for a while',
    description:
      'Visitors come at the rate of each stage, whatever became of those before; each waits for one call before the next.',
    model: 'partly-open',
    options: { byChance: 0, callsEach: 5, thinkMs: 0 },
    isStaged: true,
  },
  arrivals({ agents, options, stages, draw }) {
    const { byChance = 0, callsEach = 1, thinkMs = 0 } = options;
    return scheduleOf(stages, byChance > 0 ? draw : null).flatMap((atMs, visitor) => {
      const agent = (visitor % agents) + 1;
      const later = Array.from({ length: callsEach - 1 }, () => ({
        agent,
        atMs: null,
        thinkMs,
        follows: true as const,
      }));
      return [{ agent, atMs, thinkMs: 0 }, ...later];
    });
  },
};
