import { describe, expect, test } from 'vitest';
import { ENGINES } from '../../src/stores/connection.ts';
import { serviceUnits } from '../services/index.ts';
import { chosenServices, refuseEngines } from './service-options.ts';
import { servicesText } from './services.ts';
import { foundServices } from './services-document.ts';

test('every engine is looked for, and either found with its version or missing with the reason', async () => {
  const { services } = await foundServices();
  expect(services.map(({ id }) => id)).toEqual(Object.keys(serviceUnits));
  for (const { version, path, why, stores } of services) {
    expect([version === null, path === null]).toEqual([why !== null, why !== null]);
    expect(stores.length).toBeGreaterThan(0);
  }
});

test('what is missing is named with the command that gets it', async () => {
  const { schema, services } = await foundServices();
  const gone = { version: null, path: null, why: 'there is no redis-server on the PATH' };
  const text = servicesText(
    { schema, services: services.map((one) => (one.id === 'redis' ? { ...one, ...gone } : one)) },
    160,
  );
  expect(text).toContain('there is no redis-server on the PATH');
  expect(text).toContain('Redis is missing; to get it: apt-get install redis-server');
  const here = { version: '7.0.15', path: '/usr/bin/redis-server', why: null };
  expect(servicesText({ schema, services: services.map((one) => ({ ...one, ...here })) }, 160)).toMatch(
    /nothing is missing$/,
  );
});

test('servers look for an engine where the harness says it is', () => {
  const variables = Object.values(serviceUnits).map(({ meta }) => [meta.id, meta.variable]);
  expect(Object.fromEntries(variables)).toEqual(
    Object.fromEntries(Object.entries(ENGINES).map(([id, { variable }]) => [id, variable])),
  );
});

test('virtual time has none', () => {
  expect(() => refuseEngines({ store: 'redis' })).toThrow(
    "The store 'redis' stands on redis, a program of its own, which is not in virtual time; use claimcheck run, or one of: memory, sqlite.",
  );
  expect(() => refuseEngines({ queue: 'bullmq' })).toThrow(/^The queue 'bullmq' stands on redis.*or one of: local\.$/);
  expect(refuseEngines({ store: 'sqlite', queue: 'local' })).toBeUndefined();
});

describe('the engines of a target', () => {
  test('are none for what stands on files alone', () => {
    expect(chosenServices({ store: 'sqlite', queue: 'local' })).toEqual({});
    expect(chosenServices({})).toEqual({});
  });

  test('are one for a store and a queue of the same kind', () => {
    expect(chosenServices({ store: 'redis', queue: 'bullmq' }).services).toEqual([
      { id: 'redis', uses: ['store', 'queue'], given: null },
    ]);
    expect(chosenServices({ queue: 'bullmq' }).services).toEqual([{ id: 'redis', uses: ['queue'], given: null }]);
  });

  test('are named without a password where the user runs them', () => {
    const chosen = chosenServices({ store: 'redis', queue: 'bullmq', queueUrl: 'redis://u:secret@db:1,redis://b:2' });
    expect(chosen).toEqual({
      services: [{ id: 'redis', uses: ['store', 'queue'], given: 'redis://u@db:1' }],
      serviceUrls: { redis: 'redis://u:secret@db:1,redis://b:2' },
    });
    expect(JSON.stringify(chosen.services)).not.toContain('secret');
  });

  test('are refused where nothing needs them, or two are named for one', () => {
    expect(() => chosenServices({ storeUrl: 'redis://a' })).toThrow(
      /--store-url needs a store on an engine of its own/,
    );
    expect(() =>
      chosenServices({ store: 'redis', queue: 'bullmq', storeUrl: 'redis://a', queueUrl: 'redis://b' }),
    ).toThrow(/name two redis engines/);
    expect(() => chosenServices({ store: 'redis', storeUrl: 'db:secret' })).toThrow(
      /^--store-url: expected a URL such as/,
    );
  });
});
