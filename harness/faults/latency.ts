import type { MessageFault } from '../model/fault.ts';
import { numberOption } from './option.ts';

/** Every message that fits is delayed by ms + uniform(0, jitterMs), in its own direction. */
export const latency: MessageFault = {
  meta: {
    id: 'F1',
    name: 'latency',
    title: 'Latency and jitter',
    description: 'Messages arrive late. With jitter they also overtake each other.',
    kind: 'message',
    options: { ms: 20, jitterMs: 30 },
    triggers: ['messages', 'message'],
    colour: '#8aa4c8',
  },
  applicable: () => null,
  decide: (entry, _message, draw) => ({
    action: 'delay',
    delayMs: Math.round(numberOption(entry, 'ms') + draw.float() * numberOption(entry, 'jitterMs')),
  }),
};
