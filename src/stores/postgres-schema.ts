import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { z } from 'zod';
import { UsageError } from '../usage-error.ts';
import type { PostgresPool } from './postgres-pool.ts';

const SCHEMA_VERSION = 1;

/**
 * `owner` and `key` are the SHA-256 of the principal and of the idempotency key: an index entry of 32 bytes, whatever clients send.
 * What changes with every write stands in few indexes, and dead rows are cleared away sooner than by default: a task sees a
 * handful of writes in its life. Who is alive needs no log: after a crash of the server nobody is known to be.
 */
const TABLES = (schema: string) => `
  CREATE TABLE ${schema}.meta (version integer NOT NULL, secret bytea NOT NULL);
  CREATE TABLE ${schema}.task (
    id text COLLATE "C" NOT NULL PRIMARY KEY,
    owner bytea NOT NULL,
    key bytea,
    state text NOT NULL,
    is_held boolean NOT NULL,
    created_at bigint NOT NULL,
    due_at bigint,
    version bigint NOT NULL,
    record text NOT NULL
  ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);
  CREATE UNIQUE INDEX task_key ON ${schema}.task (owner, key) WHERE key IS NOT NULL;
  CREATE INDEX task_list ON ${schema}.task (owner, created_at DESC, id DESC);
  CREATE INDEX task_due ON ${schema}.task (due_at, created_at, id) WHERE due_at IS NOT NULL;
  CREATE INDEX task_queued ON ${schema}.task (created_at, id) WHERE state = 'queued';
  CREATE INDEX task_held ON ${schema}.task (created_at, id) WHERE is_held;
  CREATE UNLOGGED TABLE ${schema}.worker (
    name text COLLATE "C" NOT NULL PRIMARY KEY,
    lock bigint NOT NULL,
    seen_at timestamptz NOT NULL
  );
`;

const SECRET_BYTES = 32; // As long as the digests it is to protect.

const metaRow = z.object({ version: z.int(), secret: z.instanceof(Uint8Array) });

/**
 * Makes the schema of that name unless it is there. Of several processes that start at once, one makes it and the others wait.
 * Gives the random bytes that were made with it. Throws a UsageError when it is of another version.
 */
export async function ensureSchema(pool: PostgresPool, name: string): Promise<Uint8Array> {
  const schema = pg.escapeIdentifier(name);
  return pool.use(async (client) => {
    await client.query('BEGIN');
    try {
      await client.query('SELECT pg_advisory_xact_lock($1)', [lockOf(name)]);
      const { rows } = await client.query({
        text: 'SELECT to_regnamespace($1) IS NOT NULL, to_regclass($2) IS NOT NULL',
        values: [schema, `${schema}.meta`],
        rowMode: 'array',
      });
      const [hasSchema, hasTables] = z.tuple([z.boolean(), z.boolean()]).parse(rows[0]);
      // Asked first: who may not create schemas may still use one that an administrator made.
      if (!hasSchema) await client.query(`CREATE SCHEMA ${schema}`);
      if (!hasTables) {
        await client.query(TABLES(schema));
        await client.query(`INSERT INTO ${schema}.meta VALUES ($1, $2)`, [SCHEMA_VERSION, randomBytes(SECRET_BYTES)]);
      }
      const { version, secret } = metaRow.parse((await client.query(`SELECT * FROM ${schema}.meta`)).rows[0]);
      if (version !== SCHEMA_VERSION) {
        throw new UsageError(
          `The schema '${name}' has version ${version}; this server knows ${SCHEMA_VERSION}. Use the server that made it, or another prefix.`,
        );
      }
      await client.query('COMMIT');
      return secret;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {}); // The connection is dropped in any case; the first error is the one to show.
      throw error;
    }
  });
}

/** A number of 64 bits for advisory locks, as text: the driver's numbers have 53. */
function lockOf(name: string): string {
  return createHash('sha256').update(`claimcheck schema ${name}`).digest().readBigInt64BE().toString();
}
