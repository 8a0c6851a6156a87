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
  key: z
    .enum(['same', 'new', 'none'])
    .default('same')
    .describe('When no receipt came: the call is sent again with the same key, with a new one, or with none.'),
  attemptsMax: z.int().min(1).max(1000).default(12).describe('Sendings of one call at most.'),
  delayMs: ms.default(200).describe('Before the second sending.'),
  factor: z.number().min(1).max(10).default(2).describe('Each further wait is so many times the last.'),
  delayMsMax: ms.default(2000).describe('No wait is longer.'),
});

const agentsSchema = z.strictObject({
  count: z.int().min(1).max(100_000).default(20),
  policy: z.enum(Object.keys(agents)).default('poller').describe('What a client does between receipt and result.'),
  backoff: z
    .strictObject({ id: z.enum(Object.keys(backoffs)).default('server-hint'), options: numberOptions.default({}) })
    .prefault({}),
  retry: retrySchema.prefault({}).describe('What it does when no receipt came.'),
  busyMs: range.default(0).describe('Work between the result and what is made of it (policy moved-on).'),
});

const workSchema = z.strictObject({
  tool: z
    .string()
    .min(1)
    .default('work')
    .describe('work, failing, quick, asking or effect of any server, or a tool of the reference server by its name.'),
  weight: z.number().positive().default(1).describe('Share of the calls, beside the weights of the others.'),
  ms: duration.default([200, 1000]).describe('How long it takes.'),
  during: during.optional().describe('All calls between are of this kind; left out: spread over all.'),
  mode: z.string().nullable().default(null).describe('What kind of effect, for the tool effect: repeatable or plain.'),
  policy: z.enum(Object.keys(agents)).optional().describe('The agent of these calls, where it is another.'),
  busyMs: range.optional(),
  cancelAfterMs: range.nullable().default(null).describe('Its agent cancels it so long after the receipt.'),
  answerAfterMs: range
    .default(0)
    .describe('How long the agent thinks before it answers what the work asks for (tools asking and asking-first).'),
  trespass: z
    .boolean()
    .optional()
    .describe('Its agent is after the task of another agent: it asks for it, tries to cancel it, and uses its key.'),
  fetchAfterMs: range
    .optional()
    .describe('Its agent comes back for the result this long after the receipt; left out: it waits for it.'),
});

/** How many processes the server runs in, all on one state, where it can. */
const processesSchema = z.strictObject({
  servers: z.int().min(1).max(100).default(1),
  workers: z
    .int()
    .min(0)
    .max(100)
    .default(0)
    .describe('Processes that only run work; 0: those that clients reach run it.'),
});

/** What the server must be set to for this scenario, where it can be set; left out: as it is. */
const serverSchema = z.strictObject({
  ttlMs: ms.optional().describe('How long results are kept, counted from the call.'),
  slaMs: ms.optional().describe('After this long a task is ended as failed.'),
  pollIntervalMs: ms.optional().describe('What clients are told to wait between polls.'),
  leaseMs: ms.optional().describe('A worker silent for so long is taken for lost.'),
  sweepMs: ms.optional().describe('How often it looks for what is due.'),
  concurrency: z.int().min(1).max(10_000).optional().describe('Tasks that run at a time.'),
  graceMs: ms.optional().describe('Dialect grace: a call waits so long for its result before it gets a receipt.'),
  pollsPerSecond: z.number().positive().max(1_000_000).optional().describe('Polls that one caller may send.'),
  breakerFailures: z.int().min(1).max(1_000).optional().describe('A tool that fails so often in a row is left alone.'),
  breakerOpenMs: ms.optional().describe('For so long.'),
});

const rate = z.number().min(0).max(1_000_000);

const loadSchema = z.strictObject({
  id: z.enum(Object.keys(loads)).default('closed'),
  options: numberOptions.default({}),
  stages: z
    .array(z.strictObject({ forMs: ms.min(1), from: rate, to: rate }))
    .min(1)
    .optional()
    .describe(
      'Loads stages and partly-open: rates a second, from one to another over so long, one stage after another.',
    ),
  warmupMs: ms
    .optional()
    .describe('The load is measured: what is meant to start in this first part of it counts in no latency.'),
  forMs: ms.min(1).optional().describe('Load closed: no call is begun later.'),
  inFlightMax: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('An arrival that finds so many calls under way is dropped.'),
});

