import { z } from 'zod';
import type { PostgresPool } from './postgres-pool.ts';
import type { Durability } from './store.ts';

const settingsRow = z.object({ fsync: z.string(), commit: z.string(), standbys: z.string() });

/** What the server is set up to keep of an acknowledged write. */
export async function postgresDurability(pool: PostgresPool): Promise<Durability> {
  const { rows } = await pool.query({
    text: `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
      current_setting('synchronous_standby_names') AS standbys`,
  });
  return durabilityOf(settingsRow.parse(rows[0]));
}

/** Source: PostgreSQL's documentation of its write-ahead log settings (runtime-config-wal). */
export function durabilityOf({ fsync, commit, standbys }: z.output<typeof settingsRow>): Durability {
  if (commit === 'off') {
    const detail =
      'PostgreSQL answers before it writes: its crash may lose the last half second (synchronous_commit off).';
    return { outlives: 'process', detail };
  }
  if (fsync === 'off') {
    const detail = 'PostgreSQL never syncs: a crash of its machine may lose writes, or all there is (fsync off).';
    return { outlives: 'process', detail };
  }
  const synced = `PostgreSQL syncs its log before it answers (synchronous_commit ${commit})`;
  if (commit === 'local' || standbys === '') return { outlives: 'disk', detail: `${synced}.` };
  return { outlives: 'replicated', detail: `${synced}, there and on a standby (synchronous_standby_names).` };
}
