import type { MessageFault } from '../model/fault.ts';
import { numberOption } from './option.ts';

/**
 * Two forms. `delivery`: the same bytes reach the server twice, the second `afterMs` later. `probe`: the agent itself sends
 * the same call again under a new rpc id, `afterMs` after its receipt (the agents do that; here it is let through).
 */
export const duplicate: MessageFault = {
  meta: {
    id: 'F8',
    name: 'duplicate',
    title: 'Duplicate delivery or duplicate call',
    description: 'A request arrives twice. A probe repeats an acked call on purpose, to see whether the key holds.',
    kind: 'message',
    options: { form: 'delivery', afterMs: 0 },
    triggers: ['message', 'messages', 'call'],
    colour: '#3f9c8f',
  },
  applicable: () => null,
  decide: (entry, message) =>
    message.direction === 'request' && entry.options.form === 'delivery'
      ? { action: 'dup', afterMs: numberOption(entry, 'afterMs') }
      : null,
};
