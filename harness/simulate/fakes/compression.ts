import { AsyncResource } from 'node:async_hooks';
import { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { callBack } from './call-back.ts';
import type { Fake } from './fake.ts';
import { functionAt, isCall, override, overrideEach, undoAll } from './replacement.ts';

const CODECS = ['deflate', 'deflateRaw', 'gzip', 'brotliCompress', 'zstdCompress'];
const DECODERS = ['inflate', 'inflateRaw', 'gunzip', 'unzip', 'brotliDecompress', 'zstdDecompress'];

/**
 * node:zlib with callbacks and as streams: results come at this instant. What a stream computes in the thread pool, virtual time
 * waits for.
 */
export const COMPRESSION: Fake = {
  meta: {
    id: 'compression',
    title: 'Compression',
    description: 'zlib comes back in virtual time, in the boot that asked.',
    source: 'https://nodejs.org/api/zlib.html',
  },
  install(context) {
    const base = Object.getPrototypeOf(Object.getPrototypeOf(zlib.Gzip.prototype));
    const transform = functionAt(base, '_transform');
    return undoAll([
      overrideEach(context, zlib, [...CODECS, ...DECODERS], (name, real) => {
        const twin = functionAt(zlib, `${name}Sync`);
        return (world, args, self) => {
          const callback = args.at(-1);
          if (!isCall(callback)) return Reflect.apply(real, self, args);
          return callBack(world, 0, callback, ...outcomeOf(() => Reflect.apply(twin, zlib, args.slice(0, -1))));
        };
      }),
      override(context, base, '_transform', (world, [chunk, encoding, done], self) => {
        // No event runs until the thread is done, so its data comes in the boot that wrote it.
        const back = AsyncResource.bind((error?: unknown) => {
          if (isCall(done)) done(error);
        });
        const finished = new Promise<unknown>((resolve) => {
          const close = () => resolve(undefined);
          // An error closes the stream and calls nobody back.
          if (self instanceof Transform) self.once('close', close);
          Reflect.apply(transform, self, [
            chunk,
            encoding,
            (error?: unknown) => {
              if (self instanceof Transform) self.off('close', close);
              resolve(error);
            },
          ]);
        });
        world.outside(finished).then(back);
      }),
    ]);
  },
};

/** Bad data is told to the callback; bad arguments are thrown at the caller. */
function outcomeOf(act: () => unknown): readonly unknown[] {
  try {
    return [null, act()];
  } catch (error) {
    if (error instanceof TypeError) throw error;
    return [error];
  }
}
