import { hash, randomBytes } from 'node:crypto';
import type { Breakers } from './breaker.ts';
import type { ServerClock } from './clock.ts';
import { effectiveTtlMs, isExpired } from './due.ts';
import type { EngineEvent, EngineLimits, TaskEngineOptions } from './engine-options.ts';
import type { TaskHub } from './hub.ts';
import { firstPollMs } from './poll-hint.ts';
import type { TaskRecord } from './task.ts';
import type { SubmitAnswer, SubmitRequest } from './task-engine.ts';
import type { TaskWriter } from './task-writer.ts';

export interface SubmissionParts extends Pick<TaskEngineOptions, 'store' | 'queue' | 'tools'> {
  readonly writer: TaskWriter;
  readonly hub: TaskHub;
  readonly breakers: Breakers;
  readonly clock: ServerClock;
  readonly limits: EngineLimits;
  readonly observe: (event: EngineEvent) => void;
  readonly isDraining: () => boolean;
  readonly release?: string | undefined;
  /** How long a task that is refused now should stay away. */
  readonly retryAfterMs: () => number;
}

const EXPIRED_KEY_ATTEMPTS_MAX = 5; // One removal frees a key; more means that others remove and insert it as fast as we do.

/** Records new work, once for each principal and key, before anybody hears of it. */
export function createSubmit(parts: SubmissionParts): (request: SubmitRequest) => Promise<SubmitAnswer> {
  const { store, queue, writer, hub, clock, observe } = parts;

  function refuse(answer: Exclude<SubmitAnswer, { kind: 'accepted' }>): SubmitAnswer {
    observe({ type: 'refused', reason: answer.kind });
    return answer;
  }

  function compare(request: SubmitRequest, existing: TaskRecord): SubmitAnswer {
    if (existing.argumentsHash !== argumentsHashOf(request)) return refuse({ kind: 'conflict', task: existing });
    observe({ type: 'repeated' });
    return { kind: 'accepted', task: existing, isNew: false };
  }

  async function holderOf(request: SubmitRequest): Promise<TaskRecord | undefined> {
    if (request.idempotencyKey === null) return undefined;
    const existing = await store.byKey(request.principal, request.idempotencyKey);
    if (existing === undefined || !isExpired(existing, clock.now())) return existing;
    await writer.remove(existing); // Its time is over: the key is free, whether or not the sweeper has been here.
    return undefined;
  }

  return async (request) => {
    for (let attempt = 0; attempt < EXPIRED_KEY_ATTEMPTS_MAX; attempt++) {
      const existing = await holderOf(request);
      if (existing !== undefined) return compare(request, existing);
      if (parts.isDraining()) return refuse({ kind: 'draining' });
      const retryAfterMs = parts.breakers.refusedForMs(request.tool);
      if (retryAfterMs > 0) return refuse({ kind: 'unavailable', retryAfterMs });
      const place = queue.reserve();
      if (place === undefined) {
        return refuse({ kind: 'full', queued: queue.load().waiting, retryAfterMs: parts.retryAfterMs() });
      }
      try {
        const task = newRecord(request, parts);
        const answer = await store.insert(task);
        if (answer.kind === 'inserted') {
          observe({ type: 'change', before: null, after: task });
          hub.publish(task);
          await place.fill(task.id);
          return { kind: 'accepted', task, isNew: true };
        }
        // Somebody was faster with the same key; unless that record is of the past, it is the answer.
        if (!isExpired(answer.task, clock.now())) return compare(request, answer.task);
      } finally {
        place.free();
      }
    }
    throw new Error(`the idempotency key was taken and freed ${EXPIRED_KEY_ATTEMPTS_MAX} times in a row`);
  };
}

function newRecord(request: SubmitRequest, { tools, clock, limits, release }: SubmissionParts): TaskRecord {
  const nowMs = clock.now();
  const slaMs = request.maxWaitMs ?? tools.get(request.tool)?.slaMs ?? limits.slaMs;
  return {
    id: randomBytes(16).toString('hex'),
    principal: request.principal,
    tool: request.tool,
    arguments: request.arguments,
    argumentsHash: argumentsHashOf(request),
    idempotencyKey: request.idempotencyKey,
    ...(request.callbackUrl === undefined
      ? {}
      : { callback: { url: request.callbackUrl, attempts: 0, nextAt: nowMs } }),
    ...(request.trace === undefined ? {} : { trace: request.trace }),
    state: 'queued',
    statusMessage: 'Waiting for a worker.',
    createdAt: nowMs,
    updatedAt: nowMs,
    startedAt: null,
    endedAt: null,
    deadlineAt: nowMs + Math.min(Math.max(1, Math.ceil(slaMs)), limits.slaMsMax),
    ttlMs: effectiveTtlMs(request.ttlMs, limits.ttl),
    pollIntervalMs: firstPollMs(tools.get(request.tool)?.expectedMs?.(request.arguments), limits.pollIntervalMs),
    outcome: null,
    answerable: request.answerable ?? [],
    inputs: (request.answered ?? []).map((input) => ({ ...input, askedAt: nowMs })),
    lease: null,
    fence: 0,
    runs: 0,
    version: 1,
    ...(release !== undefined && { release }),
  };
}

/** The same for the same tool and arguments, whatever the order of their keys. */
export function argumentsHashOf(request: Pick<SubmitRequest, 'tool' | 'arguments'>): string {
  return hash('sha256', JSON.stringify([request.tool, inKeyOrder(request.arguments)]));
}

function inKeyOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inKeyOrder);
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, one]) => [key, inKeyOrder(one)]));
}
