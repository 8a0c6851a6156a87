import type { World } from '../world.ts';
import type { Fake } from './fake.ts';
import { functionAt, objectAt, override, overrideEach, undoAll } from './replacement.ts';

const COMPILATION = ['compile', 'instantiate'];

/**
 * What the platform does beside the thread: reading a Blob and compiling WebAssembly. Virtual time stands still until it is
 * there, and it reaches the boot that asked.
 */
export const BACKGROUND_WORK: Fake = {
  meta: {
    id: 'background-work',
    title: 'Work beside the thread',
    description: 'Blobs and WebAssembly come back in virtual time, in the boot that asked.',
    source: 'https://webassembly.github.io/spec/js-api/',
  },
  install(context) {
    const arrayBuffer = functionAt(Blob.prototype, 'arrayBuffer');
    // Only this one: the others call it, and who waits inside a wait waits for ever.
    const bytesOf = async (world: World, blob: unknown): Promise<Uint8Array> => {
      const read: unknown = await world.outside(Promise.resolve(Reflect.apply(arrayBuffer, blob, [])));
      return new Uint8Array(read instanceof ArrayBuffer ? read : new ArrayBuffer(0));
    };
    return undoAll([
      overrideEach(context, objectAt(globalThis, 'WebAssembly'), COMPILATION, (_name, real) => (world, args, self) => {
        return world.outside(Promise.resolve(Reflect.apply(real, self, args)));
      }),
      override(
        context,
        Blob.prototype,
        'arrayBuffer',
        async (world, _args, self) => (await bytesOf(world, self)).buffer,
      ),
      override(context, Blob.prototype, 'text', async (world, _args, self) => {
        return new TextDecoder().decode(await bytesOf(world, self));
      }),
      overrideEach(context, Blob.prototype, ['bytes'], () => (world, _args, self) => bytesOf(world, self)),
      override(context, Blob.prototype, 'stream', (world, _args, self) => streamOf(() => bytesOf(world, self))),
    ]);
  },
};

function streamOf(read: () => Promise<Uint8Array>): ReadableStream {
  return new ReadableStream({
    type: 'bytes',
    async start(controller) {
      const bytes = await read();
      if (bytes.byteLength > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}
