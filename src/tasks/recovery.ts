import type { Presence } from '../stores/store.ts';
import type { Callbacks } from './callbacks.ts';
import type { ServerClock } from './clock.ts';
import { isExpired } from './due.ts';
import { type Ending, interruption, timeout } from './ending.ts';
import type { EngineEvent, TaskEngineOptions } from './engine-options.ts';
import type { TaskRecord } from './task.ts';
import { isTerminal, type TaskEvent } from './transitions.ts';
import type { Worker } from './worker.ts';

/** Finds what nobody works on any more and what has outlived its time, and ends it or hands it back. */
export interface Recovery {
  /** At boot: deals with all that dead workers held. */
  recoverHeld(): Promise<void>;
  /** Deals with all that is due. */
  sweep(): Promise<void>;
  /** Offers recorded work to the queue while that has room. */
  fillQueue(): Promise<void>;
  /** Takes a running task out of this process's hands. */
  handBack(id: string, cause: string): Promise<void>;
}

export interface RecoveryParts extends Pick<TaskEngineOptions, 'store' | 'queue' | 'tools'> {
  readonly worker: Worker;
  readonly ending: Ending;
  readonly callbacks: Callbacks;
  readonly clock: ServerClock;
  readonly observe: (event: EngineEvent) => void;
  readonly onError: (error: unknown, doing: string) => void;
}

const PAGE = 200;
const PAGES_MAX = 1_000; // 200,000 records: more than that at once is the next sweep's.

export function createRecovery(parts: RecoveryParts): Recovery {
  const { store, queue, tools, worker, ending, callbacks, clock, observe } = parts;

  async function end(id: string, decide: (task: TaskRecord) => TaskEvent | undefined): Promise<boolean> {
    const answer = await ending.end(id, decide);
    if (answer.kind !== 'changed') return false;
    if (answer.task.state === 'queued') await queue.offer(id);
    return true;
  }

  async function settleDue(task: TaskRecord): Promise<boolean> {
    if (isExpired(task, clock.now())) return ending.forget(task.id);
    if (isTerminal(task.state)) return callbacks.attempt(task);
    let isLost = false;
    const isDone = await end(task.id, (current) => {
      isLost = false;
      const nowMs = clock.now();
      if (isTerminal(current.state)) return undefined;
      const own = current.lease?.worker === worker.name ? worker.running.get(current.id) : undefined;
      // What we run ourselves is timed by how long it took, not by a wall clock that somebody may have set meanwhile.
      if (own === undefined ? nowMs >= current.deadlineAt : own.isOverdue()) return timeout(current);
      const isLate = current.lease !== null && nowMs >= current.lease.untilMs;
      // Our own work with a late lease means that this process was paused, not lost: the heartbeat renews it.
      if (!isLate || own !== undefined) return undefined;
      isLost = true;
      return interruption(current, 'The worker that was running this stopped answering.', tools);
    });
    if (isDone && isLost) observe({ type: 'lease-lost' });
    return isDone;
  }

  return {
    async recoverHeld() {
      const isGone = memoized(store.presence);
      for await (const task of scan((after) => store.held({ limit: PAGE, ...after }))) {
        const holder = task.lease?.worker;
        if (holder === undefined || holder === worker.name || !(await isGone(holder))) continue;
        await end(task.id, (current) => {
          if (current.lease?.worker !== holder || isExpired(current, clock.now())) return undefined;
          const isLate = clock.now() >= current.deadlineAt;
          const event = isLate
            ? timeout(current)
            : interruption(current, 'The server stopped while this was running.', tools);
          return { ...event, breaksSeal: true };
        });
      }
    },
    async sweep() {
      let taskCount = await sweepWith(parts, settleDue);
      // What the store does not call due yet, because the wall clock was set back.
      for (const work of worker.running.values()) {
        if (work.isOverdue() && (await settleDue(work.record()))) taskCount++;
      }
      observe({ type: 'swept', taskCount });
    },
    async fillQueue() {
      if (queue.load().waiting >= PAGE) return;
      for await (const task of scan((after) => store.queued({ limit: PAGE, ...after }))) {
        if (isExpired(task, clock.now()) || clock.now() >= task.deadlineAt) continue;
        const isTaken = await queue.offer(task.id);
        if (!isTaken && queue.load().waiting >= PAGE) return;
      }
    },
    async handBack(id, cause) {
      await end(id, (task) => (task.lease?.worker === worker.name ? interruption(task, cause, tools) : undefined));
    },
  };
}

async function sweepWith(
  { store, clock, onError }: RecoveryParts,
  settleDue: (task: TaskRecord) => Promise<boolean>,
): Promise<number> {
  let doneCountAll = 0;
  for (let page = 0; page < PAGES_MAX; page++) {
    const tasks = await store.due(clock.now(), PAGE);
    let doneCount = 0;
    for (const task of tasks) {
      try {
        if (await settleDue(task)) doneCount++;
      } catch (error) {
        onError(error, `sweeping task ${task.id}`);
      }
    }
    doneCountAll += doneCount;
    // What we leave alone (our own late leases) would come back the same for ever.
    if (tasks.length < PAGE || doneCount === 0) break;
  }
  return doneCountAll;
}

/** Each record of an ordered scan once, a page at a time. */
async function* scan(
  read: (page: { readonly after?: TaskRecord }) => Promise<readonly TaskRecord[]>,
): AsyncGenerator<TaskRecord> {
  let after: TaskRecord | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const tasks = await read(after === undefined ? {} : { after });
    yield* tasks;
    after = tasks.at(-1);
    if (tasks.length < PAGE) return;
  }
}

/** Asks once for each worker. */
function memoized(presence: Presence | undefined): (worker: string) => Promise<boolean> {
  const answers = new Map<string, Promise<boolean>>();
  return async (worker) => {
    if (presence === undefined) return false; // Its lease decides.
    const answer = answers.get(worker) ?? presence.isGone(worker);
    answers.set(worker, answer);
    return answer;
  };
}
