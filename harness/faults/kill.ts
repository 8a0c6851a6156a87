import type { ProcessFault } from '../model/fault.ts';
import { numberOption } from './option.ts';

/** SIGKILL, `downMs` of nothing, and the next boot on the same state. */
export const kill: ProcessFault = {
  meta: {
    id: 'F12',
    name: 'kill',
    title: 'SIGKILL and restart',
    description: 'The process dies between two instructions. What it promised before must still hold afterwards.',
    kind: 'process',
    options: { downMs: 300 },
    triggers: ['event', 'time'],
    colour: '#c8372d',
  },
  applicable: ({ facts }) => (facts.process ? null : 'the harness did not start this server, so it cannot kill it'),
  async start(entry, server) {
    const { boot, pid } = server;
    // Nothing may be awaited before the blow: replies held open for it are dropped as soon as start() has been called.
    const exit = await server.kill(entry.entry);
    return {
      evidence: { boot, pid, ...exit },
      async undo() {
        await server.sleep(numberOption(entry, 'downMs'));
        return { ...(await server.start(entry.entry)) };
      },
    };
  },
};
