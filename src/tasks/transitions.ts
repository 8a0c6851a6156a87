import type { Outcome, TaskRecord, TaskState } from './task.ts';

/**
 * The one table of what may happen to a task. What is not in it does not happen.
 *
 *   queued ── claim ──> running ── ask ──> input_required ── answer ──> running
 *     ^                    │  │                    │
 *     └──── release ───────┘  └── finish ──┐       │
 *   queued, running, input_required ── fail ───> settled          (final)
 *   queued, running, input_required ── cancel ─> cancelled        (final)
 */
export const TRANSITIONS = {
  queued: { claim: 'running', fail: 'settled', cancel: 'cancelled' },
  running: {
    renew: 'running',
    note: 'running',
    ask: 'input_required',
    finish: 'settled',
    fail: 'settled',
    release: 'queued',
    cancel: 'cancelled',
  },
  input_required: { renew: 'input_required', answer: 'running', fail: 'settled', cancel: 'cancelled' },
  settled: {},
  cancelled: {},
} as const satisfies Readonly<Record<TaskState, Readonly<Partial<Record<TaskEvent['type'], TaskState>>>>>;

export type TaskEvent =
  /** A worker takes it. */
  | { readonly type: 'claim'; readonly worker: string; readonly leaseUntilMs: number }
  /** Its worker says it is alive. */
  | { readonly type: 'renew'; readonly leaseUntilMs: number }
  /** Its worker says how far it is. */
  | { readonly type: 'note'; readonly message: string }
  | { readonly type: 'ask'; readonly message: string }
  | { readonly type: 'answer'; readonly leaseUntilMs: number; readonly worker: string }
  /** Its worker has the outcome. */
  | { readonly type: 'finish'; readonly outcome: Outcome }
  /** The engine ends it without its worker: deadline passed, worker lost, tool gone. */
  | { readonly type: 'fail'; readonly outcome: Outcome }
  /** Handed back, to be run again. */
  | { readonly type: 'release'; readonly message: string }
  | { readonly type: 'cancel'; readonly message: string };

export const TASK_EVENTS = ['claim', 'renew', 'note', 'ask', 'answer', 'finish', 'fail', 'release', 'cancel'] as const;

/** Nothing changes a terminal task any more; it can only be removed. */
export function isTerminal(state: TaskState): boolean {
  return Object.keys(TRANSITIONS[state]).length === 0;
}

/** Where `type` leads from `state`; undefined: it cannot happen there. */
export function nextState(state: TaskState, type: TaskEvent['type']): TaskState | undefined {
  const row: Readonly<Partial<Record<TaskEvent['type'], TaskState>>> = TRANSITIONS[state];
  return row[type];
}

/** The record after the event, one version on; undefined: the table does not allow it. */
export function applyEvent(task: TaskRecord, event: TaskEvent, nowMs: number): TaskRecord | undefined {
  const state = nextState(task.state, event.type);
  if (state === undefined) return undefined;
  // A wall clock may step back; what clients see of a task's time never does.
  const at = Math.max(nowMs, task.updatedAt);
  const next = { ...task, state, version: task.version + 1, updatedAt: at };
  switch (event.type) {
    case 'claim': {
      const lease = { worker: event.worker, untilMs: event.leaseUntilMs };
      const startedAt = task.startedAt ?? at;
      return { ...next, lease, startedAt, fence: task.fence + 1, runs: task.runs + 1, statusMessage: 'Running.' };
    }
    case 'renew':
      // Nothing a client can see has changed, so neither has the time of the last change.
      return { ...next, updatedAt: task.updatedAt, lease: renewed(task, event.leaseUntilMs) };
    case 'note':
      return { ...next, statusMessage: event.message };
    case 'ask':
      return { ...next, statusMessage: event.message };
    case 'answer':
      return {
        ...next,
        fence: task.fence + 1,
        statusMessage: 'Running.',
        lease: { worker: event.worker, untilMs: event.leaseUntilMs },
      };
    case 'finish':
    case 'fail':
      return { ...next, lease: null, endedAt: at, outcome: event.outcome, statusMessage: summaryOf(event.outcome) };
    case 'release':
      return { ...next, lease: null, statusMessage: event.message };
    case 'cancel':
      return { ...next, lease: null, endedAt: at, statusMessage: event.message };
  }
}

function renewed(task: TaskRecord, untilMs: number): TaskRecord['lease'] {
  return task.lease === null ? null : { worker: task.lease.worker, untilMs };
}

function summaryOf(outcome: Outcome): string {
  if (outcome.kind === 'error') return outcome.error.message;
  return outcome.result.isError === true ? 'The tool reported an error.' : 'Done.';
}
