import workerThreads from 'node:worker_threads';
import type { World } from '../world.ts';
import type { Fake } from './fake.ts';
import { keptForRun } from './kept-for-run.ts';
import { override, overrideClass, replace, undoAll } from './replacement.ts';
import { VirtualBroadcast } from './virtual-broadcast.ts';
import { VirtualPort } from './virtual-port.ts';

/**
 * MessageChannel and BroadcastChannel: every message is an event of its own in the boot that made the port, at this instant,
 * and nothing is delivered to the dead.
 */
export const MESSAGE_CHANNEL: Fake = {
  meta: {
    id: 'message-channel',
    title: 'Message channels',
    description: 'Messages between ports are virtual events of the boot that made them.',
    source: 'https://nodejs.org/api/worker_threads.html#class-messagechannel',
  },
  install(context) {
    const broadcasts = keptForRun<World, Set<VirtualBroadcast>>();
    const channelsOf = (world: World) => {
      const known = broadcasts.get(world) ?? new Set();
      broadcasts.set(world, known);
      return known;
    };
    return undoAll([
      overrideClass(context, globalThis, 'MessageChannel', (world, _args, newTarget, real) => {
        const prototype: unknown = Reflect.get(newTarget ?? real, 'prototype');
        const channel: unknown = Object.create(typeof prototype === 'object' ? prototype : null);
        return Object.assign(Object(channel), VirtualPort.pair(world));
      }),
      overrideClass(
        context,
        globalThis,
        'BroadcastChannel',
        (world, [name]) => new VirtualBroadcast(world, String(name), channelsOf(world)),
      ),
      replace(workerThreads, 'MessageChannel', globalThis.MessageChannel),
      replace(workerThreads, 'BroadcastChannel', globalThis.BroadcastChannel),
      receiveMessageOnPort(context),
    ]);
  },
};

function receiveMessageOnPort(context: Parameters<Fake['install']>[0]): () => void {
  const { receiveMessageOnPort: real } = workerThreads;
  return override(context, workerThreads, 'receiveMessageOnPort', (_world, args, self) => {
    const [port] = args;
    return port instanceof VirtualPort ? port.take() : Reflect.apply(real, self, args);
  });
}
