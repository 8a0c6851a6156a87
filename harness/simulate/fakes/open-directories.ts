import fs from 'node:fs';
import type { World } from '../world.ts';
import type { FakeContext } from './fake.ts';
import { calledBack, promised } from './file-delay.ts';
import { functionAt, isCall, override, undoAll } from './replacement.ts';

interface Listing {
  readonly options: object;
  entries: readonly unknown[] | null;
  next: number;
}

/** What opendir gives: read in the order of names, which the disk does not promise, and in virtual time. */
export function openDirectories(context: FakeContext): () => void {
  const listings = new WeakMap<object, Listing>();
  const opendir = functionAt(fs, 'opendirSync');
  const prototype = fs.Dir.prototype;
  const close = functionAt(prototype, 'closeSync');
  const readNext = (dir: unknown): unknown => {
    const listing = listings.get(Object(dir));
    if (listing === undefined) throw new Error('a directory that was not opened in this run');
    listing.entries ??= fs.readdirSync(String(Reflect.get(Object(dir), 'path')), {
      ...listing.options,
      withFileTypes: true,
    });
    const entry = listing.entries[listing.next] ?? null;
    listing.next += 1;
    return entry;
  };
  const told = (
    world: World,
    act: () => unknown,
    callback: unknown,
    spread?: (value: unknown) => readonly unknown[],
  ) => (isCall(callback) ? calledBack(world, act, { callback, ...(spread && { spread }) }) : promised(world, act));
  const entries = async function* (world: World, dir: unknown): AsyncGenerator<unknown> {
    try {
      for (;;) {
        const entry = await promised(world, () => readNext(dir));
        if (entry === null) return;
        yield entry;
      }
    } finally {
      await promised(world, () => Reflect.apply(close, dir, []));
    }
  };
  return undoAll([
    override(context, fs, 'opendirSync', (_world, args, self) => {
      const dir = Object(Reflect.apply(opendir, self, args));
      const options = typeof args[1] === 'object' && args[1] !== null ? args[1] : {};
      listings.set(dir, { options, entries: null, next: 0 });
      return dir;
    }),
    override(context, prototype, 'readSync', (_world, _args, self) => readNext(self)),
    override(context, prototype, 'read', (world, [callback], self) => {
      return told(
        world,
        () => readNext(self),
        callback,
        (entry) => [entry],
      );
    }),
    override(context, prototype, 'close', (world, [callback], self) => {
      return told(world, () => Reflect.apply(close, self, []), callback);
    }),
    override(context, prototype, 'entries', (world, _args, self) => entries(world, self)),
    override(context, prototype, Symbol.asyncIterator, (world, _args, self) => entries(world, self)),
  ]);
}
