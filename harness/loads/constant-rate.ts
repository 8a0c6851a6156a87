import type { Load } from '../model/load.ts';

/** Call i is meant to start (i − 1) / ratePerSecond after the start, whatever became of the calls before it. */
export const constantRate: Load = {
  meta: {
    id: 'constant-rate',
    title: 'Open: a constant rate',
    description: 'Work arrives at a fixed rate, whether or not the server keeps up; agents take turns.',
    model: 'open',
    options: { ratePerSecond: 10 },
  },
  arrivals({ agents, calls, options }) {
    const { ratePerSecond = 1 } = options;
    return Array.from({ length: calls }, (_, index) => ({
      agent: (index % agents) + 1,
      atMs: Math.round((index * 1000) / ratePerSecond),
      thinkMs: 0,
    }));
  },
};
