import fs from 'node:fs';
import type { World } from '../world.ts';
import type { FakeContext } from './fake.ts';
import { keptForRun } from './kept-for-run.ts';
import { functionAt, override, overrideEach, undoAll } from './replacement.ts';

type Key = string;

/**
 * Times of files as the server wrote them: virtual. The disk stamps them with the machine's clock, which a server would compare
 * with its own (the age of a lock file). A file knows one time: when it was last written or given a time. Files from before the
 * thread's time became virtual keep theirs; what was written past these functions counts from the start of the run.
 */
export function virtualFileTimes(context: FakeContext): () => void {
  const enteredMs = performance.timeOrigin + performance.now();
  const byWorld = keptForRun<World, Map<Key, number>>();
  const timesOf = (world: World) => {
    const known = byWorld.get(world) ?? new Map<Key, number>();
    byWorld.set(world, known);
    return known;
  };
  const fstat = functionAt(fs, 'fstatSync');
  const stat = functionAt(fs, 'statSync');
  const statOf = (file: unknown) => {
    return typeof file === 'number'
      ? Reflect.apply(fstat, fs, [file])
      : Reflect.apply(stat, fs, [file, { throwIfNoEntry: false }]);
  };
  const touch = (world: World, file: unknown, timeMs = context.clock.now) => {
    const stats = statOf(file);
    if (isStats(stats)) timesOf(world).set(keyOf(stats), timeMs);
  };
  const timeOf = (world: World, stats: fs.Stats | fs.BigIntStats) => {
    const known = timesOf(world).get(keyOf(stats));
    if (known !== undefined) return known;
    const realMs = Number(stats.mtimeMs);
    return realMs < enteredMs ? realMs : world.wallMs() - world.nowMs();
  };
  return undoAll([
    overrideEach(context, fs, ['statSync', 'lstatSync', 'fstatSync'], (_name, real) => (world, args, self) => {
      const stats = Reflect.apply(real, self, args);
      return isStats(stats) ? withTime(stats, timeOf(world, stats)) : stats;
    }),
    ...WRITERS.map(({ names, file }) =>
      overrideEach(context, fs, names, (_name, real) => (world, args, self) => {
        const result = Reflect.apply(real, self, args);
        touch(world, file(args, result));
        return result;
      }),
    ),
    overrideEach(context, fs, ['utimesSync', 'futimesSync'], (_name, real) => (world, args, self) => {
      const result = Reflect.apply(real, self, args);
      touch(world, args[0], msOf(args[2]));
      return result;
    }),
    openSync(context, touch),
  ]);
}

const WRITERS: readonly { readonly names: readonly string[]; file(args: unknown[], result: unknown): unknown }[] = [
  {
    names: ['writeFileSync', 'appendFileSync', 'writeSync', 'writevSync', 'truncateSync', 'ftruncateSync', 'mkdirSync'],
    file: ([first]) => first,
  },
  { names: ['copyFileSync', 'cpSync'], file: ([, second]) => second },
  { names: ['mkdtempSync'], file: (_args, result) => result },
];

/** Opening writes where it makes the file or empties it. */
function openSync(context: FakeContext, touch: (world: World, file: unknown) => void): () => void {
  const real = functionAt(fs, 'openSync');
  return override(context, fs, 'openSync', (world, args, self) => {
    const [path, flags] = args;
    const { O_CREAT, O_TRUNC } = fs.constants;
    const makes = typeof flags === 'number' ? (flags & O_CREAT) !== 0 : /^[wa]/.test(String(flags ?? 'r'));
    const empties = typeof flags === 'number' ? (flags & O_TRUNC) !== 0 : /^w/.test(String(flags ?? 'r'));
    const isNew = makes && typeof path === 'string' && !fs.existsSync(path);
    const descriptor = Reflect.apply(real, self, args);
    if (isNew || empties) touch(world, descriptor);
    return descriptor;
  });
}

function isStats(value: unknown): value is fs.Stats | fs.BigIntStats {
  return typeof value === 'object' && value !== null && 'mtimeMs' in value && 'ino' in value;
}

function keyOf({ dev, ino }: fs.Stats | fs.BigIntStats): Key {
  return `${dev}:${ino}`;
}

function withTime(stats: fs.Stats | fs.BigIntStats, timeMs: number): fs.Stats | fs.BigIntStats {
  const isBig = typeof stats.mtimeMs === 'bigint';
  for (const name of ['atime', 'mtime', 'ctime', 'birthtime']) {
    const value = isBig ? BigInt(Math.trunc(timeMs)) : timeMs;
    Object.defineProperty(stats, `${name}Ms`, { value, enumerable: true, writable: true, configurable: true });
    if (isBig) {
      const ns = BigInt(Math.trunc(timeMs)) * 1_000_000n;
      Object.defineProperty(stats, `${name}Ns`, { value: ns, enumerable: true, writable: true, configurable: true });
    }
    const date = new Date(timeMs);
    Object.defineProperty(stats, name, { value: date, enumerable: true, writable: true, configurable: true });
  }
  return stats;
}

/** As fs takes a time: a Date, or seconds. */
function msOf(time: unknown): number {
  return time instanceof Date ? time.getTime() : Number(time) * 1000;
}
