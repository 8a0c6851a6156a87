import type { EffectLedger } from '../tools/tool.ts';
import type { ServerClock } from './clock.ts';
import type { TaskRecord } from './task.ts';
import type { TaskWriter } from './task-writer.ts';
import type { TaskEvent } from './transitions.ts';
import type { Turns } from './turns.ts';

// As what work has come to is written: soon, and then as often as a store that comes back is noticed.
const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 2_000;

/** Why work was stopped before its end: what the abort signal of its tool carries. */
export class WorkStopped extends Error {
  override readonly name = 'WorkStopped';
}

/** A task in the hands of this process, for as long as its fence holds. */
export interface RunningTask {
  readonly id: string;
  readonly signal: AbortSignal;
  /** Its SLA has passed by the time that went by in this process, wherever the wall clock was set meanwhile. */
  isOverdue(): boolean;
  /** As this process last knew it. */
  record(): TaskRecord;
  /** Runs sections one after another: a commit of an effect and a cancel never overlap, so no effect follows a final status. */
  exclusive<T>(section: () => Promise<T>): Promise<T>;
  /** Writes the event if the task is still ours; otherwise stops the work. false: it is not ours any more. */
  write(event: TaskEvent): Promise<boolean>;
  /** The ledger as the tool sees it: refuses what would come after the task was taken away or ended. */
  readonly effects: EffectLedger;
  /** Takes over what it has become by a write that was made for it, in its turn. */
  became(record: TaskRecord): void;
  /** Stops the work if the record, just read, is not ours any more: another process may have ended it. */
  look(current: TaskRecord | undefined): void;
  stop(reason: string): void;
}

export interface RunningTaskParts {
  readonly writer: TaskWriter;
  readonly clock: ServerClock;
  readonly ledger: EffectLedger;
  readonly leaseMs: number;
  /** Of all that this process does to tasks, by their ids. */
  readonly turns: Turns;
}

/** `claimed` is the record right after this process claimed it. */
export function createRunningTask(claimed: TaskRecord, parts: RunningTaskParts): RunningTask {
  const { writer, clock, ledger, leaseMs, turns } = parts;
  const controller = new AbortController();
  const { signal } = controller;
  const overdueAt = clock.elapsed() + claimed.deadlineAt - clock.now();
  let record = claimed;

  const isOverdue = () => clock.elapsed() >= overdueAt;
  const stop = (reason: string) => controller.abort(new WorkStopped(reason));
  const lost = () => stop('The task was ended or taken over by another worker.');
  const isOurs = (task: TaskRecord) => task.fence === claimed.fence && task.lease?.worker === claimed.lease?.worker;

  const exclusive = <T>(section: () => Promise<T>): Promise<T> => turns.take(claimed.id, section);

  async function write(event: TaskEvent): Promise<boolean> {
    if (signal.aborted) return false;
    const direct = await writer.changeFrom(record, event);
    if (direct !== undefined) {
      record = direct;
      return true;
    }
    const answer = await writer.change(claimed.id, (task) => (isOurs(task) ? event : undefined));
    if (answer.kind === 'changed') {
      record = answer.task;
      return true;
    }
    lost();
    return false;
  }

  /** Only a task that is ours lets an effect out, and from then on nobody else ends it. Gives until when that is certain. */
  async function seal(): Promise<number> {
    signal.throwIfAborted();
    const certainUntil = clock.elapsed() + leaseMs;
    await write({ type: 'seal', leaseUntilMs: clock.now() + leaseMs });
    signal.throwIfAborted();
    return certainUntil;
  }

  /** undefined: the store failed. Nothing has happened yet, so what is done need not be lost: it is tried again until the SLA. */
  async function trySeal(): Promise<number | undefined> {
    try {
      return await seal();
    } catch (error) {
      if (signal.aborted || isOverdue()) throw error;
      return undefined;
    }
  }

  return {
    id: claimed.id,
    signal,
    isOverdue,
    record: () => record,
    exclusive,
    write,
    became(written) {
      record = written;
    },
    look(current) {
      if (!signal.aborted && record.state === 'running' && (current === undefined || !isOurs(current))) lost();
    },
    effects: {
      begin: (token, key) =>
        exclusive(async () => {
          signal.throwIfAborted();
          await ledger.begin(token, key);
        }),
      async commit(token, key) {
        for (let pauseMs = RETRY_MS_MIN; ; pauseMs = Math.min(pauseMs * 2, RETRY_MS_MAX)) {
          const answer = await exclusive(async () => {
            const certainUntil = await trySeal();
            if (certainUntil === undefined) return undefined;
            // We may have stood still since: who holds the task by now must not find our effect behind theirs.
            return ledger.commit(token, key, () => {
              if (clock.elapsed() >= certainUntil) lost();
              signal.throwIfAborted();
            });
          });
          if (answer !== undefined) return answer;
          await clock.sleep(pauseMs, signal); // Not in our turn: others may end the task meanwhile.
        }
      },
    },
    stop,
  };
}
