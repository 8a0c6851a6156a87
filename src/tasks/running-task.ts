import type { TaskStore } from '../stores/store.ts';
import type { EffectLedger } from '../tools/tool.ts';
import type { ServerClock } from './clock.ts';
import type { TaskRecord } from './task.ts';
import type { TaskWriter } from './task-writer.ts';
import type { TaskEvent } from './transitions.ts';
import type { Turns } from './turns.ts';

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
  stop(reason: string): void;
}

export interface RunningTaskParts {
  readonly store: TaskStore;
  readonly writer: TaskWriter;
  readonly clock: ServerClock;
  readonly ledger: EffectLedger;
  readonly leaseMs: number;
  /** Of all that this process does to tasks, by their ids. */
  readonly turns: Turns;
}

/** `claimed` is the record right after this process claimed it. */
export function createRunningTask(claimed: TaskRecord, parts: RunningTaskParts): RunningTask {
  const { store, writer, clock, ledger, leaseMs, turns } = parts;
  const controller = new AbortController();
  const { signal } = controller;
  const overdueAt = clock.elapsed() + claimed.deadlineAt - clock.now();
  let record = claimed;

  const stop = (reason: string) => controller.abort(new WorkStopped(reason));
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
    stop('The task was ended or taken over by another worker.');
    return false;
  }

  async function assertOurs(): Promise<void> {
    signal.throwIfAborted();
    const current = await store.get(claimed.id);
    if (current === undefined || !isOurs(current)) {
      stop('The task was ended or taken over by another worker.');
    } else if ((current.lease?.untilMs ?? 0) - clock.now() < leaseMs / 4) {
      // We were paused, or nearly so: somebody may be about to take it. Only a lease renewed in time lets the effect out.
      await write({ type: 'renew', leaseUntilMs: clock.now() + leaseMs });
    }
    signal.throwIfAborted();
  }

  return {
    id: claimed.id,
    signal,
    isOverdue: () => clock.elapsed() >= overdueAt,
    record: () => record,
    exclusive,
    write,
    effects: {
      begin: (token, key) =>
        exclusive(async () => {
          signal.throwIfAborted();
          await ledger.begin(token, key);
        }),
      commit: (token, key) =>
        exclusive(async () => {
          await assertOurs();
          return ledger.commit(token, key);
        }),
    },
    stop,
  };
}
