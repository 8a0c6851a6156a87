import type { RequestTag, RequestTags } from './wire.ts';

/** Requests remembered; far more than are ever open at once, so that late and repeated replies still find their tag. */
const TAGS_MAX = 32_768;

/**
 * Tags of the newest requests, at least half of `max`. They are kept in two generations, and the older one is forgotten as a
 * whole: a Map that loses its first entry again and again is searched ever longer for the next one.
 */
export function createRequestTags(max = TAGS_MAX): RequestTags {
  let newer = new Map<string, RequestTag>();
  let older = new Map<string, RequestTag>();
  return {
    set(conn, rpcId, tag) {
      if (newer.size >= max / 2) {
        older = newer;
        newer = new Map();
      }
      newer.set(keyOf(conn, rpcId), tag);
    },
    get(conn, rpcId) {
      const key = keyOf(conn, rpcId);
      return newer.get(key) ?? older.get(key);
    },
    delete(conn, rpcId) {
      const key = keyOf(conn, rpcId);
      newer.delete(key);
      older.delete(key);
    },
  };
}

/** The number 1 and the string "1" are different ids. */
function keyOf(conn: string, rpcId: number | string): string {
  return typeof rpcId === 'number' ? `${conn} #${rpcId}` : `${conn} "${rpcId}`;
}
