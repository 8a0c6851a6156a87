/**
 * Where task records live. To add one: write src/stores/<id>.ts with an open function as store.ts says, add one line
 * here, and run `npx vitest run --project unit src/stores`: the contract kit tries every entry.
 */
import { withPeers } from '../optional-peer.ts';
import type { Entry } from '../registry.ts';
import type { OpenStore, StoreMeta } from './store.ts';

export const STORES: Readonly<Record<string, Entry<OpenStore, StoreMeta>>> = {
  memory: {
    meta: {
      id: 'memory',
      title: 'Memory',
      description: 'Records in the memory of the process; nothing survives it. For tests and comparison.',
      durable: false,
    },
    load: async () => (await import('./memory.ts')).openMemoryStore,
  },
  sqlite: {
    meta: {
      id: 'sqlite',
      title: 'SQLite',
      description: 'One file, synced before a receipt goes out; several processes of one machine may share it.',
      durable: true,
    },
    load: async () => (await import('./sqlite.ts')).openSqliteStore,
  },
  redis: {
    meta: {
      id: 'redis',
      title: 'Redis',
      description:
        'One Redis server or cluster slot, shared by any number of processes; as durable as its appendfsync says.',
      durable: true,
      engine: 'redis',
    },
    load: () => withPeers(['ioredis'], async () => (await import('./redis.ts')).openRedisStore),
  },
  postgres: {
    meta: {
      id: 'postgres',
      title: 'PostgreSQL',
      description:
        'A table in a PostgreSQL server, shared by any number of processes; as durable as its synchronous_commit says.',
      durable: true,
      engine: 'postgres',
    },
    load: () => withPeers(['pg'], async () => (await import('./postgres.ts')).openPostgresStore),
  },
  dynamodb: {
    meta: {
      id: 'dynamodb',
      title: 'DynamoDB',
      description:
        'One table, by writes of single items; any number of processes, and lists that may be a moment late.',
      durable: true,
      engine: 'dynamodb',
    },
    load: () => withPeers(['@aws-sdk/client-dynamodb'], async () => (await import('./dynamodb.ts')).openDynamodbStore),
  },
};

/** Stores that exist in virtual time only (src/stores/simulated.ts). */
export const SIMULATED_STORES: Readonly<Record<string, StoreMeta>> = {
  modelled: {
    id: 'modelled',
    title: 'Modelled',
    description: 'Virtual time only: a durable store in memory whose every write lands after seeded latency.',
    durable: true,
  },
};
