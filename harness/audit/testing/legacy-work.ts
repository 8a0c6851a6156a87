import type { Status } from '../../model/operation.ts';
import { isObject, type JsonObject, type RpcId } from '../../wire/json-rpc.ts';
import type { Principal } from '../audit-session.ts';
import type { LegacyFlaw } from './legacy-flaws.ts';
import type { Sender } from './scripted-session.ts';

/** No task is kept for longer. */
export const TTL_MAX = 86_400_000;
const ASKS_AFTER_MS = 50;

interface Waiter {
  readonly id: RpcId;
  readonly from: Sender;
}

/** A task of the scripted server of 2025-11-25. */
export interface Task {
  readonly id: string;
  readonly owner: Principal;
  readonly connection: number;
  readonly mode: string;
  readonly createdMs: number;
  readonly takesMs: number;
  readonly ttl: number;
  readonly token: unknown;
  readonly waiters: Set<Waiter>;
  endsMs: number;
  cancelledMs: number | null;
  answeredMs: number | null;
  isAsked: boolean;
  told: Status;
  toldMs: number;
}

/** When it is looked at, and by a server with which flaws. */
export interface Moment {
  readonly nowMs: number;
  readonly wallMs: number;
  has(flaw: LegacyFlaw): boolean;
}

/** What it is by now, but for these flaws. */
export function statusOf(task: Task, { nowMs, has }: Moment): Status {
  const isOver = nowMs >= task.endsMs;
  if (task.cancelledMs !== null && !(has('completes-cancelled') && isOver)) return 'cancelled';
  if (task.mode === 'ask') {
    const stays = has('stays-asking') && !isOver;
    if (task.answeredMs === null || stays) return nowMs < task.createdMs + ASKS_AFTER_MS ? 'working' : 'input_required';
  }
  if (!isOver) return 'working';
  if (has('forgets-endings') && nowMs > task.endsMs + 500) return 'failed';
  const isBad = task.mode === 'throw' || (task.mode === 'error' && !has('completes-errors'));
  return isBad ? 'failed' : 'completed';
}

/** The task as tasks/get tells it, but for these flaws. */
export function shown(task: Task, moment: Moment): JsonObject {
  const { nowMs, wallMs, has } = moment;
  const at = (ms: number) => new Date(wallMs - nowMs + ms).toISOString();
  const real = statusOf(task, moment);
  const status = has('asks-at-work') && real === 'input_required' ? 'working' : real;
  const reason = status === 'failed' && !has('says-no-reason') ? { statusMessage: 'the work failed' } : {};
  return {
    ...{ taskId: task.id, status: has('unknown-status') && status === 'working' ? 'running' : status },
    ...(has('no-creation-time') ? {} : { createdAt: at(task.createdMs) }),
    ...{ lastUpdatedAt: has('updates-in-numbers') ? nowMs : at(nowMs), pollInterval: 50 },
    ...(has('says-no-ttl') ? {} : { ttl: task.ttl }),
    ...reason,
  };
}

/** A request, as far as it matters here. */
export interface Asked {
  readonly id: RpcId;
  readonly params: JsonObject;
  readonly from: Sender;
}

export interface TaskRequest {
  /** params.task of the call. */
  readonly given: JsonObject;
  readonly takesMs: number;
  readonly asked: Asked;
  readonly known: ReadonlyMap<string, Task>;
}

/** A task for a call; null: its ttl is refused. */
export function newTask({ given, takesMs, asked, known }: TaskRequest, { nowMs, has }: Moment): Task | null {
  const { params, from } = asked;
  const ttl = typeof given.ttl === 'number' ? given.ttl : 60_000;
  if (ttl < 0 && !has('takes-negative-ttl')) return null;
  const meta = isObject(params._meta) ? params._meta : {};
  return {
    ...{ id: newId(given, known, has), owner: from.principal, connection: from.connection },
    ...{ createdMs: nowMs, takesMs, endsMs: nowMs + takesMs },
    ...{ mode: String(isObject(params.arguments) ? params.arguments.mode : ''), token: meta.progressToken },
    ...{ ttl: has('no-longest-ttl') ? ttl : Math.min(ttl, TTL_MAX), waiters: new Set(), toldMs: nowMs },
    ...{ cancelledMs: null, answeredMs: null, isAsked: false, told: 'working' },
  };
}

function newId({ taskId }: JsonObject, known: ReadonlyMap<string, Task>, has: Moment['has']): string {
  if (has('takes-client-ids') && typeof taskId === 'string') return taskId;
  if (has('counts-ids')) return `task-${known.size + 1}`;
  if (has('repeats-ids') && known.size % 50 === 49) return [...known.keys()][0] ?? '';
  return crypto.randomUUID();
}
