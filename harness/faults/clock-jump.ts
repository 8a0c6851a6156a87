import type { ProcessFault } from '../model/fault.ts';
import { capability, NOT_OURS } from './capability.ts';
import { numberOption } from './option.ts';

const NO_CLOCK =
  'a real process gets a clock of its own from libfaketime, which is not here (Debian, Ubuntu: apt-get install libfaketime; ' +
  'Fedora: dnf install libfaketime)';

/**
 * The server's wall clock moves by `ms`, back if negative, and stays moved. Timers and monotonic clocks do not notice. Verified by
 * the time read before and after, and by a process that takes its time from there.
 */
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
    return time === 'real' && !facts.movableClock ? NO_CLOCK : null;
  },
  async start(entry, server) {
    const ms = numberOption(entry, 'ms');
    const read = await capability(server, 'jumpClock').call(server, ms);
    return { evidence: { boot: server.boot, ms, ...read }, undo: async () => ({}) };
  },
};
