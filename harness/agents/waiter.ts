import { policy } from './continuation.ts';
import { fetchBlocking, pollUntilTerminal } from './fetching.ts';
import { pollToTheEnd } from './poller.ts';

/** Looks once, then waits in the blocking fetch (tasks/result). Where the dialect has none, it polls. */
export const waiter = policy(
  {
    id: 'waiter',
    title: 'Looks once, then waits in tasks/result',
    description: 'One status read, then the blocking fetch, as the official extension client does on 2025-11-25.',
    source: '@modelcontextprotocol/ext-tasks 0.2.2',
  },
  async (context, held) => {
    if (!context.wire.hasBlockingResult) return pollToTheEnd(context, held);
    const outcome = await pollUntilTerminal(context, held, 1);
    return outcome === 'still working' ? fetchBlocking(context, held) : outcome;
  },
);
