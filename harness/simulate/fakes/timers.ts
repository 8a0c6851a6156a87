import timersModule from 'node:timers';
import type { World } from '../world.ts';
import type { Fake, FakeContext } from './fake.ts';
import { type Call, functionAt, isCall, override, replace, undoAll } from './replacement.ts';
import { VirtualImmediate, VirtualTimeout } from './virtual-timeout.ts';

/**
 * setTimeout, setInterval, setImmediate and what clears them, as globals and in node:timers. A timer belongs to the boot that
 * started it. An immediate runs at this instant, after what is already due; the shortest timeout is 1 ms, as in Node.
 */
export const TIMERS: Fake = {
  meta: {
    id: 'timers',
    title: 'Timers',
    description: 'Virtual setTimeout, setInterval and setImmediate that die with their boot.',
    source: 'https://nodejs.org/api/timers.html',
  },
  install(context) {
    const ids = createTimerIds();
    const start = (name: string, make: (world: World, callback: Call, args: unknown[]) => object) => {
      const real = functionAt(globalThis, name);
      return override(context, globalThis, name, (world, args) => {
        const [callback] = args;
        // The original names what is wrong with it.
        return isCall(callback) ? make(world, callback, args) : Reflect.apply(real, globalThis, args);
      });
    };
    const timeout = (repeats: boolean) => (world: World, callback: Call, args: unknown[]) => {
      const [, delay, ...rest] = args;
      return new VirtualTimeout({ world, callback, delayMs: delayOf(delay), args: rest, repeats, ids });
    };
    return undoAll([
      start('setTimeout', timeout(false)),
      start('setInterval', timeout(true)),
      start('setImmediate', (world, callback, [, ...rest]) => new VirtualImmediate(world, callback, rest)),
      clear(context, 'clearTimeout', ids),
      clear(context, 'clearInterval', ids),
      clear(context, 'clearImmediate', ids),
      moduleAsGlobals(),
    ]);
  },
};

/** As Node reads a delay: whole ms, at least 1; what is no number or does not fit into 31 bits is 1. */
export function delayOf(delay: unknown): number {
  const ms = Number(delay);
  return ms >= 1 && ms <= 2 ** 31 - 1 ? Math.trunc(ms) : 1;
}

/** Numbers of timers that were asked for theirs: `clearTimeout(Number(timer))` is allowed. They begin at 1 in every run. */
export interface TimerIds {
  idOf(world: World, timer: VirtualTimeout): number;
  timerOf(world: World, id: number): VirtualTimeout | undefined;
}

function createTimerIds(): TimerIds {
  let known: { readonly world: World; readonly byId: Map<number, VirtualTimeout> } | null = null;
  const byIdIn = (world: World) => {
    if (known?.world !== world) known = { world, byId: new Map() };
    return known.byId;
  };
  return {
    idOf(world, timer) {
      const byId = byIdIn(world);
      const id = byId.size + 1;
      byId.set(id, timer);
      return id;
    },
    timerOf: (world, id) => byIdIn(world).get(id),
  };
}

function clear(context: FakeContext, name: string, ids: TimerIds): () => void {
  const real = functionAt(globalThis, name);
  return override(context, globalThis, name, (world, args, self) => {
    const [timer] = args;
    if (timer instanceof VirtualTimeout || timer instanceof VirtualImmediate) timer.close();
    else if (typeof timer === 'number' || typeof timer === 'string') ids.timerOf(world, Number(timer))?.close();
    // A timer from before the run.
    else Reflect.apply(real, self, args);
  });
}

/** `timers.setTimeout === setTimeout` holds in Node, and so does it here. */
function moduleAsGlobals(): () => void {
  const names = ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'];
  return undoAll(names.map((name) => replace(timersModule, name, Reflect.get(globalThis, name))));
}
