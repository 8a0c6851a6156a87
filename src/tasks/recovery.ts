import type { Presence } from '../stores/store.ts';
import type { ServerClock } from './clock.ts';
import { isExpired } from './due.ts';
import type { TaskEngineOptions } from './engine-options.ts';
import { failure } from './rpc-failure.ts';
import type { TaskRecord } from './task.ts';
import type { TaskWriter } from './task-writer.ts';
import { isTerminal, type TaskEvent } from './transitions.ts';
import type { Worker } from './worker.ts';

/** Ends or hands back what nobody works on any more, and removes what has outlived its time. */
export interface Recovery {
  /** At boot: deals with all that dead workers held. */
  recoverHeld(): Promise<void>;
  /** Deals with all that is due. */
  sweep(): Promise<void>;
  /** Offers recorded work to the queue while that has room. */
  fillQueue(): Promise<void>;
  /** Takes a running task out of this process's hands: run again later if that is safe, else ended honestly. */
  handBack(id: string, cause: string): Promise<void>;
}

export interface RecoveryParts extends Pick<TaskEngineOptions, 'store' | 'queue' | 'tools'> {
  readonly worker: Worker;
  readonly writer: TaskWriter;
  readonly clock: ServerClock;
  readonly onError: (error: unknown, doing: string) => void;
}

const PAGE = 200;
const PAGES_MAX = 1_000; // 200,000 records: more than that at once is the next sweep's.

export function createRecovery(parts: RecoveryParts): Recovery {
  const { store, queue, tools, worker, writer, clock, onError } = parts;

  /** Decides again on the record as it stands, in turn with what this process does to it, and stops the work. */
  async function end(id: string, decide: (task: TaskRecord) => TaskEvent | undefined): Promise<boolean> {
    const work = worker.running.get(id);
    const change = () => writer.change(id, decide);
    const answer = await (work === undefined ? change() : work.exclusive(change));
    if (answer.kind !== 'changed') return false;
    work?.stop(answer.task.statusMessage ?? 'The task was ended.');
    if (answer.task.state === 'queued') await queue.offer(id);
    return true;
  }

  async function forget(task: TaskRecord): Promise<boolean> {
    const work = worker.running.get(task.id);
    const remove = async () => {
      const current = await store.get(task.id);
      return current !== undefined && isExpired(current, clock.now()) && writer.remove(current);
    };
    const isRemoved = await (work === undefined ? remove() : work.exclusive(remove));
    if (isRemoved) work?.stop('The task outlived its time to live.');
    return isRemoved;
  }

  function ruling(task: TaskRecord, cause: string): TaskEvent {
    const tool = tools.get(task.tool);
    if (task.state === 'running' && tool?.safeToRepeat(task.arguments) === true) {
      return { type: 'release', message: `${cause} It will be run again.` };
    }
    const why =
      tool === undefined
        ? `this server has no tool named '${task.tool}' any more`
        : task.state === 'input_required'
          ? 'it was waiting for input that only its worker could take'
          : `'${task.tool}' with these arguments is not declared safe to repeat`;
    return {
      type: 'fail',
      outcome: failure('interrupted', `interrupted: ${cause} It was not run again because ${why}.`),
    };
  }

  async function settleDue(task: TaskRecord): Promise<boolean> {
    if (isExpired(task, clock.now())) return forget(task);
    return end(task.id, (current) => {
      const nowMs = clock.now();
      if (isTerminal(current.state)) return undefined;
      if (nowMs >= current.deadlineAt) return timeout(current);
      const isLost = current.lease !== null && nowMs >= current.lease.untilMs;
      // Our own work with a late lease means that this process was paused, not lost: the heartbeat renews it.
      const isOwn = worker.running.has(current.id) && current.lease?.worker === worker.name;
      return isLost && !isOwn ? ruling(current, 'The worker that was running this stopped answering.') : undefined;
    });
  }

  return {
    async recoverHeld() {
      const isGone = memoized(store.presence);
      for await (const task of scan((after) => store.held({ limit: PAGE, ...after }))) {
        const holder = task.lease?.worker;
        if (holder === undefined || holder === worker.name || !(await isGone(holder))) continue;
        await end(task.id, (current) => {
          if (current.lease?.worker !== holder || isExpired(current, clock.now())) return undefined;
          if (clock.now() >= current.deadlineAt) return timeout(current);
          return ruling(current, 'The server stopped while this was running.');
        });
      }
    },
    async sweep() {
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
        // What we leave alone (our own late leases) would come back the same for ever.
        if (tasks.length < PAGE || doneCount === 0) return;
      }
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
      await end(id, (task) => (task.lease?.worker === worker.name ? ruling(task, cause) : undefined));
    },
  };
}

function timeout(task: TaskRecord): TaskEvent {
  const afterMs = task.deadlineAt - task.createdAt;
  const where = task.startedAt === null ? 'before it was started' : 'while it was running';
  return { type: 'fail', outcome: failure('timed-out', `The task timed out after ${afterMs} ms, ${where}.`) };
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
