import type { AgentContext } from '../model/agent.ts';
import { policy } from './continuation.ts';
import { pollToTheEnd } from './poller.ts';

/** Other work comes in pieces of `busyMs` of the call; this long where the plan says 0. */
const PIECE_MS = 250;

/**
 * Takes up other work as soon as it has the receipt, piece by piece, while its host polls beside it. It turns to the result
 * at the end of the piece in which that came in: always after other work, often late.
 */
export const movedOn = policy(
  {
    id: 'moved-on',
    title: 'Has moved on when the result arrives',
    description: 'Does other work between receipt and result and comes back to the call between two pieces of it.',
  },
  async (context, held) => {
    let isFetched = false;
    const fetching = pollToTheEnd(context, held).finally(() => {
      isFetched = true;
    });
    const working = workUntil(context, held.call.busyMs || PIECE_MS, () => isFetched);
    await Promise.allSettled([fetching, working]);
    await working;
    return fetching;
  },
  { isBusyAfterwards: false },
);

async function workUntil(context: AgentContext, pieceMs: number, isDone: () => boolean): Promise<void> {
  do {
    const from = context.clock.now();
    await context.clock.sleep(pieceMs, context.signal);
    context.record({ kind: 'act', agent: context.agent, from, to: context.clock.now() });
  } while (!isDone());
}
