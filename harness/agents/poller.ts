import type { AgentContext } from '../model/agent.ts';
import type { OkOutcome } from '../model/outcome.ts';
import { policy } from './continuation.ts';
import { type Held, pollUntilTerminal } from './fetching.ts';

/** Polls by the plan's backoff until the task is terminal. */
export const poller = policy(
  {
    id: 'poller',
    title: 'Polls until the task is done',
    description: 'Reads the status after each wait of its backoff, and goes on as soon as it has the result.',
  },
  pollToTheEnd,
);

export async function pollToTheEnd(context: AgentContext, held: Held): Promise<OkOutcome | null> {
  const outcome = await pollUntilTerminal(context, held);
  return outcome === 'still working' ? null : outcome;
}
