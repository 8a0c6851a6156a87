import type { AgentFault } from '../model/fault.ts';

/**
 * The work of the call computes for `forMs` without a pause, and the process that runs it does nothing else meanwhile: no answers,
 * no renewed leases. The compiler writes it into the call. Verified when the call's work was seen to take so long, or its
 * process left a request unanswered meanwhile.
 */
export const blockedLoop: AgentFault = {
  meta: {
    id: 'F18',
    name: 'blocked-loop',
    title: 'One call blocks the whole process',
    description: 'A regular expression, a large document: the event loop stands, leases expire, and then all goes on.',
    kind: 'agent',
    options: { forMs: 1500 },
    triggers: ['call'],
    colour: '#9a7d1f',
  },
  applicable: ({ facts }, time) => {
    if (!facts.modes.includes('burn')) return 'this target has no work that blocks its process on purpose';
    return time === 'virtual' ? 'in virtual time it would block the harness as well' : null;
  },
};
