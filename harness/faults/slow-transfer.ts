import type { MessageFault } from '../model/fault.ts';
import { numberOption } from './option.ts';

/**
 * A message passes in slices of `sliceBytes`, one every `everyMs` ms: a narrow line, or a client that keeps a server waiting for the
 * rest of what it has begun to say. Characters are cut wherever a slice ends. In virtual time it comes as late as its last slice.
 */
export const slowTransfer: MessageFault = {
  meta: {
    id: 'F2',
    name: 'slow-transfer',
    title: 'A message comes in drops',
    description:
      'A narrow line, or a sender that dawdles: half a request must neither be taken for one nor stop others.',
    kind: 'message',
    options: { sliceBytes: 48, everyMs: 40 },
    triggers: ['message', 'messages'],
    colour: '#7d93ab',
  },
  applicable: () => null,
  decide: (entry) => ({
    action: 'trickle',
    pace: { sliceBytes: Math.max(1, numberOption(entry, 'sliceBytes')), everyMs: numberOption(entry, 'everyMs') },
  }),
};
