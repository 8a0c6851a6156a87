import type { GatewayFault } from '../model/fault.ts';
import { numberOption } from './option.ts';

/** A platform in front of the server answers HTTP 424 (a pipe: cancels and forgets) `afterMs` after the request. */
export const platformTimeout: GatewayFault = {
  meta: {
    id: 'F31',
    name: 'platform-timeout',
    title: 'Platform timeout',
    description:
      'A gateway gives up after a few seconds while the server goes on: why blocking tools fail in production.',
    kind: 'gateway',
    options: { afterMs: 7000 },
    triggers: ['message', 'messages'],
    colour: '#5a6b7d',
  },
  applicable: () => null,
  afterMs: (entry) => numberOption(entry, 'afterMs'),
};
