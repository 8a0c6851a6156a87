import type { ProcessFault } from '../model/fault.ts';
import { capability, NOT_OURS } from './capability.ts';
import { numberOption } from './option.ts';

/**
 * For `forMs` no byte passes between clients and a process, in neither direction, while all connections stay open; what was on its
 * way is delivered afterwards, wanted or not. Verified when it held something back.
 */
export const halfOpen: ProcessFault = {
  meta: {
    id: 'F10',
    name: 'half-open',
    title: 'Open connections that carry nothing',
    description: 'A cable, a firewall, a lost peer: nothing fails, nothing comes, and much later the old bytes arrive.',
    kind: 'process',
    options: { forMs: 3000 },
    triggers: ['event', 'time', 'boundary'],
    colour: '#44618c',
  },
  applicable: ({ transport, facts }, time) => {
    if (time === 'virtual') return 'in virtual time there are no sockets between a client and a server';
    if (transport === 'stdio') return 'a pipe within one machine does not lose its other end';
    return facts.process ? null : `${NOT_OURS}, so it does not stand between it and all of its clients`;
  },
  async start(entry, server) {
    const link = capability(server, 'holdLink').bind(server);
    link(true);
    let held = 0;
    try {
      await server.sleep(numberOption(entry, 'forMs'));
    } finally {
      held = link(false);
    }
    if (held === 0) throw new Error('nothing was sent while the connections carried nothing');
    return { evidence: { boot: server.boot, process: entry.process, held }, undo: async () => ({ held }) };
  },
};
