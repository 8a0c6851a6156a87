import type { InputAnswer, Outcome, TaskInput, TaskRecord, TaskState } from './task.ts';

type Answers = Readonly<Record<string, InputAnswer>>;

/**
 * The one table of what may happen to a task. What is not in it does not happen.
 *
 *   queued ── claim ──> running ── ask ──> input_required ── answer ──> queued
 *     ^                    │  │             │          ^                (all is answered: its work begins again)
 *     └──── release ───────┘  └─ finish ─┐  └─ reply ──┘                (something is, and something is not)
 *   queued, running, input_required ── fail ───> settled          (final)
 *   queued, running, input_required ── cancel ─> cancelled        (final)
 */
export const TRANSITIONS = {
  queued: { claim: 'running', fail: 'settled', cancel: 'cancelled' },
  running: {
    renew: 'running',
    seal: 'running',
    note: 'running',
    ask: 'input_required',
    finish: 'settled',
    fail: 'settled',
    release: 'queued',
    cancel: 'cancelled',
  },
  input_required: { reply: 'input_required', answer: 'queued', fail: 'settled', cancel: 'cancelled' },
  settled: {},
  cancelled: {},
} as const satisfies Readonly<Record<TaskState, Readonly<Partial<Record<TaskEvent['type'], TaskState>>>>>;

export type TaskEvent =
  /** A worker takes it. */
  | { readonly type: 'claim'; readonly worker: string; readonly leaseUntilMs: number }
  /** Its worker says it is alive. */
  | { readonly type: 'renew'; readonly leaseUntilMs: number }
  /** Its worker is about to let an effect out: until the lease ends, or the worker says more, nobody else may end the task. */
  | { readonly type: 'seal'; readonly leaseUntilMs: number }
  /** Its worker says how far it is. */
  | { readonly type: 'note'; readonly message: string }
  /** Its work cannot go on without input, and gives up its worker until that is here. */
  | { readonly type: 'ask'; readonly message: string; readonly inputs: readonly Pick<TaskInput, 'key' | 'request'>[] }
  /** Some of the input is here; some is still outstanding. */
  | { readonly type: 'reply'; readonly answers: Answers }
  /** The last of the input is here. */
  | { readonly type: 'answer'; readonly answers: Answers }
  /** Its worker has the outcome. */
  | { readonly type: 'finish'; readonly outcome: Outcome }
  /** The engine ends it without its worker: deadline passed, worker lost, tool gone. */
  | ({ readonly type: 'fail'; readonly outcome: Outcome } & SealBreaking)
  /** Handed back, to be run again. */
  | ({ readonly type: 'release'; readonly message: string } & SealBreaking)
  | ({ readonly type: 'cancel'; readonly message: string } & SealBreaking);

interface SealBreaking {
  /** It is certain that no effect is on its way out: its worker says so itself, or is dead. */
  readonly breaksSeal?: boolean;
}

export const TASK_EVENTS = [
  ...(['claim', 'renew', 'seal', 'note', 'ask', 'reply', 'answer', 'finish'] as const),
  ...(['fail', 'release', 'cancel'] as const),
] as const;

/** Nothing changes a terminal task any more; it can only be removed. */
export function isTerminal(state: TaskState): boolean {
  return Object.keys(TRANSITIONS[state]).length === 0;
}

/** Where `type` leads from `state`; undefined: it cannot happen there. */
export function nextState(state: TaskState, type: TaskEvent['type']): TaskState | undefined {
  const row: Readonly<Partial<Record<TaskEvent['type'], TaskState>>> = TRANSITIONS[state];
  return row[type];
}

/** An effect may be on its way out: who ends the task now could be followed by it. */
export function isSealed(task: TaskRecord, nowMs: number): boolean {
  return task.sealedUntil !== undefined && nowMs < task.sealedUntil;
}

/** The record after the event, one version on; undefined: the table does not allow it, or the task is sealed. */
export function applyEvent(task: TaskRecord, event: TaskEvent, nowMs: number): TaskRecord | undefined {
  const state = nextState(task.state, event.type);
  if (state === undefined) return undefined;
  const takesAway = event.type === 'fail' || event.type === 'release' || event.type === 'cancel';
  if (takesAway && event.breaksSeal !== true && isSealed(task, nowMs)) return undefined;
  // A wall clock may step back; what clients see of a task's time never does.
  const at = Math.max(nowMs, task.updatedAt);
  const { sealedUntil: _broken, ...open } = task;
  const next = { ...open, state, version: task.version + 1, updatedAt: at };
  switch (event.type) {
    case 'claim': {
      const lease = { worker: event.worker, untilMs: event.leaseUntilMs };
      const startedAt = task.startedAt ?? at;
      return { ...next, lease, startedAt, fence: task.fence + 1, runs: task.runs + 1, statusMessage: 'Running.' };
    }
    case 'renew':
      // Nothing a client can see has changed, so neither has the time of the last change.
      return { ...next, updatedAt: task.updatedAt, lease: renewed(task, event.leaseUntilMs) };
    case 'seal': {
      const sealedUntil = event.leaseUntilMs;
      return { ...next, updatedAt: task.updatedAt, lease: renewed(task, sealedUntil), sealedUntil };
    }
    case 'note':
      return { ...next, statusMessage: event.message };
    case 'ask': {
      const asked = event.inputs.map(({ key, request }) => ({ key, request, askedAt: at, answer: null }));
      return { ...next, lease: null, inputs: [...task.inputs, ...asked], statusMessage: event.message };
    }
    case 'reply':
      return { ...next, inputs: answered(task.inputs, event.answers) };
    case 'answer': {
      const inputs = answered(task.inputs, event.answers);
      return { ...next, inputs, statusMessage: 'Answered; waiting for a worker.' };
    }
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

/** An answer once given stays: a later one to the same question changes nothing. */
function answered(inputs: TaskRecord['inputs'], answers: Answers): TaskRecord['inputs'] {
  return inputs.map((input) => {
    const answer = Object.hasOwn(answers, input.key) ? answers[input.key] : undefined;
    return input.answer === null && answer !== undefined ? { ...input, answer } : input;
  });
}

function summaryOf(outcome: Outcome): string {
  if (outcome.kind === 'error') return outcome.error.message;
  return outcome.result.isError === true ? 'The tool reported an error.' : 'Done.';
}
