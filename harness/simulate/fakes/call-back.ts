import { AsyncResource } from 'node:async_hooks';
import type { World } from '../world.ts';
import type { Call } from './replacement.ts';

/** Calls back after `delayMs` (0: at this instant) in the boot that runs now, in the async context of this moment. */
export function callBack(world: World, delayMs: number, callback: Call, ...args: unknown[]): void {
  const context = new AsyncResource('CallBack');
  world.schedule(world.current(), delayMs, () => {
    context.runInAsyncScope(callback, undefined, ...args);
  });
}
