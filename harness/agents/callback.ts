import { policy } from './continuation.ts';
import { listenToTheEnd } from './subscriber.ts';

/** Names an address where the server tells the end of its task, and waits for that; looks every five seconds all the same. */
export const callback = policy(
  {
    id: 'callback',
    title: 'Is called back, and confirms it by a read',
    description:
      'Names a webhook address in its call and waits for the signed delivery, with a look every five seconds. Polls where there is no such place.',
    source: 'Standard Webhooks',
  },
  (context, held) => listenToTheEnd(context, held, () => context.wire.awaitCallback),
);
