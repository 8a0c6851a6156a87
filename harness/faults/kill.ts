import type { ProcessFault } from '../model/fault.ts';
import { NOT_OURS, virtualOnly } from './capability.ts';
import { numberOption } from './option.ts';

/**
 * SIGKILL, `downMs` of nothing, and the next boot on the same state. `torn`: what the store was writing at that moment is on
 * the disk in part only; the evidence says how many writes that struck.
 */
export const kill: ProcessFault = {
  meta: {
    id: 'F12',
    name: 'kill',
    title: 'SIGKILL and restart',
    description: 'The process dies between two instructions. What it promised before must still hold afterwards.',
    kind: 'process',
    options: { downMs: 300, torn: false },
    triggers: ['event', 'time', 'boundary'],
    colour: '#c8372d',
  },
  applicable: ({ facts, kind, store }, time, { torn }) => {
    if (!facts.process) return `${NOT_OURS}, so it cannot kill it`;
    if (torn !== true) return null;
    if (time === 'real') return virtualOnly('SIGKILL takes the memory of a process and nothing that it has written');
    return kind === 'reference' && store === 'memory' ? 'a store in memory does not claim to survive a kill' : null;
  },
  async start(entry, server) {
    const { boot, pid } = server;
    // Nothing may be awaited before the blow: replies held open for it are dropped as soon as start() has been called.
    const exit = await (entry.options.torn === true
      ? server.kill(entry.entry, { tearsRecord: true })
      : server.kill(entry.entry));
    return {
      evidence: { boot, pid, ...exit },
      async undo() {
        await server.sleep(numberOption(entry, 'downMs'));
        return { ...(await server.start(entry.entry)) };
      },
    };
  },
};
