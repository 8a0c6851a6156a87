import type { ProcessFault } from '../model/fault.ts';
import { NOT_OURS } from './capability.ts';
import { numberOption } from './option.ts';

/** SIGTERM; what has not ended within `deadlineMs` is killed. Then `downMs` of nothing and the next boot. */
export const drain: ProcessFault = {
  meta: {
    id: 'F13',
    name: 'drain',
    title: 'SIGTERM with a deadline',
    description: 'A graceful shutdown with work in flight, as every deployment does it: nothing acked may be lost.',
    kind: 'process',
    options: { deadlineMs: 10_000, downMs: 200 },
    triggers: ['event', 'time', 'boundary'],
    colour: '#8f2f6b',
  },
  applicable: ({ facts }) => (facts.process ? null : `${NOT_OURS}, so it cannot stop it`),
  async start(entry, server) {
    const { boot, pid } = server;
    const exit = await server.terminate({ by: entry.entry, withinMs: numberOption(entry, 'deadlineMs') });
    return {
      evidence: { boot, pid, ...exit },
      async undo() {
        await server.sleep(numberOption(entry, 'downMs'));
        return { ...(await server.start(entry.entry)) };
      },
    };
  },
};
