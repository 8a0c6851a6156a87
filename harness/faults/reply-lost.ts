import type { MessageFault } from '../model/fault.ts';

/**
 * The server has answered, and the answer never arrives: `how` the client's connection ends is reset, fin or hang. An
 * error is let through, since losing a refusal is not losing a receipt. A pipe can only hang.
 */
export const replyLost: MessageFault = {
  meta: {
    id: 'F5',
    name: 'reply-lost',
    title: 'Reply lost after the work was taken on',
    description: 'The receipt is gone although the server keeps its promise: a retry must not start the work twice.',
    kind: 'message',
    options: { how: 'reset' },
    triggers: ['message', 'messages'],
    colour: '#e07b39',
  },
  applicable: () => null,
  decide(entry, message) {
    if (message.direction !== 'reply' || message.isError) return null;
    const { how } = entry.options;
    if (message.transport === 'stdio' || how === 'hang') return { action: 'cut', how: 'hang' };
    return { action: 'cut', how: how === 'fin' ? 'fin' : 'reset' };
  },
};
