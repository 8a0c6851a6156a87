import { policy } from './continuation.ts';
import { fetchBlocking } from './fetching.ts';
import { pollToTheEnd } from './poller.ts';

/** Stands still until it has the result: in the call itself, else in the blocking fetch, else between polls. */
export const blocking = policy(
  {
    id: 'blocking',
    title: 'Stands still until it has the result',
    description:
      'Waits in the call itself. Where the server gives a receipt instead, it goes straight to the blocking fetch.',
  },
  (context, held) => (context.wire.hasBlockingResult ? fetchBlocking(context, held) : pollToTheEnd(context, held)),
);
