import type { ProcessFault } from '../model/fault.ts';
import { capability, NOT_OURS, virtualOnly } from './capability.ts';
import { numberOption } from './option.ts';

/** The server's wall clock moves by `ms`, back if negative, and stays moved. Timers and monotonic clocks do not notice. */
export const clockJump: ProcessFault = {
  meta: {
    id: 'F23',
    name: 'clock-jump',
    title: 'The wall clock jumps',
    description: 'A clock is set, summer time begins, a suspended machine wakes up: stored instants look hours off.',
    kind: 'process',
    options: { ms: 7_200_000 },
    triggers: ['event', 'time', 'boundary'],
    colour: '#4f7f3a',
  },
  applicable: ({ facts }, time) => {
    if (!facts.process) return `${NOT_OURS}, so it cannot set its clock`;
    return time === 'real' ? virtualOnly('a real process reads the clock of this machine') : null;
  },
  async start(entry, server) {
    const ms = numberOption(entry, 'ms');
    const read = await capability(server, 'jumpClock').call(server, ms);
    return { evidence: { boot: server.boot, ms, ...read }, undo: async () => ({}) };
  },
};
