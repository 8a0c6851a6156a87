import { z } from 'zod';
import type { RedisLink } from './redis-link.ts';
import type { Durability } from './store.ts';

/** What the server is set up to keep of an acknowledged write, read from its configuration where that may be read. */
export async function redisDurability(link: RedisLink): Promise<Durability> {
  let hasLog: string;
  let sync: string;
  try {
    [hasLog, sync] = [await setting(link, 'appendonly'), await setting(link, 'appendfsync')];
  } catch {
    // Hosted servers forbid the question; the promise is then the least that can be meant.
    return {
      outlives: 'process',
      detail: 'Redis does not show its settings: its own crash may lose what it acknowledged.',
    };
  }
  if (hasLog !== 'yes') {
    return {
      outlives: 'process',
      detail: 'Redis keeps no append-only file: its own crash loses every write since its last snapshot.',
    };
  }
  if (sync === 'always') {
    return { outlives: 'disk', detail: 'Redis syncs its append-only file before it answers (appendfsync always).' };
  }
  const lost = sync === 'everysec' ? 'about two seconds of writes' : 'what the kernel had not written yet';
  return { outlives: 'process', detail: `A crash of Redis or its machine may lose ${lost} (appendfsync ${sync}).` };
}

async function setting({ ask }: RedisLink, name: string): Promise<string> {
  const reply = await ask((redis) => redis.config('GET', name));
  return z.tuple([z.string(), z.string()]).parse(reply)[1];
}
