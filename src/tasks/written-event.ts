import type { ServerClock } from './clock.ts';
import type { RunningTask } from './running-task.ts';
import type { TaskEvent } from './transitions.ts';

export interface WriteParts {
  readonly clock: ServerClock;
  readonly onError: (error: unknown, doing: string) => void;
}

const RETRY_MS_MAX = 2_000;

/** Writes what work has come to. A store that fails for a while must not cost it: tries until it is written or the task is not ours. */
export async function writeForSure(work: RunningTask, event: TaskEvent, { clock, onError }: WriteParts): Promise<void> {
  for (let pauseMs = 50; !work.signal.aborted; pauseMs = Math.min(pauseMs * 2, RETRY_MS_MAX)) {
    try {
      await work.exclusive(() => work.write(event));
      return;
    } catch (error) {
      onError(error, `writing '${event.type}' of task ${work.id}`);
      await clock.sleep(pauseMs, work.signal).catch(() => {}); // Stopped meanwhile: the loop ends.
    }
  }
}
