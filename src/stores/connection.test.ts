import { describe, expect, test } from 'vitest';
import { UsageError } from '../usage-error.ts';
import { chooseConnections, connectionSchema, queueConnectionSchema, readAddresses, shownUrl } from './connection.ts';

const hrefs = (...args: Parameters<typeof readAddresses>) => readAddresses(...args).map(({ href }) => href);

describe('addresses', () => {
  test('one is one', () => {
    expect(hrefs('redis', 'redis://user:secret@127.0.0.1:6379/2')).toEqual(['redis://user:secret@127.0.0.1:6379/2']);
  });

  test('several are in the order they are written in', () => {
    expect(hrefs('redis', 'redis://a:1,rediss://:p@b:2/3')).toEqual(['redis://a:1', 'rediss://:p@b:2/3']);
  });

  test('several hosts share what stands before and after them', () => {
    expect(hrefs('postgres', 'postgres://u:p,q@a:1,b:2/name?x=1,2')).toEqual([
      'postgres://u:p,q@a:1/name?x=1,2',
      'postgres://u:p,q@b:2/name?x=1,2',
    ]);
  });

  test.each([
    [
      'nothing',
      undefined,
      'No address of a Redis server: give --store-url or --queue-url, or set CLAIMCHECK_REDIS_URL.',
    ],
    [
      'another engine',
      'postgres://u:secret@h/db',
      "'postgres://u@h/db' is no address of a Redis server: expected redis:// or rediss://host:port.",
    ],
    ['no URL at all', 'secret', "'…' is no address of a Redis server: expected redis:// or rediss://host:port."],
    ['no host', 'redis://', "'redis://' is no address of a Redis server: expected redis:// or rediss://host:port."],
  ])('refuses %s, and never says a password', (_name, text, message) => {
    expect(() => readAddresses('redis', text)).toThrow(new UsageError(message));
  });
});

test('what is shown of a URL has neither password nor parameters', () => {
  expect(shownUrl('redis://:secret@a:1,rediss://u:secret@b:2/3')).toBe('redis://a:1,rediss://u@b:2/3');
  expect(shownUrl('postgres://u:secret@a:1,b:2/name?password=secret')).toBe(
    'postgres://u@a:1/name,postgres://u@b:2/name',
  );
  expect(shownUrl('redis://u:sec/ret@a:99999999')).toBe('redis://…');
});

describe('the connections of a server', () => {
  const choose = (parts: Partial<Parameters<typeof chooseConnections>[0]>) =>
    chooseConnections({
      ...{ store: connectionSchema.parse({}), storeEngine: undefined, queueEngine: undefined, env: {} },
      ...{ queue: queueConnectionSchema.parse({}), ...parts },
    });
  const store = connectionSchema.parse({ url: 'redis://store', prefix: 'mine', poolMax: 3 });

  test('the environment names what was left at its default, and nothing else', () => {
    const env = { CLAIMCHECK_PREFIX: 'from_outside' };
    const plain = connectionSchema.parse({});
    expect(choose({ store: plain, storeEngine: 'redis', queueEngine: 'redis', env })).toMatchObject({
      store: { prefix: 'from_outside' },
      queue: { prefix: 'from_outside' },
    });
    expect(choose({ store, storeEngine: 'redis', env }).store.prefix).toBe('mine');
    expect(choose({ store: plain, env }).store.prefix).toBe('claimcheck');
    expect(() => choose({ store: plain, storeEngine: 'redis', env: { CLAIMCHECK_PREFIX: 'No!' } })).toThrow(
      /^CLAIMCHECK_PREFIX: expected a lower-case letter/,
    );
  });

  test('a queue on the engine of the store uses the store’s', () => {
    expect(choose({ store, storeEngine: 'redis', queueEngine: 'redis' }).queue).toEqual({
      ...store,
      caFile: undefined,
    });
    const queue = queueConnectionSchema.parse({ url: 'redis://queue' });
    expect(choose({ store, storeEngine: 'redis', queueEngine: 'redis', queue }).queue).toMatchObject({
      url: 'redis://queue',
      prefix: 'mine',
    });
  });

  test('a queue on another engine has its own', () => {
    expect(choose({ store, storeEngine: 'redis', queueEngine: 'postgres' }).queue).toMatchObject({
      url: undefined,
      prefix: 'claimcheck',
    });
  });

  test('the environment says where an engine is when nothing else does', () => {
    const env = { CLAIMCHECK_REDIS_URL: 'redis://env', CLAIMCHECK_POSTGRES_URL: 'postgres://env' };
    expect(choose({ env, storeEngine: 'redis', queueEngine: 'postgres' })).toMatchObject({
      store: { url: 'redis://env' },
      queue: { url: 'postgres://env' },
    });
    expect(choose({ env, store, storeEngine: 'redis', queueEngine: 'redis' }).queue.url).toBe('redis://store');
    expect(choose({ env: { CLAIMCHECK_REDIS_URL: '' }, storeEngine: 'redis' }).store.url).toBeUndefined();
  });

  test('a prefix is a name that every engine takes', () => {
    expect(connectionSchema.safeParse({ prefix: 'Mine' }).success).toBe(false);
    expect(connectionSchema.safeParse({ prefix: 'a'.repeat(41) }).success).toBe(false);
  });
});
