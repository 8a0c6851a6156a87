import type { AgentFault } from '../model/fault.ts';

/**
 * The agent waits `afterMs` for its receipt and then sends the call again: with the same key, a new one, or none. So that
 * it always comes to that, the compiler lets the first receipt hang (an F5 entry of its own).
 */
export const agentRetry: AgentFault = {
  meta: {
    id: 'F9',
    name: 'agent-retry',
    title: 'Impatient agent',
    description: 'A client gives up waiting for its receipt and sends the call again while the first one is at work.',
    kind: 'agent',
    options: { key: 'same', afterMs: 300 },
    triggers: ['call'],
    colour: '#c45b8d',
  },
  applicable: () => null,
};
