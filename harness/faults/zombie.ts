import type { ProcessFault } from '../model/fault.ts';
import { capability, SINGLE_PROCESS } from './capability.ts';
import { numberOption } from './option.ts';

/**
 * SIGSTOP to a process, another one in its place, `forMs` of that, and SIGCONT: for `aliveMs` the old one goes on with what it was at,
 * and knows nothing of what has become of it. Then it is killed for good. Longer than a lease, it has lost all it held.
 */
export const zombie: ProcessFault = {
  meta: {
    id: 'F24',
    name: 'zombie',
    title: 'Comes back after it was replaced',
    description:
      'A process is taken for dead and replaced, and wakes up in the middle of its work: nobody may believe it.',
    kind: 'process',
    options: { forMs: 3000, aliveMs: 2000 },
    triggers: ['event', 'time', 'boundary'],
    colour: '#5d7a34',
  },
  applicable: ({ processes }) => {
    if (processes === undefined) return SINGLE_PROCESS;
    return process.platform === 'win32' ? 'Windows cannot stop a process and let it go on' : null;
  },
  async start(entry, server) {
    const stop = capability(server, 'pause');
    const go = capability(server, 'resume');
    const { boot, pid } = server;
    const evidence = await stop.call(server, entry.entry);
    return {
      evidence: { boot, pid, process: entry.process, ...evidence },
      async undo() {
        try {
          const replacement = await capability(server, 'replace').call(server, entry.entry);
          await server.sleep(numberOption(entry, 'forMs'));
          await go.call(server, entry.entry);
          await server.sleep(numberOption(entry, 'aliveMs'));
          return { replacement };
        } finally {
          // Also when the run is interrupted: a process that stands still cannot be asked to end.
          await server.kill(entry.entry);
        }
      },
    };
  },
};
