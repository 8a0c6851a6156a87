import type { World } from '../world.ts';
import type { Fake, FakeContext } from './fake.ts';
import { type Call, functionAt, isCall, override, undoAll } from './replacement.ts';

/**
 * process.nextTick and queueMicrotask: they stay real, because they run before the next virtual event, and so still belong to
 * whoever called. But one of a boot that has ended meanwhile does nothing, and an error is that boot's end, not the thread's.
 */
export const MICROTASKS: Fake = {
  meta: {
    id: 'microtasks',
    title: 'Microtasks',
    description: 'process.nextTick and queueMicrotask that die with their boot and crash nobody else.',
    source: 'https://nodejs.org/api/process.html#processnexttickcallback-args',
  },
  install(context) {
    return undoAll([guarded(context, process, 'nextTick'), guarded(context, globalThis, 'queueMicrotask')]);
  },
};

function guarded(context: FakeContext, target: object, name: string): () => void {
  const real = functionAt(target, name);
  return override(context, target, name, (world, args, self) => {
    const [callback, ...rest] = args;
    if (!isCall(callback)) return Reflect.apply(real, self, args);
    // queueMicrotask gives its callback no arguments.
    return Reflect.apply(real, self, [inOwner(world, callback, name === 'nextTick' ? rest : [])]);
  });
}

function inOwner(world: World, callback: Call, args: unknown[]): () => void {
  const owner = world.current();
  return () => {
    if (!owner.isAlive()) return;
    try {
      Reflect.apply(callback, undefined, args);
    } catch (error) {
      owner.failed(error);
    }
  };
}
