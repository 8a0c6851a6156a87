import type { Operation, Status } from '../model/operation.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Ask } from './operation-runner.ts';

/** Tasks remembered by one connection. */
const TASKS_MAX = 10_000;

/** What one connection knows from its own earlier operations. */
export interface TaskMemory {
  /** Counts up per operation and call, for agents and the auditor apart; a create brings its own number. */
  attemptOf(ask: Ask): number;
  remember(ask: Ask, outcome: Outcome): void;
  statusOf(task: string | null): Status | null;
  /** A cancel of this task was accepted. */
  isCancelled(task: string | null): boolean;
  /** Keeps what a reply said for later requests about the task; a later value of a name goes over an earlier one. */
  keep(task: string | null, values: Readonly<Record<string, string>>): void;
  keptOf(task: string | null): Readonly<Record<string, string>>;
}

const NOTHING_KEPT = {};

export function createTaskMemory(): TaskMemory {
  const own = new Map<Operation, Map<number, number>>();
  const auditors = new Map<Operation, Map<number, number>>();
  const statuses = new Map<string, Status>();
  const cancelled = new Set<string>();
  const kept = new Map<string, Readonly<Record<string, string>>>();
  return {
    attemptOf(ask) {
      if (ask.create) return ask.create.attempt;
      const attempts = attemptsAt(ask.reader.agent === 'auditor' ? auditors : own, ask.op);
      const attempt = (attempts.get(ask.call.call) ?? 0) + 1;
      attempts.set(ask.call.call, attempt);
      return attempt;
    },
    remember(ask, outcome) {
      if (outcome.type !== 'ok' || ask.task === null) return;
      if (ask.op === 'cancel') bound(cancelled.add(ask.task));
      if (outcome.status !== undefined) bound(statuses.set(ask.task, outcome.status));
    },
    statusOf: (task) => (task === null ? null : (statuses.get(task) ?? null)),
    isCancelled: (task) => task !== null && cancelled.has(task),
    keep(task, values) {
      if (task === null || Object.keys(values).length === 0) return;
      bound(kept.set(task, { ...kept.get(task), ...values }));
    },
    keptOf: (task) => (task === null ? NOTHING_KEPT : (kept.get(task) ?? NOTHING_KEPT)),
  };
}

function attemptsAt(attempts: Map<Operation, Map<number, number>>, op: Operation): Map<number, number> {
  const known = attempts.get(op);
  if (known !== undefined) return known;
  const fresh = new Map<number, number>();
  attempts.set(op, fresh);
  return fresh;
}

/** Drops the oldest entry when there are too many. */
function bound(seen: { readonly size: number; keys(): Iterable<string>; delete(key: string): boolean }): void {
  if (seen.size <= TASKS_MAX) return;
  for (const oldest of seen.keys()) {
    seen.delete(oldest);
    return;
  }
}
