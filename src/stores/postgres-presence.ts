import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import type { PostgresPool } from './postgres-pool.ts';
import { openSession, PING_MS_MAX, type PostgresSession } from './postgres-session.ts';
import type { Presence } from './store.ts';

const PING_MS = 500;
/** Longer than a live worker needs to notice that its session is lost; until then nobody is called dead. */
const SILENT_MS = PING_MS + PING_MS_MAX + 500;
/** Of an answer that took no longer, its asker knows that the session was up when the question went out. */
const PROMPT_MS_MAX = 1_000;
const BELIEF_MS_MAX = 5_000; // As long as the pool tries to reach the server.
const LOOK_MS = 50;
const FORGOTTEN_DAYS = 7; // Of dead workers; as long as results are kept at most.

/**
 * Tells a dead worker from a slow one: each worker holds an advisory lock in a session of its own, and the server frees it when
 * the process dies, however it dies. A session can be lost without its process, though: a connection is cut, the server restarted.
 * So a free lock counts only after a silence in which the worker would have noticed and come back with a new one. And a worker
 * acts on nothing that it read while its session was lost: whoever is called dead here finds out before he does anything.
 */
export interface PostgresPresence extends Presence, AsyncDisposable {
  /** What is read while every worker announced here has its session; read again after it was lost. Rejects when it stays lost. */
  believed<T>(read: () => Promise<T>): Promise<T>;
}

export function createPostgresPresence(pool: PostgresPool, prefix: string): PostgresPresence {
  const sql = statementsIn(prefix);
  const held = new Map<string, PostgresSession>();

  const eras = () => [...held.values()].map((session) => session.era());

  async function believed<T>(read: () => Promise<T>): Promise<T> {
    for (const giveUpAt = performance.now() + BELIEF_MS_MAX; ; await sleep(LOOK_MS)) {
      const before = eras();
      const askedAt = performance.now();
      const answer = await read();
      if (await wereUp(before, askedAt)) return answer;
      if (performance.now() > giveUpAt)
        throw new Error('PostgreSQL: the session that shows this process alive is lost');
    }
  }

  async function wereUp(before: readonly (number | undefined)[], askedAt: number): Promise<boolean> {
    // We may have been stopped meanwhile, and taken for dead: then nobody answers there.
    const isLate = performance.now() - askedAt > PROMPT_MS_MAX;
    if (isLate && !(await Promise.all([...held.values()].map((session) => session.answers()))).every(Boolean))
      return false;
    return eras().every((era, index) => era !== undefined && era === before[index]);
  }

  return {
    async announce(worker) {
      const session = await openSession({
        pingMs: PING_MS,
        connect: () => pool.connect(),
        async prepare(client) {
          // A new lock each time: the server may take long to notice that the old session is dead.
          const lock = randomBytes(8).readBigInt64BE().toString();
          await client.query('SELECT pg_advisory_lock($1)', [lock]);
          await client.query(sql.announce, [worker, lock]);
        },
        async ping(client) {
          await client.query({ name: 'seen', text: sql.seen, values: [worker] });
        },
      });
      held.set(worker, session);
      await pool.query({ text: sql.forget });
    },
    async isGone(worker) {
      if (held.has(worker)) return false;
      const first = await look(worker);
      if (!first.isFree || first.silentMs >= SILENT_MS) return first.isFree;
      await sleep(SILENT_MS - first.silentMs);
      const { isFree, silentMs } = await look(worker);
      return isFree && silentMs >= SILENT_MS;
    },
    believed,
    async [Symbol.asyncDispose]() {
      for (const [worker, session] of held) {
        await session[Symbol.asyncDispose]();
        // When the server cannot be reached, its entry is left behind: it says that this worker is dead, which is true.
        await pool.query({ text: sql.leave, values: [worker] }).catch(() => {});
      }
      held.clear();
    },
  };

  async function look(worker: string): Promise<{ readonly isFree: boolean; readonly silentMs: number }> {
    const { rows } = await pool.query({ text: sql.look, values: [worker] });
    const [row] = rows;
    // It never announced itself here, or the server knows nothing of before its crash: its lease decides.
    if (row === undefined) return { isFree: false, silentMs: 0 };
    const { is_free: isFree, silent_ms: silentMs } = lookRow.parse(row);
    return { isFree, silentMs };
  }
}

const lookRow = z.object({ is_free: z.boolean(), silent_ms: z.number() });

function statementsIn(prefix: string) {
  const worker = `${pg.escapeIdentifier(prefix)}.worker`;
  return {
    announce: `INSERT INTO ${worker} VALUES ($1, $2, clock_timestamp())
      ON CONFLICT (name) DO UPDATE SET lock = excluded.lock, seen_at = excluded.seen_at`,
    seen: `UPDATE ${worker} SET seen_at = clock_timestamp() WHERE name = $1`,
    leave: `DELETE FROM ${worker} WHERE name = $1`,
    // A server that has just started has let nobody back in yet. Shared: two who look at once do not see each other.
    look: `SELECT pg_try_advisory_xact_lock_shared(lock) AS is_free,
      (extract(epoch FROM clock_timestamp() - greatest(seen_at, pg_postmaster_start_time())) * 1000)::float8 AS silent_ms
      FROM ${worker} WHERE name = $1`,
    forget: `DELETE FROM ${worker} WHERE seen_at < clock_timestamp() - interval '${FORGOTTEN_DAYS} days'`,
  };
}
