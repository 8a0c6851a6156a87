import type { ProcessFault } from '../model/fault.ts';
import { capability } from './capability.ts';

/**
 * The connection of an agent ends under it, with whatever it was waiting for, and it opens a new one: a laptop that slept, a
 * client that was restarted. Strikes the agent of the call that triggers it; at an instant, all agents.
 */
export const connectionClosed: ProcessFault = {
  meta: {
    id: 'F26',
    name: 'connection-closed',
    title: 'A connection ends under its agent',
    description: 'A task must outlive the connection it came over: the agent comes back on a new one and asks for it.',
    kind: 'process',
    options: {},
    triggers: ['event', 'time', 'boundary'],
    colour: '#52749e',
  },
  applicable: ({ transport }, time) =>
    transport === 'stdio' && time === 'real'
      ? 'all agents share one pipe, and closing it asks the server to end'
      : null,
  async start(entry, server) {
    const call = entry.trigger.kind === 'event' ? entry.trigger.call : null;
    const { closed } = await capability(server, 'closeConnections').call(server, { by: entry.entry, call });
    if (closed === 0) throw new Error('no connection was open');
    return { evidence: { boot: server.boot, closed }, undo: async () => ({}) };
  },
};
