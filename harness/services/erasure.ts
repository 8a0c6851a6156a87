import { z } from 'zod';
import type { ServiceId } from '../model/plan.ts';
import { addressesOf } from './addresses.ts';

// Everybody else's names are safe from what is made up anew for each run.
const RUN_PREFIX = /^claimcheck_run_[0-9a-f]{12}$/;

const CONNECT_MS_MAX = 3_000;
const ANSWER_MS_MAX = 10_000; // PostgreSQL drops some thirty tables in one statement.
const KEYS_AT_ONCE = 1_000;

/** What servers made in somebody's engine under the prefix of one run. */
export interface Erasure {
  readonly engine: ServiceId;
  /** With its password; may name several addresses. */
  readonly url: string;
  readonly prefix: string;
}

/**
 * Removes it, and says how many keys, schemas or tables that were. Rejects when the engine is away, or forbids it; then some of it may
 * be left.
 */
export async function eraseRun({ engine, url, prefix }: Erasure): Promise<number> {
  if (!RUN_PREFIX.test(prefix)) throw new Error(`expected the prefix of a run, got '${prefix}'`);
  let failure: unknown;
  for (const address of addressesOf(url)) {
    try {
      return await ERASERS[engine](address, prefix);
    } catch (error) {
      failure = error; // The next address may be the one that takes writes.
    }
  }
  throw failure;
}

const ERASERS: Readonly<Record<ServiceId, (url: string, prefix: string) => Promise<number>>> = {
  redis: eraseKeys,
  postgres: eraseSchemas,
  dynamodb: eraseTables,
};

async function eraseKeys(url: string, prefix: string): Promise<number> {
  const { Redis } = await import('ioredis');
  const limits = { connectTimeout: CONNECT_MS_MAX, commandTimeout: ANSWER_MS_MAX, maxRetriesPerRequest: 0 };
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, ...limits });
  let failure: Error | undefined;
  redis.on('error', (error: Error) => {
    failure = error; // What it rejects with says only that the connection is closed.
  });
  try {
    await redis.connect();
    let removed = 0;
    for await (const found of redis.scanStream({ match: `{${prefix}}:*`, count: KEYS_AT_ONCE })) {
      const keys = z.array(z.string()).parse(found);
      if (keys.length > 0) removed += await redis.unlink(...keys);
    }
    return removed;
  } catch (error) {
    throw failure ?? error;
  } finally {
    redis.disconnect();
  }
}

async function eraseSchemas(url: string, prefix: string): Promise<number> {
  const { default: pg } = await import('pg');
  const limits = { connectionTimeoutMillis: CONNECT_MS_MAX, query_timeout: ANSWER_MS_MAX };
  const client = new pg.Client({ connectionString: url, ...limits });
  client.on('error', () => {}); // A statement that is lost with its connection rejects as well.
  try {
    await client.connect();
    const { rows } = await client.query('SELECT nspname AS name FROM pg_namespace WHERE starts_with(nspname, $1)', [
      prefix,
    ]);
    const schemas = z.array(z.object({ name: z.string() })).parse(rows);
    for (const { name } of schemas) await client.query(`DROP SCHEMA ${pg.escapeIdentifier(name)} CASCADE`);
    return schemas.length;
  } finally {
    client.end().catch(() => {}); // It is of no use to anybody.
  }
}

async function eraseTables(url: string, prefix: string): Promise<number> {
  const { DynamoDBClient, DeleteTableCommand, ResourceNotFoundException } = await import('@aws-sdk/client-dynamodb');
  const isHere = /^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname);
  const hasCredentials = process.env.AWS_ACCESS_KEY_ID !== undefined || process.env.AWS_PROFILE !== undefined;
  const client = new DynamoDBClient({
    endpoint: url,
    requestHandler: { connectionTimeout: CONNECT_MS_MAX, requestTimeout: ANSWER_MS_MAX, throwOnRequestTimeout: true },
    // An endpoint on this machine knows neither regions nor accounts.
    ...(isHere ? { region: process.env.AWS_REGION ?? 'local' } : {}),
    ...(isHere && !hasCredentials ? { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } } : {}),
  });
  try {
    await client.send(new DeleteTableCommand({ TableName: `${prefix}_tasks` }));
    return 1;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return 0;
    throw error;
  } finally {
    client.destroy();
  }
}
