import type { MessageFault } from '../model/fault.ts';
import { numberOption } from './option.ts';

/**
 * From the first poll (after `fromMs` of the entry) on, no poll gets through for `forMs`, and at the end of it all of them do, in one
 * instant: what a server meets when a network or a gateway has healed. Verified when at least two came at once.
 */
export const pollStampede: MessageFault = {
  meta: {
    id: 'F30',
    name: 'poll-stampede',
    title: 'All overdue polls come at once',
    description: 'After an outage everybody asks in the same instant: nobody may be forgotten or answered wrongly.',
    kind: 'message',
    options: { forMs: 1500 },
    triggers: ['messages'],
    colour: '#6f7fb8',
  },
  applicable: ({ dialect }) =>
    dialect === 'blocking' ? 'this dialect answers with the result itself: nobody polls' : null,
  decide: (entry, { direction, op }) =>
    direction === 'request' && (op === 'get' || op === 'result')
      ? { action: 'gather', forMs: numberOption(entry, 'forMs') }
      : null,
};
