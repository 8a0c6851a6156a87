import { z } from 'zod';

const measured = z.number().nullable();

/** What a metric measured, in one of four shapes. */
export const metricValueSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('trend'),
    unit: z.string(),
    count: z.number().describe('Samples.'),
    censored: z.number().describe('Subjects that never gave a sample: a task that never settled.'),
    min: measured,
    mean: measured,
    p50: measured,
    p90: measured,
    p95: measured,
    p99: measured.describe('null: fewer than 1/(1-p) samples.'),
    max: measured,
  }),
  z.object({ type: z.literal('counter'), unit: z.string(), value: z.number() }),
  z.object({
    type: z.literal('rate'),
    numerator: z.number(),
    denominator: z.number(),
    value: measured.describe('null: nothing to divide by, so no evidence.'),
  }),
  z.object({
    type: z.literal('curve'),
    unit: z.string(),
    count: z.number(),
    at: z.record(z.string(), z.number()).describe('A value for each point, named by milliseconds.'),
  }),
]);
