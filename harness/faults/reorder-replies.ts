import type { MessageFault } from '../model/fault.ts';
import { numberOption } from './option.ts';

/** A reply waits until another one has passed, `waitMs` at most. Requests pass untouched. */
export const reorderReplies: MessageFault = {
  meta: {
    id: 'F3',
    name: 'reorder-replies',
    title: 'Replies in another order',
    description: 'A reply is held back until a later one has overtaken it: binding by order instead of by id shows.',
    kind: 'message',
    options: { waitMs: 400 },
    triggers: ['messages', 'message'],
    colour: '#b58ad6',
  },
  applicable: () => null,
  decide: (entry, message) =>
    message.direction === 'reply' ? { action: 'hold', delayMsMax: numberOption(entry, 'waitMs') } : null,
};
