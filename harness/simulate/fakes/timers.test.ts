import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealmThread, type RealmThread } from './testing/realm-thread.ts';

let thread: RealmThread;
beforeAll(async () => {
  thread = await createRealmThread();
});
afterAll(() => thread[Symbol.asyncDispose]());

describe('timers', () => {
  it('run in the order of virtual time, however they were imported', async () => {
    const [trace] = await thread.run(`
      import timers, { setTimeout as named, setImmediate as now, clearTimeout as clear } from 'node:timers';
      import { promisify } from 'node:util';
      export async function main({ log }) {
        log(named === setTimeout, timers.setTimeout === setTimeout);
        named(() => log('an hour'), 3_600_000);
        setTimeout((...values) => log('with', ...values), 2 ** 31, 'a', 'b');
        setTimeout(() => log('as 1'), 0);
        setTimeout(() => log('fraction'), 1.9);
        now(() => log('immediate'));
        clear(named(() => log('never'), 5));
        clear(Number(named(() => log('never by number'), 5)));
        const refreshed = setTimeout(() => log('refreshed'), 10);
        setTimeout(() => refreshed.refresh(), 9);
        log(refreshed.hasRef(), refreshed.unref().hasRef(), refreshed.ref() === refreshed);
        let ticks = 0;
        const interval = setInterval(() => { ticks += 1; log('tick'); if (ticks === 3) clearInterval(interval); }, 1000);
        await promisify(setTimeout)(3_700_000);
        log('end');
      }`);
    expect(trace).toEqual({
      error: null,
      log: [
        [0, true, true],
        [0, true, false, true],
        [0, 'immediate'],
        [1, 'with', 'a', 'b'],
        [1, 'as 1'],
        [1, 'fraction'],
        [19, 'refreshed'],
        [1000, 'tick'],
        [2000, 'tick'],
        [3000, 'tick'],
        [3_600_000, 'an hour'],
        [3_700_000, 'end'],
      ],
    });
  });

  it('keep the async context of the code that started them', async () => {
    const [trace] = await thread.run(`
      import { AsyncLocalStorage } from 'node:async_hooks';
      import { setTimeout as sleep } from 'node:timers/promises';
      export async function main({ log }) {
        const storage = new AsyncLocalStorage();
        storage.run('timeout', () => setTimeout(() => log(storage.getStore()), 1));
        storage.run('immediate', () => setImmediate(() => log(storage.getStore())));
        await storage.run('promise', async () => { await sleep(5); log(storage.getStore()); });
      }`);
    expect(trace?.log).toEqual([
      [0, 'immediate'],
      [1, 'timeout'],
      [5, 'promise'],
    ]);
  });

  it('die with their boot, and an error in one is the end of that boot alone', async () => {
    const [trace] = await thread.run(`
      export async function main({ log, boot }) {
        const [first, second] = [boot('boot 1'), boot('boot 2')];
        for (const one of [first, second]) one.run(() => setInterval(() => log(one.owner.name), 10));
        second.run(() => setTimeout(() => { throw new Error('broken'); }, 25));
        setTimeout(() => first.kill(), 35);
        setTimeout(() => log('end', second.failures), 100);
        await new Promise((resolve) => setTimeout(resolve, 101));
      }`);
    expect(trace?.log).toEqual([
      [10, 'boot 1'],
      [10, 'boot 2'],
      [20, 'boot 1'],
      [20, 'boot 2'],
      [30, 'boot 1'],
      [100, 'end', ['broken']],
    ]);
  });

  it('refuse what is no function as Node does', async () => {
    const [trace] = await thread.run(`
      export async function main({ log }) {
        try { setTimeout('text', 1); } catch (error) { log(error.code); }
      }`);
    expect(trace?.log).toEqual([[0, 'ERR_INVALID_ARG_TYPE']]);
  });

  it('as promises: wait, yield, tick and are aborted', async () => {
    const [trace] = await thread.run(`
      import { scheduler, setImmediate as now, setInterval as every, setTimeout as sleep } from 'node:timers/promises';
      export async function main({ log }) {
        log(await sleep(24 * 3_600_000, 'a day'));
        log(await now('now'));
        await scheduler.wait(5);
        log('waited');
        await scheduler.yield();
        const stop = new AbortController();
        setTimeout(() => stop.abort(new Error('why')), 25);
        try {
          for await (const value of every(10, 'tick', { signal: stop.signal })) log(value);
        } catch (error) { log(error.name, error.code, error.cause.message); }
        await sleep(1, 0, { signal: stop.signal }).catch((error) => log(error.name));
        const late = new AbortController();
        setTimeout(() => late.abort(), 3);
        await sleep(1000, 0, { signal: late.signal }).catch((error) => log(error.name));
      }`);
    const day = 24 * 3_600_000;
    expect(trace?.log).toEqual([
      [day, 'a day'],
      [day, 'now'],
      [day + 5, 'waited'],
      [day + 15, 'tick'],
      [day + 25, 'tick'],
      [day + 30, 'AbortError', 'ABORT_ERR', 'why'],
      [day + 30, 'AbortError'],
      [day + 33, 'AbortError'],
    ]);
  });
});

describe('microtasks', () => {
  it('run before the next event, do nothing for the dead and crash only their boot', async () => {
    const [trace] = await thread.run(`
      import { nextTick } from 'node:process';
      export async function main({ log, boot }) {
        const [first, second] = [boot('boot 1'), boot('boot 2')];
        first.run(() => {
          nextTick((value) => log('tick', value), 'a');
          queueMicrotask((...none) => log('micro', none.length));
          first.kill();
          nextTick(() => log('never'));
        });
        second.run(() => process.nextTick(() => { throw new Error('in a tick'); }));
        await new Promise((resolve) => setTimeout(resolve, 5));
        log(second.failures);
        const third = boot('boot 3');
        third.run(() => { process.nextTick(log, 'tick'); queueMicrotask(() => log('micro')); });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }`);
    expect(trace?.log).toEqual([
      [5, ['in a tick']],
      [5, 'tick'],
      [5, 'micro'],
    ]);
  });
});
