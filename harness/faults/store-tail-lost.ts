import type { ProcessFault } from '../model/fault.ts';
import { engineOf, engineStrikable, engineUnder } from './engine.ts';
import { comeBack } from './store-kill.ts';

/**
 * Redis without an append-only file, with a snapshot each second, as many run it: SIGKILL, `downMs` of nothing, and it comes
 * back with its last snapshot. What was answered after that is gone. A plan with this fault runs its Redis so, and tasks from
 * before such a death are not promised after it; they still count as lost.
 */
export const storeTailLost: ProcessFault = {
  meta: {
    id: 'F21',
    name: 'store-tail-lost',
    title: 'The store loses its newest writes',
    description: 'A Redis without an append-only file dies: it comes back with what it was a moment ago.',
    kind: 'process',
    options: { downMs: 300 },
    triggers: ['event', 'time', 'boundary'],
    colour: '#94434e',
  },
  applicable(target, time) {
    const reason = engineStrikable(target, time);
    if (reason !== null) return reason;
    const engine = engineUnder(target);
    if (engine?.id !== 'redis')
      return `only Redis is run without its log; ${engine?.id ?? 'this store'} has no such setting here`;
    return engine.uses.includes('store') ? null : 'what a queue loses, the server offers again from its store';
  },
  async start(entry, server, store) {
    const evidence = await engineOf(store).kill(entry.entry);
    return { evidence, undo: () => comeBack(entry, server.sleep.bind(server), store) };
  },
};
