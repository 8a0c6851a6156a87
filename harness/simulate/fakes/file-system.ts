import fs from 'node:fs';
import type { World } from '../world.ts';
import type { Fake, FakeContext } from './fake.ts';
import { calledBack } from './file-delay.ts';
import { filePromises } from './file-promises.ts';
import { virtualFileTimes } from './file-times.ts';
import { openDirectories } from './open-directories.ts';
import { watchDescriptors, writeInFlight } from './open-files.ts';
import { type Call, functionAt, isCall, override, overrideEach, undoAll } from './replacement.ts';
import { readArguments } from './virtual-file-handle.ts';

// These have callbacks of their own shape, or no twin.
const SPECIAL = new Set(['exists', 'read', 'readv', 'write', 'writev', 'writeFile', 'appendFile']);
const SUFFIX_LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/**
 * node:fs: what is asynchronous is done at once by its synchronous twin, and told 1 to 3 ms later in the boot that asked, so
 * that a kill can come in between. Files are real; their times are virtual, and what a boot leaves open is closed with it.
 */
export const FILE_SYSTEM: Fake = {
  meta: {
    id: 'file-system',
    title: 'Files',
    description: 'fs callbacks, promises, handles and streams in virtual time; open files are closed with their boot.',
    source: 'https://nodejs.org/api/fs.html',
  },
  install(context) {
    return undoAll([
      // First what is synchronous: the rest stands on it.
      override(context, fs, 'mkdtempSync', temporaryDirectory(functionAt(fs, 'mkdirSync'))),
      virtualFileTimes(context),
      watchDescriptors(context),
      openDirectories(context),
      callbacks(context),
      filePromises(context),
    ]);
  },
};

/** mkdtemp draws its six letters from the boot's own stream. */
function temporaryDirectory(mkdir: Call) {
  return (world: World, [prefix, options]: unknown[]): unknown => {
    const letter = () => SUFFIX_LETTERS.charAt(world.current().draw.integer(0, SUFFIX_LETTERS.length - 1));
    const path = `${String(prefix)}${Array.from({ length: 6 }, letter).join('')}`;
    Reflect.apply(mkdir, fs, [path, 0o700]);
    const isBuffer =
      options === 'buffer' || (typeof options === 'object' && Reflect.get(Object(options), 'encoding') === 'buffer');
    return isBuffer ? Buffer.from(path) : path;
  };
}

function callbacks(context: FakeContext): () => void {
  const plain = Object.keys(fs).filter((name) => !SPECIAL.has(name) && isCall(Reflect.get(fs, `${name}Sync`)));
  return undoAll([
    overrideEach(context, fs, plain, (name, real) => (world, args, self) => {
      const { callback, rest } = split(args);
      if (callback === null) return Reflect.apply(real, self, args);
      return calledBack(world, () => Reflect.apply(functionAt(fs, `${name}Sync`), fs, rest), { callback });
    }),
    override(context, fs.realpath, 'native', (world, args) => {
      const { callback, rest } = split(args);
      if (callback === null) return undefined;
      return calledBack(world, () => Reflect.apply(fs.realpathSync.native, fs, rest), { callback });
    }),
    override(context, fs, 'exists', (world, args) => {
      const { callback, rest } = split(args);
      if (callback === null) throw new TypeError('The "cb" argument must be of type function');
      return calledBack(world, () => Reflect.apply(fs.existsSync, fs, rest), {
        callback: (_error, exists) => callback(exists),
      });
    }),
    overrideEach(context, fs, ['read', 'readv'], (name, real) => (world, args, self) => {
      const { callback, rest } = split(args);
      if (callback === null) return Reflect.apply(real, self, args);
      const [fd, ...asked] = rest;
      const [buffer, ...where] = name === 'read' ? readArguments(asked) : asked;
      const read = () => Reflect.apply(functionAt(fs, `${name}Sync`), fs, [fd, buffer, ...where]);
      return calledBack(world, read, { callback, spread: (count) => [count, buffer] });
    }),
    overrideEach(context, fs, ['write', 'writev', 'writeFile', 'appendFile'], (name, real) => (world, args, self) => {
      const { callback, rest } = split(args);
      if (callback === null) return Reflect.apply(real, self, args);
      const spread = (count: unknown) => (name.endsWith('File') ? [] : [count, rest[1]]);
      let heard = () => {};
      const write = () => {
        const written = writeInFlight(world.current(), rest[0], () => {
          return Reflect.apply(functionAt(fs, `${name}Sync`), fs, rest);
        });
        heard = written.heard;
        return written.value;
      };
      return calledBack(world, write, { callback, spread, heard: () => heard() });
    }),
  ]);
}

/** null: it was called without a callback; the original says so. */
function split(args: unknown[]): { readonly callback: Call | null; readonly rest: unknown[] } {
  const callback = args.at(-1);
  return isCall(callback) ? { callback, rest: args.slice(0, -1) } : { callback: null, rest: args };
}
