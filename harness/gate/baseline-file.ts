import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../model/canonical.ts';
import type { MetricValue } from '../model/metric-value.ts';
import type { Plan } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Verdict } from '../model/verdict.ts';

/** A baseline: runs as they were when somebody said that they are good, and failures that are known. */
export const BASELINE_SCHEMA = 'claimcheck/baseline@1';

const trend = z.object({
  type: z.literal('trend'),
  unit: z.string(),
  count: z.number(),
  censored: z.number(),
  min: z.number().nullable(),
  mean: z.number().nullable(),
  p50: z.number().nullable(),
  p90: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
  max: z.number().nullable(),
});
const metricValue = z.discriminatedUnion('type', [
  trend,
  z.object({ type: z.literal('counter'), unit: z.string(), value: z.number() }),
  z.object({
    type: z.literal('rate'),
    numerator: z.number(),
    denominator: z.number(),
    value: z.number().nullable(),
  }),
  z.object({ type: z.literal('curve'), unit: z.string(), count: z.number(), at: z.record(z.string(), z.number()) }),
]);

const baselineRun = z.strictObject({
  /** Scenario, seed and the choices of the target: the same key is the same question. */
  key: z.string(),
  /** Hash of calls, faults, agents and load: the same plan is the same work. */
  plan: z.string(),
  time: z.enum(['real', 'virtual']),
  /** Of the machine; null: not known. */
  fingerprint: z.string().nullable(),
  checkers: z.record(z.string(), z.union([z.boolean(), z.enum(['unknown', 'not-applicable'])])),
  fates: z.record(z.string(), z.number()),
  phantom: z.number(),
  metrics: z.record(z.string(), metricValue),
});

export const baselineSchema = z.strictObject({
  schema: z.literal(BASELINE_SCHEMA),
  claimcheck: z.string(),
  runs: z.array(baselineRun),
  /** Failures that are known: which, in which run, and why they may stand. */
  expected: z.array(z.strictObject({ run: z.string(), gate: z.string(), reason: z.string().min(1) })).default([]),
});

export type BaselineRun = Readonly<z.infer<typeof baselineRun>>;
export type Baseline = Readonly<z.infer<typeof baselineSchema>>;
export type ExpectedFailure = Baseline['expected'][number];

/** A run as a baseline keeps it. */
export function baselineRunOf(plan: Plan, verdict: Verdict, fingerprint: string | null): BaselineRun {
  const { target } = verdict;
  const choices = [target.dialect, target.transport, target.store, target.queue].filter((one) => one !== null);
  const { calls, faults, agents, load, slaMs } = plan;
  const metrics: Record<string, MetricValue> = { ...verdict.metrics };
  return {
    key: `${verdict.scenario}-${verdict.seed} (${[verdict.time, ...choices].join(', ')})`,
    plan: createHash('sha256').update(canonicalJson({ calls, faults, agents, load, slaMs })).digest('hex').slice(0, 16),
    time: verdict.time,
    fingerprint: verdict.time === 'virtual' ? null : fingerprint,
    checkers: Object.fromEntries(verdict.checkers.map(({ id, valid }) => [id, valid])),
    fates: verdict.fates,
    phantom: verdict.phantom,
    metrics,
  };
}

/** Throws a UsageError that names the place where the file is not a baseline. */
export function parseBaseline(text: string, path: string): Baseline {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${path} is not JSON; expected a baseline, as gate --update writes it`, { cause });
  }
  const parsed = baselineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`${path} is no baseline: ${issue?.path.join('.') || 'the document'}: ${issue?.message ?? ''}`);
}
