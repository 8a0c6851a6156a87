import { z } from 'zod';
import { FATES, VERDICT_SCHEMA } from '../../model/verdict.ts';
import { SUMMARY_SCHEMA } from '../summary.ts';
import { metricValueSchema } from './metric-schema.ts';

/** verdict.json and summary.json for readers of other programs. Keys may be added; those that are here keep their meaning. */

const validity = z.union([z.boolean(), z.literal('unknown')]);

const finding = z.object({
  invariant: z.string().describe('The rule that was broken: S3.'),
  message: z.string(),
  events: z.array(z.number()).describe('Numbers (seq) of the events of history.jsonl that show it.'),
});

const checker = z.object({
  id: z.string(),
  title: z.string(),
  invariants: z.array(z.string()),
  valid: z.union([validity, z.literal('not-applicable')]),
  reason: z.string().optional().describe('Why it is unknown or not applicable.'),
  counts: z.record(z.string(), z.number()),
  findings: z.array(finding),
  warnings: z.array(finding).optional().describe('Worth knowing; leave the verdict alone.'),
});

/** What was taken out of a plan since the server makes it impossible. */
const applicable = { applicable: z.literal(false).optional(), reason: z.string().optional() };

const target = z.object({
  kind: z.enum(['reference', 'command', 'url', 'module']),
  server: z.object({ name: z.string(), version: z.string() }).nullable().describe('As the server calls itself.'),
  dialect: z.string(),
  transport: z.string(),
  store: z.string().nullable(),
  queue: z.string().nullable(),
  agents: z.number(),
  backoff: z.string(),
  load: z.string(),
  client: z.string().optional().describe('A client that is not ours; absent: our own agents.'),
});

export const verdictSchema = z.object({
  schema: z.literal(VERDICT_SCHEMA),
  claimcheck: z.string().describe('The version that judged.'),
  scenario: z.string(),
  seed: z.number(),
  time: z.enum(['real', 'virtual']),
  startedAt: z.string(),
  durationMs: z.number(),
  interrupted: z.boolean(),
  target,
  recorded: z.enum(['heads', 'counts']).optional(),
  notRun: z.string().optional().describe('Nothing was started, for this reason; absent: the run took place.'),
  lostGenerators: z.array(z.object({ generator: z.string(), calls: z.number(), why: z.string() })).optional(),
  valid: validity.describe('The worst of checkers and coverage: false, then "unknown", then true.'),
  exitCode: z.number(),
  checkers: z.array(checker),
  fates: z.partialRecord(z.enum(FATES), z.number()).describe('What became of each call; sums to all calls.'),
  phantom: z.number().describe('Effects that belong to no call.'),
  metrics: z.record(z.string(), metricValueSchema),
  thresholds: z.array(
    z.object({ expression: z.string(), valid: validity, value: z.number().nullable(), ...applicable }),
  ),
  coverage: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      required: z.boolean(),
      reached: z.number(),
      first: z.number().nullable().describe('Number (seq) of the event that reached it first.'),
      ...applicable,
    }),
  ),
  faults: z.array(
    z.object({ id: z.string(), name: z.string(), planned: z.number(), verified: z.number(), ...applicable }),
  ),
  replay: z.string().describe('The command that runs this plan again.'),
});

export const summarySchema = z.object({
  schema: z.literal(SUMMARY_SCHEMA),
  exitCode: z.number().describe('Of all runs together.'),
  runs: z.array(
    z.object({
      directory: z.string(),
      verdict: verdictSchema.extend({ checkers: z.array(checker.omit({ findings: true, warnings: true })) }),
    }),
  ),
});
