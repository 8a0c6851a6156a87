import type { MessageFault } from '../model/fault.ts';

/** A request never reaches the server. Its effect must stay zero until somebody sends it again. */
export const requestLost: MessageFault = {
  meta: {
    id: 'F4',
    name: 'request-lost',
    title: 'Request lost',
    description: 'The request is dropped before the server sees it; the client knows no more than after a lost reply.',
    kind: 'message',
    options: {},
    triggers: ['message', 'messages'],
    colour: '#d6a24a',
  },
  applicable: () => null,
  decide: (_entry, message) => (message.direction === 'request' ? { action: 'drop' } : null),
};