const faultSchema = z
  .strictObject({
    fault: z.enum(Object.keys(faultUnits)).describe('Its code.'),
    count: count.optional().describe('How many calls, strikes or instants; drawn by seed.'),
    probability: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('Share of the calls (F2, F4-F9), or chance of each message (F1, F3, F30, F31).'),
    during: during
      .optional()
      .describe('Only calls between are drawn: a receipt can be lost only where calls are sure to be taken.'),
    atMs: z.array(ms).min(1).optional().describe('Process faults: at these instants after the start.'),
    on: z
      .enum(['create-sent', 'create-answered', 'acked', 'begin', 'input-required-seen', 'commit', 'terminal-seen'])
      .optional()
      .describe('Process faults: after this event of a drawn call.'),
    afterMs: range.optional().describe('Time from that event.'),
    afterShare: z
      .union([z.number().min(0).max(1), z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)])])
      .optional()
      .describe('The same as a share of the work that the drawn call asks for.'),
    hold: z.boolean().optional().describe('The receipt of the drawn call is held back until the fault has struck.'),
    strikes: z
      .enum(['server', 'worker', 'all'])
      .optional()
      .describe(
        'Process faults on a server of several processes: one of those that clients reach, one that only runs work, or all.',
      ),
    op: z.enum(['create', 'get', 'result', 'update', 'cancel']).optional().describe('Messages of this operation only.'),
    direction: z.enum(['request', 'reply', 'both']).optional().describe('Requests, replies, or both.'),
    fromMs: ms.optional().describe('Not before, counted from the start.'),
    untilMs: ms.optional().describe('Not later.'),
    options: z
      .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
      .default({})
      .describe('The options of the fault; left out: its defaults.'),
  })
  .refine((entry) => [entry.count, entry.probability, entry.atMs].filter((value) => value !== undefined).length === 1, {
    message: 'expected exactly one of count, probability and atMs',
  })
  .refine(({ fault, atMs, on }) => atMs !== undefined || on !== undefined || !isOfProcess(fault), {
    message: "expected 'on', the event after which it strikes, or atMs: nothing else says when",
  })
  .refine((entry) => entry.during === undefined || !(entry.atMs || isDrawnForEach(entry)), {
    message: "'during' chooses among calls; this entry strikes at instants or at any message",
  });

/** It strikes a process, and not a message or a call: something has to say when. */
function isOfProcess(fault: string): boolean {
  return faultUnits[fault]?.meta.kind === 'process';
}

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
  title: z.string().min(1).describe('One line.'),
  description: z.string().min(1).describe('What happens, and what must hold.'),
  time: z
    .enum(['any', 'virtual', 'real'])
    .default('any')
    .describe(
      'virtual: it takes hours, or does what no real process lets be done to it. real: it needs several processes.',
    ),
  server: serverSchema.default({}).describe('What the server must be set to, where it can be set.'),
  processes: processesSchema.optional().describe('How many processes the server runs in.'),
  calls: z.int().min(1).max(1_000_000).describe('How many pieces of work the agents ask for.'),
  agents: agentsSchema.prefault({}),
  load: loadSchema.prefault({}).describe('When the calls are meant to start.'),
  work: z.array(workSchema).min(1).prefault([{}]),
  faults: z.array(faultSchema).default([]).describe('What goes wrong.'),
  slaMs: ms
    .optional()
    .describe('How long after max(ack, last heal + ready) a task may take; left out: the longest planned work + 15 s.'),
  limits: z
    .strictObject({
      requestMs: ms.default(10_000).describe('One request, from sending to reply.'),
      blockingMs: ms.optional().describe('A read that blocks until the work is done.'),
      readyMs: ms.default(15_000).describe('From the start of the server to its first answer.'),
      runMs: ms.optional().describe('The whole run.'),
      stopMs: ms.default(12_000).describe('From being asked to end to the end.'),
    })
    .prefault({}),
  thresholds: z.array(z.string()).default([]).describe('Limits: `detection-lag.p95 < 800ms`, `lost == 0`.'),
  mustReach: z.array(z.string()).default([]).describe('Situations without which the answer is unknown.'),
  record: z
    .enum(['full', 'heads', 'counts'])
    .optional()
    .describe('Left out: full, or heads where there are so many calls that their texts would fill a disk.'),
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
