import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

/**
 * What the server does in one step, so that nothing comes between. A store is seven keys, all under one hash tag and all
 * named to every script, so that it also runs on a cluster:
 *
 *   tasks   hash   id → record
 *   heads   hash   id → version, position, principal, key field; what a write has to know without reading the record
 *   keys    hash   principal and idempotency key → id
 *   lists   set    principal and position
 *   queued  set    position
 *   held    set    position
 *   due     set    position, scored by the time it is due
 *
 * A position is the time of creation in sixteen digits and the id, so that sets of equal scores are in the order of the scans.
 */
export interface RedisScript {
  readonly text: string;
  readonly sha: string;
}

function scriptOf(text: string): RedisScript {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** Runs a script by its hash; sends its text where the server does not know it (yet, or any more). */
export async function runScript(
  redis: Redis,
  script: RedisScript,
  keys: readonly string[],
  values: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(script.sha, keys.length, ...keys, ...values);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return redis.eval(script.text, keys.length, ...keys, ...values);
  }
}

const STORE_KEYS = `
local tasks, heads, keys, lists, queued, held, due = unpack(KEYS)
`;

/** In which scans a record stands; an empty time means never due. */
const PLACE = `
local function place(position, isQueued, isHeld, dueAt)
  redis.call(isQueued == '1' and 'ZADD' or 'ZREM', queued, unpack(isQueued == '1' and {0, position} or {position}))
  redis.call(isHeld == '1' and 'ZADD' or 'ZREM', held, unpack(isHeld == '1' and {0, position} or {position}))
  redis.call(dueAt ~= '' and 'ZADD' or 'ZREM', due, unpack(dueAt ~= '' and {dueAt, position} or {position}))
end
`;

const HEAD = `
local function readHead(id)
  local head = redis.call('HGET', heads, id)
  if not head then return nil end
  return string.match(head, '^(%d+)\\n([^\\n]*)\\n([^\\n]*)\\n([^\\n]*)$')
end
`;

/** 1: it is in; 0: the id is taken; a record: who has the key. Values: id, record, head, position, principal, key field, the three of `place`. */
export const INSERT = scriptOf(`${STORE_KEYS}${PLACE}
local id, record, head, position, principal, key = unpack(ARGV)
if key ~= '' then
  local holder = redis.call('HGET', keys, key)
  if holder then return redis.call('HGET', tasks, holder) end
end
if redis.call('HSETNX', heads, id, head) == 0 then return 0 end
redis.call('HSET', tasks, id, record)
if key ~= '' then redis.call('HSET', keys, key, id) end
redis.call('ZADD', lists, 0, principal .. position)
place(position, ARGV[7], ARGV[8], ARGV[9])
return 1
`);

/** 1: written; 0: it has another version, or is gone. Values: id, expected version, version, record, the three of `place`. */
export const REPLACE = scriptOf(`${STORE_KEYS}${PLACE}${HEAD}
local id, expected, version, record = unpack(ARGV)
local current, position, principal, key = readHead(id)
if current ~= expected then return 0 end
redis.call('HSET', heads, id, table.concat({version, position, principal, key}, '\\n'))
redis.call('HSET', tasks, id, record)
place(position, ARGV[5], ARGV[6], ARGV[7])
return 1
`);

/** 1: removed; 0 as in REPLACE. Values: id, expected version. */
export const REMOVE = scriptOf(`${STORE_KEYS}${PLACE}${HEAD}
local id, expected = unpack(ARGV)
local current, position, principal, key = readHead(id)
if current ~= expected then return 0 end
redis.call('HDEL', heads, id)
redis.call('HDEL', tasks, id)
if key ~= '' then redis.call('HDEL', keys, key) end
redis.call('ZREM', lists, principal .. position)
place(position, '0', '0', '')
return 1
`);

/** The record of a key, or nothing. Keys: tasks, keys. Value: key field. */
export const BY_KEY = scriptOf(`
local id = redis.call('HGET', KEYS[2], ARGV[1])
return id and redis.call('HGET', KEYS[1], id)
`);

/** Records in the order of a set. Keys: tasks, the set. Values: 'after', 'before' or 'until', its bounds, limit, bytes before a position. */
export const SCAN = scriptOf(`
local way, low, high, limit, skipped = unpack(ARGV)
local members
if way == 'until' then
  members = redis.call('ZRANGEBYSCORE', KEYS[2], low, high, 'LIMIT', 0, limit)
elseif way == 'after' then
  members = redis.call('ZRANGEBYLEX', KEYS[2], low, high, 'LIMIT', 0, limit)
else
  members = redis.call('ZREVRANGEBYLEX', KEYS[2], high, low, 'LIMIT', 0, limit)
end
local records = {}
for index, member in ipairs(members) do
  records[index] = redis.call('HGET', KEYS[1], string.sub(member, skipped + 17))
end
return records
`);
