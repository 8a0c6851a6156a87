import { z } from 'zod';
import { agents } from '../agents/index.ts';
import { backoffs } from '../backoffs/index.ts';
import { faultUnits } from '../faults/index.ts';
import { loads } from '../loads/index.ts';

/** The format of scenarios/*.yaml. Every key has its default here; a compiled plan has none left to guess. */

// Two days: what a result is kept for is counted in days.
const ms = z
  .number()
  .min(0)
  .max(2 * 86_400_000);
const count = z.int().min(0).max(1_000_000);
/** One number, or [least, most], of which each call draws its own. */
const range = z
  .union([ms, z.tuple([ms, ms])])
  .refine((value) => typeof value === 'number' || value[0] <= value[1], 'expected [least, most] in this order');
/** A law with a long tail: half of all below the median, one in six above e^sigma times it, none above mostMs. */
const lognormal = z.strictObject({
  law: z.literal('lognormal'),
  medianMs: ms.min(1),
  sigma: z.number().positive().max(5),
  mostMs: ms,
});
const duration = z.union([range, lognormal]);
/** [from, until] as shares of the calls in order of arrival. */
const during = z
  .tuple([z.number().min(0).max(1), z.number().min(0).max(1)])
  .refine(([from, until]) => from < until, 'expected [from, until] in this order');
const numberOptions = z.record(z.string(), z.number());

const retrySchema = z.strictObject({
  key: z.enum(['same', 'new', 'none']).default('same'),
  attemptsMax: z.int().min(1).max(1000).default(12),
  delayMs: ms.default(200),
  factor: z.number().min(1).max(10).default(2),
  delayMsMax: ms.default(2000),
});

const agentsSchema = z.strictObject({
  count: z.int().min(1).max(100_000).default(20),
  policy: z.enum(Object.keys(agents)).default('poller'),
  backoff: z
    .strictObject({ id: z.enum(Object.keys(backoffs)).default('server-hint'), options: numberOptions.default({}) })
    .prefault({}),
  retry: retrySchema.prefault({}),
  busyMs: range.default(0),
});

const workSchema = z.strictObject({
  tool: z.string().min(1).default('work'),
  /** Share of the calls, beside the weights of the others. */
  weight: z.number().positive().default(1),
  /** How long it takes. */
  ms: duration.default([200, 1000]),
  /** All calls between are of this kind; left out: spread over all. */
  during: during.optional(),
  mode: z.string().nullable().default(null),
  policy: z.enum(Object.keys(agents)).optional(),
  busyMs: range.optional(),
  cancelAfterMs: range.nullable().default(null),
  /** How long the agent thinks before it answers what the work asks for (tools asking and asking-first). */
  answerAfterMs: range.default(0),
  /** Its agent is after the task of another agent: it asks for it, tries to cancel it, and uses its key. */
  trespass: z.boolean().optional(),
  /** Its agent comes back for the result this long after the receipt; left out: it waits for it. */
  fetchAfterMs: range.optional(),
});

/** How many processes the server runs in, all on one state, where it can. */
const processesSchema = z.strictObject({
  servers: z.int().min(1).max(100).default(1),
  /** Processes that only run work; 0: those that clients reach run it. */
  workers: z.int().min(0).max(100).default(0),
});

/** What the server must be set to for this scenario, where it can be set; left out: as it is. */
const serverSchema = z.strictObject({
  ttlMs: ms.optional(),
  slaMs: ms.optional(),
  pollIntervalMs: ms.optional(),
  leaseMs: ms.optional(),
  sweepMs: ms.optional(),
  concurrency: z.int().min(1).max(10_000).optional(),
  graceMs: ms.optional(),
  pollsPerSecond: z.number().positive().max(1_000_000).optional(),
  breakerFailures: z.int().min(1).max(1_000).optional(),
  breakerOpenMs: ms.optional(),
});

const rate = z.number().min(0).max(1_000_000);

