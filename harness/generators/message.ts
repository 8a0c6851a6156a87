import { z } from 'zod';
import { histogramsSchema } from '../model/latency-histograms.ts';
import { PLAN_SCHEMA, type Plan } from '../model/plan.ts';

/** It was written by this program, so its head is checked and the rest is trusted. */
const planSchema = z.custom<Plan>(
  (value) => typeof value === 'object' && value !== null && 'schema' in value && value.schema === PLAN_SCHEMA,
  'expected a plan of this version',
);

/** What a generator is told. */
export const toGeneratorSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('share'), name: z.string(), url: z.string(), plan: planSchema }),
  z.strictObject({ kind: z.literal('ping'), id: z.number() }),
  /** `atT`: when its load begins, ns of its own clock. */
  z.strictObject({ kind: z.literal('start'), atT: z.number() }),
  /** Everything it has recorded is wanted now. */
  z.strictObject({ kind: z.literal('send') }),
  z.strictObject({ kind: z.literal('stop'), why: z.string() }),
]);
export type ToGenerator = z.infer<typeof toGeneratorSchema>;

/** What a generator says. */
export const fromGeneratorSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ready'),
    pid: z.number(),
    host: z.string(),
    /** Of the machine's start: who shares it shares its monotonic clock. null: unknown here. */
    bootId: z.string().nullable(),
    /** The monotonic clock at the zero of its own, ns. */
    originNs: z.string(),
  }),
  /** `t`: ns of its own clock. */
  z.strictObject({ kind: z.literal('pong'), id: z.number(), t: z.number(), wall: z.number() }),
  z.strictObject({ kind: z.literal('ended') }),
  /** Lines of its history: base64 of gzip, in order; cut anywhere. */
  z.strictObject({ kind: z.literal('history'), piece: z.string() }),
  z.strictObject({ kind: z.literal('done'), histograms: histogramsSchema }),
  z.strictObject({ kind: z.literal('failed'), isUsage: z.boolean(), message: z.string() }),
]);
export type FromGenerator = z.infer<typeof fromGeneratorSchema>;
