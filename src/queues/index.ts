/**
 * Who runs the work. To add one: write src/queues/<id>.ts with an open function as queue.ts says, add one line here, and run
 * `npx vitest run --project unit src/queues`: the contract kit tries every entry.
 */
import { withPeers } from '../optional-peer.ts';
import type { Entry } from '../registry.ts';
import type { OpenQueue, QueueMeta } from './queue.ts';

export const QUEUES: Readonly<Record<string, Entry<OpenQueue, QueueMeta>>> = {
  local: {
    meta: {
      id: 'local',
      title: 'Local',
      description:
        'The process that took the call runs the work: first come, first served, with a bound on what waits.',
    },
    load: async () => (await import('./local.ts')).openLocalQueue,
  },
  bullmq: {
    meta: {
      id: 'bullmq',
      title: 'BullMQ',
      description:
        'One line of jobs in Redis for any number of processes; work of a process that died goes to the others.',
      engine: 'redis',
    },
    load: () => withPeers(['bullmq', 'ioredis'], async () => (await import('./bullmq.ts')).openBullmqQueue),
  },
  'pg-boss': {
    meta: {
      id: 'pg-boss',
      title: 'pg-boss',
      description:
        'One line of jobs in PostgreSQL for any number of processes; work of a process that died goes to the others.',
      engine: 'postgres',
    },
    load: () => withPeers(['pg-boss', 'pg'], async () => (await import('./pg-boss.ts')).openPgBossQueue),
  },
};
