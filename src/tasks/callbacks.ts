import { createHash } from 'node:crypto';
import type { TaskStore } from '../stores/store.ts';
import type { ServerClock } from './clock.ts';
import { isExpired } from './due.ts';
import type { EngineEvent } from './engine-options.ts';
import type { TaskCallback, TaskRecord } from './task.ts';
import { isTerminal } from './transitions.ts';

/** How the end of a task reaches the address its caller named. */
export interface CallbackSender {
  /** Never rejects. `isFinal`: another attempt would come to the same. */
  send(task: TaskRecord, deliveryId: string, signal: AbortSignal): Promise<CallbackAnswer>;
}

export type CallbackAnswer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'failed'; readonly why: string; readonly isFinal: boolean };

/**
 * Tells the callers who asked for it that their task has ended. What is still to be told stands in the record of the task
 * itself, written together with its end: a crash loses none, and whichever process finds it goes on. An attempt is claimed by
 * compare-and-set before it is made, so a delivery goes out twice only when its sender died before it could write that it was
 * taken; both carry the same id. Polling stays the way to be sure: after the last attempt nothing more is sent.
 */
export interface Callbacks {
  /** Makes the next attempt for a task that has ended, beside everything else. false: there is none to make here now. */
  attempt(task: TaskRecord): Promise<boolean>;
  /** Resolves when no attempt is under way. */
  settled(): Promise<void>;
}

export interface CallbackParts {
  readonly store: TaskStore;
  readonly clock: ServerClock;
  /** undefined: this server tells nobody. */
  readonly sender: CallbackSender | undefined;
  readonly life: AbortSignal;
  readonly observe: (event: EngineEvent) => void;
  readonly onError: (error: unknown, doing: string) => void;
}

export const CALLBACK_ATTEMPTS_MAX = 10; // With these pauses about nine minutes: a restart of the receiver, not a holiday.
const FIRST_PAUSE_MS = 1_000;
const PAUSE_MS_MAX = 300_000;
/** An attempt whose sender has not written how it went after this long is taken for dead. */
const CLAIM_MS = 30_000;
const UNDER_WAY_MAX = 50;

export function createCallbacks(parts: CallbackParts): Callbacks {
  const { store, clock, sender, life, observe, onError } = parts;
  const underWay = new Set<Promise<void>>();

  /** Writes what stands there about the delivery; nothing that a client sees of the task changes. */
  async function write(task: TaskRecord, callback: TaskCallback): Promise<TaskRecord | undefined> {
    const next = { ...task, version: task.version + 1, callback };
    return (await store.replace(next, task.version)) ? next : undefined;
  }

  async function send(claimed: TaskRecord, callback: TaskCallback, by: CallbackSender): Promise<void> {
    const answer = await by.send(claimed, deliveryIdOf(claimed.id), life);
    if (life.aborted && answer.kind === 'failed') return; // The next boot makes the attempt again, when the claim is over.
    const isLast = answer.kind === 'taken' || answer.isFinal || callback.attempts >= CALLBACK_ATTEMPTS_MAX;
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (callback.attempts - 1), PAUSE_MS_MAX);
    await write(claimed, {
      ...callback,
      nextAt: isLast ? null : clock.now() + pauseMs,
      ...(answer.kind === 'taken' ? { takenAt: clock.now() } : { failure: answer.why }),
    });
    observe({ type: 'callback', answer: answer.kind === 'failed' && isLast ? 'given-up' : answer.kind });
  }

  return {
    async attempt(task) {
      const { callback } = task;
      if (sender === undefined || callback === undefined || !isDue(task, clock.now())) return false;
      if (underWay.size >= UNDER_WAY_MAX || life.aborted) return false;
      const claim = { ...callback, attempts: callback.attempts + 1, nextAt: clock.now() + CLAIM_MS };
      const claimed = await write(task, claim);
      if (claimed === undefined) return false;
      const job: Promise<void> = send(claimed, claim, sender)
        .catch((error: unknown) => onError(error, `telling of the end of task ${task.id}`))
        .finally(() => underWay.delete(job));
      underWay.add(job);
      return true;
    },
    async settled() {
      await Promise.all(underWay);
    },
  };
}

/** The same for every attempt of every process: a task ends once, and its end has one id. */
function deliveryIdOf(taskId: string): string {
  return `msg_${createHash('sha256').update(`${taskId} end`).digest('hex').slice(0, 32)}`;
}

function isDue(task: TaskRecord, nowMs: number): boolean {
  const at = task.callback?.nextAt;
  return isTerminal(task.state) && !isExpired(task, nowMs) && at !== undefined && at !== null && at <= nowMs;
}
