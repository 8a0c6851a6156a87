import type { ServerControl } from '../model/fault.ts';
import { crowdAt } from './crowd.ts';
import { limitFiles } from './files-limit.ts';
import type { MovableClock } from './movable-clock.ts';
import type { ServerProcess } from './server-process.ts';

type Reach = Pick<ServerControl, 'crowd' | 'holdOutput' | 'jumpClock' | 'limitFiles'>;

/** What faults can do to a process beyond starting and ending it, as far as its surroundings allow. */
export function reachOf(parts: {
  readonly url: string | null;
  readonly clock: MovableClock | null;
  readonly sleep: (ms: number) => Promise<void>;
  readonly running: () => ServerProcess | null;
}): Reach {
  const { url, clock, sleep } = parts;
  const running = () => {
    const server = parts.running();
    if (server === null || server.exit() !== null) throw new Error('no process runs');
    return server;
  };
  return {
    limitFiles: (filesMax) => limitFiles(running().pid, filesMax),
    ...(url === null
      ? { holdOutput: (isHeld: boolean) => running().holdOutput(isHeld) }
      : { crowd: async (crowd) => ({ ...(await crowdAt(new URL(url), crowd, sleep)) }) }),
    ...(clock === null ? {} : { jumpClock: (ms: number) => clock.jump(running().pid, ms) }),
  };
}
