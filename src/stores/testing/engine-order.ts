import { z } from 'zod';
import { connectionSchema } from '../connection.ts';

/** How a process of engine-program.ts is put together. */
export const engineOrder = z.strictObject({
  store: z.string(),
  queue: z.string(),
  directory: z.string(),
  storeConnection: connectionSchema,
  queueConnection: connectionSchema,
  /** Its wall clock is ahead by so much; behind, when negative. */
  skewMs: z.int(),
  leaseMs: z.int(),
  concurrency: z.int(),
});
export type EngineOrder = z.output<typeof engineOrder>;

const request = z.object({
  principal: z.string(),
  tool: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  idempotencyKey: z.string().nullable(),
  maxWaitMs: z.number().nullable(),
  ttlMs: z
    .number()
    .nullable()
    .optional()
    .transform((ms) => ms ?? 60_000),
});

const named = { principal: z.string(), id: z.string() };

/** What it can be told to do. */
export const engineCall = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('submit'), request }),
  z.strictObject({ do: z.literal('get'), ...named }),
  z.strictObject({ do: z.literal('wait'), ...named, withinMs: z.int() }),
  z.strictObject({ do: z.literal('cancel'), ...named }),
  z.strictObject({ do: z.literal('list'), principal: z.string(), limit: z.int() }),
  z.strictObject({ do: z.literal('stop'), withinMs: z.int() }),
]);
export type EngineCall = z.output<typeof engineCall>;
