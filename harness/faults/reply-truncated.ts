import type { MessageFault } from '../model/fault.ts';

/**
 * The beginning of an answer arrives, and then its connection is reset; over a pipe the rest of the line is missing. Where it is
 * cut is drawn. A client must not take a part for the whole, and a retry must not start the work twice.
 */
export const replyTruncated: MessageFault = {
  meta: {
    id: 'F6',
    name: 'reply-truncated',
    title: 'Only the beginning of an answer arrives',
    description: 'The connection ends within the receipt: the work is taken on, and the caller has half of its id.',
    kind: 'message',
    options: {},
    triggers: ['message', 'messages'],
    colour: '#d9912f',
  },
  applicable: () => null,
  decide: (_entry, message, draw) =>
    message.direction === 'reply' && !message.isError && message.bytes > 1
      ? { action: 'truncate', bytes: draw.integer(1, message.bytes - 1) }
      : null,
};
