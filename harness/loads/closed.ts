import type { Load } from '../model/load.ts';

/**
 * n agents, each making one call after the other: call i belongs to agent ((i − 1) mod n) + 1. `thinkMs` lies between a
 * call's end and the next; `spreadMs` spreads the agents' first calls over that time, drawn evenly.
 */
export const closed: Load = {
  meta: {
    id: 'closed',
    title: 'Closed: n agents, one call after another',
    description: 'An agent starts its next call when the last one ended. A slow server is asked less.',
    model: 'closed',
    options: { thinkMs: 0, spreadMs: 0 },
  },
  arrivals({ agents, calls, options, draw }) {
    const { thinkMs = 0, spreadMs = 0 } = options;
    return Array.from({ length: calls }, (_, index) => ({
      agent: (index % agents) + 1,
      atMs: null,
      thinkMs: index < agents ? Math.floor(draw.float() * spreadMs) : thinkMs,
    }));
  },
};
