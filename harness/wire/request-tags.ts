import type { RequestTag, RequestTags } from './wire.ts';

/** Requests remembered; far more than are ever open at once, so that late and repeated replies still find their tag. */
const TAGS_MAX = 100_000;

/** Tags in order of sending; beyond `max` the oldest is forgotten. */
export function createRequestTags(max = TAGS_MAX): RequestTags {
  const tags = new Map<string, RequestTag>();
  return {
    set(conn, rpcId, tag) {
      const key = keyOf(conn, rpcId);
      tags.delete(key);
      tags.set(key, tag);
      if (tags.size <= max) return;
      for (const oldest of tags.keys()) {
        tags.delete(oldest);
        break;
      }
    },
    get: (conn, rpcId) => tags.get(keyOf(conn, rpcId)),
    delete: (conn, rpcId) => {
      tags.delete(keyOf(conn, rpcId));
    },
  };
}

/** The number 1 and the string "1" are different ids. */
function keyOf(conn: string, rpcId: number | string): string {
  return typeof rpcId === 'number' ? `${conn} #${rpcId}` : `${conn} "${rpcId}`;
}
