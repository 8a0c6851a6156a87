import type { Load } from '../model/load.ts';
import { scheduleOf } from './schedule.ts';

/** Work arrives by the stages, whatever became of the work before it; agents take turns. */
export const stages: Load = {
  meta: {
    id: 'stages',
    title: 'Open: rates, ramps and bursts',
    description:
      'Work arrives at the rate of each stage in turn, whether or not the server keeps up; byChance=1: at random instants.',
    model: 'open',
    options: { byChance: 0 },
    isStaged: true,
  },
  arrivals({ agents, options, stages: planned, draw }) {
    const { byChance = 0 } = options;
    return scheduleOf(planned, byChance > 0 ? draw : null).map((atMs, index) => ({
      agent: (index % agents) + 1,
      atMs,
      thinkMs: 0,
    }));
  },
};