const loadSchema = z.strictObject({
  id: z.enum(Object.keys(loads)).default('closed'),
  options: numberOptions.default({}),
  /** Loads stages and partly-open: rates a second, from one to another over so long, one stage after another. */
  stages: z
    .array(z.strictObject({ forMs: ms.min(1), from: rate, to: rate }))
    .min(1)
    .optional(),
  /** The load is measured: what is meant to start in this first part of it counts in no latency. */
  warmupMs: ms.optional(),
  /** Load closed: no call is begun later. */
  forMs: ms.min(1).optional(),
  /** An arrival that finds so many calls under way is dropped. */
  inFlightMax: z.int().min(1).max(1_000_000).optional(),
});

const faultSchema = z
  .strictObject({
    fault: z.enum(Object.keys(faultUnits)),
    /** How many calls, strikes or instants; drawn by seed. */
    count: count.optional(),
    /** Share of the calls (F2, F4-F9), or chance of each message (F1, F3, F30, F31). */
    probability: z.number().min(0).max(1).optional(),
    /** Only calls between are drawn: a receipt can be lost only where calls are sure to be taken. */
    during: during.optional(),
    /** Process faults: at these instants after the start. */
    atMs: z.array(ms).min(1).optional(),
    /** Process faults: after this event of a drawn call. */
    on: z
      .enum(['create-sent', 'create-answered', 'acked', 'begin', 'input-required-seen', 'commit', 'terminal-seen'])
      .optional(),
    /** Time from that event. */
    afterMs: range.optional(),
    /** The same as a share of the work that the drawn call asks for. */
    afterShare: z
      .union([z.number().min(0).max(1), z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)])])
      .optional(),
    /** The receipt of the drawn call is held back until the fault has struck. */
    hold: z.boolean().optional(),
    /** Process faults on a server of several processes: one of those that clients reach, one that only runs work, or all. */
    strikes: z.enum(['server', 'worker', 'all']).optional(),
    op: z.enum(['create', 'get', 'result', 'update', 'cancel']).optional(),
    direction: z.enum(['request', 'reply', 'both']).optional(),
    fromMs: ms.optional(),
    untilMs: ms.optional(),
    options: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).default({}),
  })
  .refine((entry) => [entry.count, entry.probability, entry.atMs].filter((value) => value !== undefined).length === 1, {
    message: 'expected exactly one of count, probability and atMs',
  })
  .refine((entry) => entry.during === undefined || !(entry.atMs || isDrawnForEach(entry)), {
    message: "'during' chooses among calls; this entry strikes at instants or at any message",
  });

/** Drawn anew for each message, and so for no call. */
export function isDrawnForEach({
  fault,
  probability,
}: {
  readonly fault: string;
  readonly probability?: number;
}): boolean {
  return probability !== undefined && ['F1', 'F3', 'F30', 'F31'].includes(fault);
}

export const scenarioSchema = z.strictObject({
  title: z.string().min(1),
  description: z.string().min(1),
  /** virtual: it takes hours, or does what no real process lets be done to it. real: it needs several processes. */
  time: z.enum(['any', 'virtual', 'real']).default('any'),
  server: serverSchema.default({}),
  processes: processesSchema.optional(),
  calls: z.int().min(1).max(1_000_000),
  agents: agentsSchema.prefault({}),
  load: loadSchema.prefault({}),
  work: z.array(workSchema).min(1).prefault([{}]),
  faults: z.array(faultSchema).default([]),
  /** How long after max(ack, last heal + ready) a task may take; left out: the longest planned work + 15 s. */
  slaMs: ms.optional(),
  limits: z
    .strictObject({
      requestMs: ms.default(10_000),
      blockingMs: ms.optional(),
      readyMs: ms.default(15_000),
      runMs: ms.optional(),
      stopMs: ms.default(12_000),
    })
    .prefault({}),
  thresholds: z.array(z.string()).default([]),
  mustReach: z.array(z.string()).default([]),
  /** Left out: full, or heads where there are so many calls that their texts would fill a disk. */
  record: z.enum(['full', 'heads', 'counts']).optional(),
});

export type ScenarioBody = z.infer<typeof scenarioSchema>;
export type ScenarioFault = ScenarioBody['faults'][number];
export type Duration = z.infer<typeof duration>;
export type ScenarioWork = ScenarioBody['work'][number];

/** A checked scenario. The name is the file's. */
export interface Scenario extends ScenarioBody {
  readonly name: string;
}

/** The published JSON Schema of a scenario file. */
export function scenarioJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(scenarioSchema, { io: 'input' });
}
