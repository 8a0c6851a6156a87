import type { Disposition, MessageFault } from '../../model/fault.ts';
import type { PlannedFault } from '../../model/plan.ts';

/** A fault that does this to every message it is aimed at. */
export function faultThat(disposition: Disposition): MessageFault {
  return {
    meta: {
      id: 'F5',
      name: 'test',
      title: 'Test',
      description: '',
      kind: 'message',
      options: {},
      triggers: ['message'],
      colour: '#000000',
    },
    applicable: () => null,
    decide: () => disposition,
  };
}

/** Its one planned entry: the first message of that kind for call 1. */
export function strike(direction: 'request' | 'reply', op: 'create' | 'update' = 'create'): PlannedFault {
  return {
    entry: 'F5#1',
    fault: 'F5',
    name: 'test',
    trigger: { kind: 'message', direction, op, call: 1, attempt: 1 },
    options: {},
  };
}
