import type { AgentFault } from '../model/fault.ts';

/**
 * The agent cancels when the work of the call is just about to be done: `offsetMs` after that instant (negative: before),
 * plus or minus a drawn part of `spreadMs`. It does so also when it has the result in hand by then. The compiler writes the
 * instant into the call. Verified when the cancel came as near to the end of the work as planned.
 */
export const cancelRace: AgentFault = {
  meta: {
    id: 'F28',
    name: 'cancel-race',
    title: 'Cancelled at the moment it completes',
    description: 'A cancel and the end of the work meet: one of them must win, and stay the winner.',
    kind: 'agent',
    options: { offsetMs: 0, spreadMs: 50 },
    triggers: ['call'],
    colour: '#d1587a',
  },
  applicable({ dialect, facts }) {
    if (dialect === 'blocking') return 'this dialect answers with the result itself: there is no task to cancel';
    return facts.cancel ? null : 'this target has no way to cancel';
  },
};
