import { z } from 'zod';
import type { TaskRecord } from './task.ts';

const rpcError = z.strictObject({ code: z.number(), message: z.string(), data: z.unknown().optional() });

const toolResult = z.strictObject({
  content: z.array(z.strictObject({ type: z.literal('text'), text: z.string() })),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});

const taskInput = z.strictObject({
  key: z.string(),
  request: z.strictObject({
    method: z.enum(['elicitation/create', 'sampling/createMessage']),
    params: z.record(z.string(), z.unknown()),
  }),
  askedAt: z.number(),
  answer: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('result'), result: z.record(z.string(), z.unknown()) }),
      z.strictObject({ kind: z.literal('error'), error: rpcError }),
    ])
    .nullable(),
});

// What a later release has added is kept as it is: both may be at work on one store while one replaces the other.
const taskCallback = z.strictObject({
  url: z.string(),
  attempts: z.int(),
  nextAt: z.number().nullable(),
  takenAt: z.number().optional(),
  failure: z.string().optional(),
});

const taskRecord: z.ZodType<TaskRecord> = z.looseObject({
  id: z.string(),
  principal: z.string(),
  tool: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  argumentsHash: z.string(),
  idempotencyKey: z.string().nullable(),
  trace: z.string().optional(),
  callback: taskCallback.optional(),
  state: z.enum(['queued', 'running', 'input_required', 'settled', 'cancelled']),
  statusMessage: z.string().nullable(),
  createdAt: z.number(),
  updatedAt: z.number(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  deadlineAt: z.number(),
  ttlMs: z.number().nullable(),
  pollIntervalMs: z.number(),
  outcome: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('result'), result: toolResult }),
      z.strictObject({ kind: z.literal('error'), error: rpcError }),
    ])
    .nullable(),
  // Records of servers that could not ask have neither.
  answerable: z.array(taskInput.shape.request.shape.method).default([]),
  inputs: z.array(taskInput).default([]),
  lease: z.strictObject({ worker: z.string(), untilMs: z.number() }).nullable(),
  sealedUntil: z.number().exactOptional(),
  release: z.string().exactOptional(),
  fence: z.int(),
  runs: z.int(),
  version: z.int(),
});

/** A record as stores keep it that have no columns of their own for its parts. */
export function encodeTask(task: TaskRecord): string {
  return JSON.stringify(task);
}

/** Throws when the text is not a record of this version: a damaged or foreign store. */
export function decodeTask(text: string): TaskRecord {
  return taskRecord.parse(JSON.parse(text));
}

/** At least so many of the records read last: those of the tasks that are polled now. Some megabytes at most. */
const REMEMBERED_MAX = 1_000;
/** A longer one, with its result in it, is read once or twice and no more. */
const REMEMBERED_CHARACTERS_MAX = 4_096;

/** As `decodeTask`; a text that was read before is not read again. Records are never changed, so they may be handed out twice. */
export function createTaskDecoder(): (text: string) => TaskRecord {
  let newer = new Map<string, TaskRecord>();
  let older = new Map<string, TaskRecord>();
  return (text) => {
    const known = newer.get(text) ?? older.get(text);
    if (known !== undefined) return known;
    const task = decodeTask(text);
    if (text.length > REMEMBERED_CHARACTERS_MAX) return task;
    // In two generations, the older one forgotten as a whole.
    if (newer.size >= REMEMBERED_MAX) {
      older = newer;
      newer = new Map();
    }
    newer.set(text, task);
    return task;
  };
}
