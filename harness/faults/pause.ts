import type { ProcessFault } from '../model/fault.ts';
import { capability, NOT_OURS } from './capability.ts';
import { numberOption } from './option.ts';

/**
 * SIGSTOP for `forMs`, then SIGCONT: a long collection of garbage, a moved machine, a starved container. Longer than a lease,
 * the server wakes up as somebody whose work may have been given to another.
 */
export const pause: ProcessFault = {
  meta: {
    id: 'F14',
    name: 'pause',
    title: 'Stands still and goes on',
    description: 'The process is stopped with its connections open, and later goes on as if no time had passed.',
    kind: 'process',
    options: { forMs: 2000 },
    triggers: ['event', 'time', 'boundary'],
    colour: '#b8862b',
  },
  applicable: ({ facts }, time) => {
    if (!facts.process) return `${NOT_OURS}, so it cannot stop it`;
    return time === 'real' && process.platform === 'win32' ? 'Windows cannot stop a process and let it go on' : null;
  },
  async start(entry, server) {
    const stop = capability(server, 'pause');
    const go = capability(server, 'resume');
    const evidence = await stop.call(server, entry.entry);
    return {
      evidence: { boot: server.boot, pid: server.pid, ...evidence },
      async undo() {
        try {
          await server.sleep(numberOption(entry, 'forMs'));
        } finally {
          // Also when the run is interrupted: a process that stands still cannot be asked to end.
          await go.call(server, entry.entry);
        }
        return { forMs: numberOption(entry, 'forMs') };
      },
    };
  },
};
