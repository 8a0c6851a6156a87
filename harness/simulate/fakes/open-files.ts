import fs from 'node:fs';
import type { Prng } from '../../model/prng.ts';
import type { Owner, World } from '../world.ts';
import { bootProcessOf } from './boot-process.ts';
import type { FakeContext } from './fake.ts';
import { keptForRun } from './kept-for-run.ts';
import { functionAt, override, overrideEach, undoAll } from './replacement.ts';

/** Bytes written at the end of a file, of which the boot has not heard yet. */
interface WriteInFlight {
  /** A path or a descriptor. */
  readonly file: string | number;
  readonly fromByte: number;
  readonly toByte: number;
}

interface OwnFiles {
  readonly descriptors: Set<number>;
  readonly inFlight: Set<WriteInFlight>;
}

// A property of each owner that only the fakes of files know.
const files = keptForRun<Owner, OwnFiles>();

function filesOf(owner: Owner): OwnFiles {
  const known = files.get(owner) ?? { descriptors: new Set(), inFlight: new Set() };
  files.set(owner, known);
  return known;
}

/** Closes every descriptor a boot left open. */
export function closeFiles(owner: Owner): void {
  for (const descriptor of files.get(owner)?.descriptors ?? []) fs.closeSync(descriptor);
  files.delete(owner);
}

/**
 * Leaves only a part of each write at the end of a file that a boot had not heard of when it was killed: a torn last record. To
 * be called before closeFiles. Returns how many.
 */
export function tearWrites(owner: Owner, draw: Prng): number {
  let torn = 0;
  for (const { file, fromByte, toByte } of files.get(owner)?.inFlight ?? []) {
    const size = sizeOf(file);
    // Something was written behind it, or it has gone.
    if (size !== toByte || toByte - fromByte < 2) continue;
    const left = draw.integer(fromByte + 1, toByte - 1);
    if (typeof file === 'number') fs.ftruncateSync(file, left);
    else fs.truncateSync(file, left);
    torn += 1;
  }
  return torn;
}

/** Does a write and remembers it; the returned function forgets it: its boot has heard. */
export function writeInFlight(
  owner: Owner,
  file: unknown,
  write: () => unknown,
): { readonly value: unknown; heard(): void } {
  if (typeof file !== 'string' && typeof file !== 'number') return { value: write(), heard() {} };
  const fromByte = sizeOf(file) ?? 0;
  const value = write();
  const toByte = sizeOf(file) ?? 0;
  // A file that was written anew holds this write alone.
  const flight = { file, fromByte: toByte > fromByte ? fromByte : 0, toByte };
  const { inFlight } = filesOf(owner);
  inFlight.add(flight);
  return { value, heard: () => void inFlight.delete(flight) };
}

/** Open descriptors belong to the boot that opened them; 1 and 2 are its own output. */
export function watchDescriptors(context: FakeContext): () => void {
  const open = functionAt(fs, 'openSync');
  const close = functionAt(fs, 'closeSync');
  return undoAll([
    override(context, fs, 'openSync', (world, args, self) => {
      const descriptor = Reflect.apply(open, self, args);
      if (typeof descriptor === 'number') filesOf(world.current()).descriptors.add(descriptor);
      return descriptor;
    }),
    override(context, fs, 'closeSync', (world, args, self) => {
      if (typeof args[0] === 'number') filesOf(world.current()).descriptors.delete(args[0]);
      return Reflect.apply(close, self, args);
    }),
    overrideEach(context, fs, ['writeSync', 'writevSync'], (name, real) => (world, args, self) => {
      return isOutput(world, args[0]) ? printed(world.current(), name, args) : Reflect.apply(real, self, args);
    }),
    // The machine outlives every kill, and with it what is on its way to the disk. A wrong descriptor is still told.
    overrideEach(context, fs, ['fsyncSync', 'fdatasyncSync'], () => (_world, [descriptor]) => {
      Reflect.apply(functionAt(fs, 'fstatSync'), fs, [descriptor]);
    }),
    overrideEach(context, fs, ['writeFileSync', 'appendFileSync'], (_name, real) => (world, args, self) => {
      if (!isOutput(world, args[0])) return Reflect.apply(real, self, args);
      return bootProcessOf(world.current()).write(String(args[1]));
    }),
  ]);
}

function isOutput(world: World, file: unknown): boolean {
  return (file === 1 || file === 2) && world.current() !== world.harness;
}

/** What writeSync(fd, text or view, offset?, length?) and writevSync(fd, views) would have written. Returns bytes. */
function printed(owner: Owner, name: string, [, data, offset, length]: unknown[]): number {
  const parts: unknown[] = name === 'writevSync' && Array.isArray(data) ? data : [data];
  const texts = parts.map((part) => {
    if (!ArrayBuffer.isView(part)) return Buffer.from(String(part));
    const from = typeof offset === 'number' ? offset : 0;
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength).subarray(from);
    return typeof length === 'number' ? bytes.subarray(0, length) : bytes;
  });
  const all = Buffer.concat(texts);
  bootProcessOf(owner).write(all.toString());
  return all.byteLength;
}

function sizeOf(file: string | number): number | null {
  try {
    return (typeof file === 'number' ? fs.fstatSync(file) : fs.statSync(file)).size;
  } catch {
    // It is not there (yet, or any more).
    return null;
  }
}
