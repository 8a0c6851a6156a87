import type { ProcessFault } from '../model/fault.ts';
import { storeReachable, troubled } from './troubled-store.ts';

/** For `forMs` the store writes nothing new, as on a full disk; what is there can be read. Verified when a write was refused. */
export const storeFull: ProcessFault = {
  meta: {
    id: 'F22',
    name: 'store-full',
    title: 'The store is full',
    description: 'The disk is full: new work must be refused in clear words, and what was promised must still be kept.',
    kind: 'process',
    options: { forMs: 3000 },
    triggers: ['event', 'time', 'boundary'],
    colour: '#a3442f',
  },
  applicable: storeReachable,
  start: (entry, server) => troubled(entry, server, { form: 'full' }),
};
