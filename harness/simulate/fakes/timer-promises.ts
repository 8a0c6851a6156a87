import timerPromises from 'node:timers/promises';
import type { Scheduled, World } from '../world.ts';
import { abortError, signalOf } from './abort-error.ts';
import type { Fake } from './fake.ts';
import { override, undoAll } from './replacement.ts';
import { delayOf } from './timers.ts';

/** node:timers/promises: setTimeout, setImmediate, setInterval, scheduler.wait and scheduler.yield, each with its signal. */
export const TIMER_PROMISES: Fake = {
  meta: {
    id: 'timer-promises',
    title: 'Timers as promises',
    description: 'Virtual node:timers/promises; a promise of a dead boot stays pending for ever.',
    source: 'https://nodejs.org/api/timers.html#timers-promises-api',
  },
  install(context) {
    const scheduler = Object.getPrototypeOf(timerPromises.scheduler);
    return undoAll([
      override(context, timerPromises, 'setTimeout', (world, [delay, value, options]) =>
        after(world, delayOf(delay), value, options),
      ),
      override(context, timerPromises, 'setImmediate', (world, [value, options]) => after(world, 0, value, options)),
      override(context, timerPromises, 'setInterval', (world, [delay, value, options]) =>
        every(world, delayOf(delay), value, options),
      ),
      override(context, scheduler, 'wait', (world, [delay, options]) =>
        after(world, delayOf(delay), undefined, options),
      ),
      override(context, scheduler, 'yield', (world) => after(world, 0, undefined, undefined)),
    ]);
  },
};

async function after(world: World, delayMs: number, value: unknown, options: unknown): Promise<unknown> {
  const signal = signalOf(options);
  if (signal?.aborted) throw abortError(signal);
  return new Promise((resolve, reject) => {
    const stop = () => {
      next.cancel();
      if (signal !== null) reject(abortError(signal));
    };
    const next: Scheduled = world.schedule(world.current(), delayMs, () => {
      signal?.removeEventListener('abort', stop);
      resolve(value);
    });
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Ticks that fell due while nobody asked are handed out at once, one a call, as in Node. */
async function* every(world: World, delayMs: number, value: unknown, options: unknown): AsyncGenerator<unknown> {
  const signal = signalOf(options);
  if (signal?.aborted) throw abortError(signal);
  const owner = world.current();
  let due = 0;
  let wake: () => void = () => {};
  const tick = () => {
    next = world.schedule(owner, delayMs, tick);
    due += 1;
    wake();
  };
  let next = world.schedule(owner, delayMs, tick);
  const stop = () => {
    next.cancel();
    wake();
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    while (true) {
      if (due === 0 && !signal?.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      for (; due > 0; due -= 1) yield value;
      if (signal?.aborted) throw abortError(signal);
    }
  } finally {
    next.cancel();
    signal?.removeEventListener('abort', stop);
  }
}
