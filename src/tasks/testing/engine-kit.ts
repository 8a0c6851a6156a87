import { openLocalQueue } from '../../queues/local.ts';
import { openMemoryStore } from '../../stores/memory.ts';
import type { TaskStore } from '../../stores/store.ts';
import { createMemoryLedger } from '../../tools/effect-ledger.ts';
import { createTools } from '../../tools/index.ts';
import type { EffectLedger } from '../../tools/tool.ts';
import { createTaskEngine } from '../engine.ts';
import type { EngineEvent, EngineLimits, TaskEngineOptions } from '../engine-options.ts';
import type { TaskRecord } from '../task.ts';
import type { SubmitRequest, TaskEngine } from '../task-engine.ts';

/** A real engine over real parts, and a ledger that remembers what it was told. */
export interface EngineKit {
  readonly engine: TaskEngine;
  readonly store: TaskStore;
  readonly effects: RecordingLedger;
  readonly events: readonly EngineEvent[];
}

export interface RecordingLedger extends EffectLedger {
  readonly begun: readonly string[];
  readonly committed: readonly string[];
}

export interface KitOptions
  extends Partial<Pick<TaskEngineOptions, 'tools' | 'store' | 'log' | 'clock' | 'callbacks' | 'role'>> {
  readonly limits?: Partial<EngineLimits>;
  readonly concurrency?: number;
  readonly waitingMax?: number;
  readonly effects?: RecordingLedger;
}

export async function createKit(options: KitOptions = {}): Promise<EngineKit> {
  const { concurrency = 50, waitingMax = 1_000, tools = createTools(), limits = {} } = options;
  const store = options.store ?? (await openMemoryStore());
  const effects = options.effects ?? createRecordingLedger();
  const queue = await openLocalQueue({ concurrency, waitingMax });
  const events: EngineEvent[] = [];
  const engine = createTaskEngine({
    ...{ store, queue, tools, effects, limits },
    ...(options.log && { log: options.log }),
    ...(options.clock && { clock: options.clock }),
    callbacks: options.callbacks,
    ...(options.role && { role: options.role }),
    observe(event) {
      // A look for what is due happens all the time, and tells nothing when it found nothing.
      if (event.type !== 'swept' || event.taskCount > 0) events.push(event);
    },
  });
  await engine.start();
  return { engine, store, effects, events };
}

export function createRecordingLedger(): RecordingLedger {
  const inner = createMemoryLedger();
  const begun: string[] = [];
  const committed: string[] = [];
  return {
    begun,
    committed,
    async begin(token, key) {
      begun.push(token);
      await inner.begin(token, key);
    },
    async commit(token, key) {
      const isNew = await inner.commit(token, key);
      if (isNew) committed.push(token);
      return isNew;
    },
  };
}

export function requestOf(
  parts: Partial<SubmitRequest> & { readonly token?: string; readonly ms?: number } = {},
): SubmitRequest {
  const { token = 'token', ms = 600, ...rest } = parts;
  return {
    principal: 'alice',
    tool: 'effect',
    arguments: { token, ms, mode: 'repeatable' },
    idempotencyKey: null,
    maxWaitMs: null,
    ...rest,
  };
}

/** The task of an accepted request; throws when it was not accepted. */
export async function accepted(engine: TaskEngine, request: SubmitRequest): Promise<TaskRecord> {
  const answer = await engine.submit(request);
  if (answer.kind !== 'accepted') throw new Error(`expected the task to be accepted, got ${answer.kind}`);
  return answer.task;
}
