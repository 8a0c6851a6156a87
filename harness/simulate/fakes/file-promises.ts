import fs from 'node:fs';
import type { World } from '../world.ts';
import { signalOf } from './abort-error.ts';
import type { FakeContext } from './fake.ts';
import { piecesOf } from './file-data.ts';
import { promised } from './file-delay.ts';
import { writeInFlight } from './open-files.ts';
import { type Call, functionAt, override, overrideEach, undoAll } from './replacement.ts';
import { VirtualFileHandle } from './virtual-file-handle.ts';

const WITH_TWIN = [
  'access',
  'chmod',
  'chown',
  'copyFile',
  'cp',
  'lchown',
  'link',
  'lstat',
  'lutimes',
  'mkdir',
  'mkdtemp',
  'opendir',
  'readdir',
  'readlink',
  'rename',
  'rm',
  'rmdir',
  'stat',
  'statfs',
  'symlink',
  'truncate',
  'unlink',
  'utimes',
];

/** fs.promises and node:fs/promises, which are one object. */
export function filePromises(context: FakeContext): () => void {
  const { promises } = fs;
  return undoAll([
    overrideEach(context, promises, WITH_TWIN, (name) => (world, args) => {
      return promised(world, () => Reflect.apply(functionAt(fs, `${name}Sync`), fs, args));
    }),
    override(context, promises, 'realpath', (world, args) => {
      return promised(world, () => Reflect.apply(fs.realpathSync.native, fs, args));
    }),
    override(context, promises, 'open', async (world, args) => {
      const fd = await promised(world, () => Reflect.apply(functionAt(fs, 'openSync'), fs, args));
      return new VirtualFileHandle(world, Number(fd));
    }),
    override(context, promises, 'readFile', readFile(functionAt(promises, 'readFile'))),
    override(context, promises, 'writeFile', (world, args) => writeFile(world, 'writeFileSync', args)),
    override(context, promises, 'appendFile', (world, args) => writeFile(world, 'appendFileSync', args)),
    overrideEach(context, promises, ['glob'], () => (world, args) => glob(world, args)),
    overrideEach(context, promises, ['mkdtempDisposable'], () => async (world, args) => {
      const path = String(await promised(world, () => Reflect.apply(functionAt(fs, 'mkdtempSync'), fs, args)));
      const remove = () => fs.promises.rm(path, { recursive: true, force: true });
      return { path, remove, [Symbol.asyncDispose]: remove };
    }),
  ]);
}

function readFile(real: Call) {
  return (world: World, args: unknown[], self: unknown): unknown => {
    const [file, options] = args;
    if (file instanceof URL && isModuleLoader()) return Reflect.apply(real, self, args);
    if (file instanceof VirtualFileHandle) return file.readFile(options);
    return promised(world, () => Reflect.apply(functionAt(fs, 'readFileSync'), fs, args), {
      signal: signalOf(options),
    });
  };
}

/** Node 20 reads modules through this function: they are loaded in real time, while virtual time stands still. */
function isModuleLoader(): boolean {
  return /node:internal\/modules\/esm/.test(new Error('where').stack ?? '');
}

function writeFile(world: World, name: string, [file, data, options]: unknown[]): Promise<unknown> {
  if (file instanceof VirtualFileHandle) return file.writeFile(data, options);
  const pieces = piecesOf(data);
  if (pieces === null) return write(world, { name, file, data, options });
  return writePieces(world, pieces, { name, file, data: '', options });
}

async function writePieces(
  world: World,
  pieces: AsyncIterable<unknown> | Iterable<unknown>,
  whole: Writing,
): Promise<void> {
  await write(world, whole);
  for await (const data of pieces) await write(world, { ...whole, name: 'appendFileSync', data });
}

interface Writing {
  readonly name: string;
  readonly file: unknown;
  readonly data: unknown;
  readonly options: unknown;
}

function write(world: World, { name, file, data, options }: Writing): Promise<unknown> {
  let heard = () => {};
  return promised(
    world,
    () => {
      const written = writeInFlight(world.current(), file, () => {
        return Reflect.apply(functionAt(fs, name), fs, [file, data, options]);
      });
      heard = written.heard;
      return written.value;
    },
    { signal: signalOf(options), heard: () => heard() },
  );
}

async function* glob(world: World, args: unknown[]): AsyncGenerator<unknown> {
  const found = await promised(world, () => Reflect.apply(functionAt(fs, 'globSync'), fs, args));
  if (Array.isArray(found)) yield* found;
}
