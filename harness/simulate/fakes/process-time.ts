import type { World } from '../world.ts';
import type { Fake } from './fake.ts';
import { override, replace, undoAll } from './replacement.ts';

const NS_PER_MS = 1_000_000n;
const MS_PER_SECOND = 1_000;

/** process.hrtime, hrtime.bigint and uptime: monotonic, since the start of the run, which no jump of the wall clock moves. */
export const PROCESS_TIME: Fake = {
  meta: {
    id: 'process-time',
    title: 'Time of the process',
    description: 'process.hrtime and process.uptime read virtual time.',
    source: 'https://nodejs.org/api/process.html#processhrtimetime',
  },
  install(context) {
    const { bigint } = process.hrtime;
    const undo = override(context, process, 'hrtime', (world, [since]) => hrtime(world, since));
    const nanoseconds = () => {
      const world = context.world();
      return world === null ? bigint() : BigInt(world.nowMs()) * NS_PER_MS;
    };
    return undoAll([
      undo,
      // On the replaced function: the original keeps its own.
      replace(process.hrtime, 'bigint', nanoseconds),
      override(context, process, 'uptime', (world) => world.nowMs() / MS_PER_SECOND),
    ]);
  },
};

function hrtime(world: World, since: unknown): [number, number] {
  const now = world.nowMs();
  const before = Array.isArray(since) ? Number(since[0]) * MS_PER_SECOND + Number(since[1]) / Number(NS_PER_MS) : 0;
  const ms = now - before;
  const seconds = Math.floor(ms / MS_PER_SECOND);
  return [seconds, Math.round((ms - seconds * MS_PER_SECOND) * Number(NS_PER_MS))];
}
