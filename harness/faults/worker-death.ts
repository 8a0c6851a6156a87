import type { ProcessFault } from '../model/fault.ts';
import { NOT_OURS } from './capability.ts';
import { numberOption } from './option.ts';

/** SIGKILL to a process that only runs work, while those that clients reach live on; `downMs` of nothing, and its next boot. */
export const workerDeath: ProcessFault = {
  meta: {
    id: 'F17',
    name: 'worker-death',
    title: 'A worker dies alone',
    description: 'The front still takes calls and answers: whoever held the work is gone, and somebody must notice.',
    kind: 'process',
    options: { downMs: 500 },
    triggers: ['event', 'time', 'boundary'],
    strikes: 'worker',
    colour: '#b3452b',
  },
  applicable: ({ facts }) => (facts.process ? null : `${NOT_OURS}, so it cannot kill a worker of it`),
  async start(entry, server) {
    const { boot, pid } = server;
    const exit = await server.kill(entry.entry);
    return {
      evidence: { boot, pid, process: entry.process, ...exit },
      async undo() {
        await server.sleep(numberOption(entry, 'downMs'));
        return { ...(await server.start(entry.entry)) };
      },
    };
  },
};
