import { z } from 'zod';
import { DIALECT_IDS, OPERATIONS } from '../../model/operation.ts';
import { PLAN_SCHEMA } from '../../model/plan.ts';

/** plan.json for readers of other programs. Times are ms after the start of the run unless said otherwise. */

const span = z.tuple([z.number(), z.number()]);
const optionValues = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]));
const lostShare = z.object({ generator: z.string(), calls: z.number(), why: z.string() });

const target = z.object({
  kind: z.enum(['reference', 'command', 'url', 'module']),
  dialect: z.enum(DIALECT_IDS),
  transport: z.enum(['stdio', 'http']),
  store: z.string().nullable(),
  queue: z.string().nullable(),
  profile: z.unknown().describe('The profile with its placeholders; no secret is ever in it.'),
  facts: z.looseObject({}).describe('What this server can do; what it cannot was taken out of the plan.'),
  settings: z.looseObject({}).optional(),
  processes: z.object({ servers: z.number(), workers: z.number() }).optional(),
  services: z
    .array(
      z.object({
        id: z.enum(['redis', 'postgres', 'dynamodb']),
        uses: z.array(z.enum(['store', 'queue'])),
        given: z.string().nullable(),
        losesTail: z.literal(true).optional(),
      }),
    )
    .optional(),
});

const agents = z.object({
  count: z.number(),
  policy: z.string(),
  backoff: z.object({ id: z.string(), options: z.record(z.string(), z.number()) }),
  retry: z.object({
    key: z.enum(['same', 'new', 'none']),
    attemptsMax: z.number(),
    delayMs: z.number(),
    factor: z.number(),
    delayMsMax: z.number(),
  }),
  busyMs: z.number(),
});

const load = z.object({
  id: z.string(),
  model: z.enum(['closed', 'open', 'partly-open']),
  options: z.record(z.string(), z.number()),
  stages: z.array(z.object({ forMs: z.number(), from: z.number(), to: z.number() })).optional(),
  warmupMs: z.number().optional(),
  forMs: z.number().optional(),
  inFlightMax: z.number().optional(),
  generators: z.number().optional(),
  notRun: z.array(lostShare).optional(),
});

const call = z.object({
  call: z.number().describe('1 … n.'),
  agent: z.number(),
  atMs: z.number().nullable().describe('Intended start; null: when the call before it has ended.'),
  thinkMs: z.number(),
  follows: z.number().optional(),
  tool: z.string(),
  ms: z.number().describe('How long its work is to take.'),
  mode: z.string().nullable(),
  token: z.string(),
  key: z.string().nullable(),
  policy: z.string(),
  busyMs: z.number(),
  cancelAfterMs: z.number().nullable(),
  trespass: z.number().optional(),
  answerAfterMs: z.number().optional(),
  fetchAfterMs: z.number().optional(),
  request: z.object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()) }).optional(),
});

const trigger = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('time'), atMs: z.number() }),
  z.object({
    kind: z.literal('message'),
    direction: z.enum(['request', 'reply']),
    op: z.enum(OPERATIONS),
    call: z.number(),
    attempt: z.number(),
  }),
  z.object({
    kind: z.literal('messages'),
    direction: z.enum(['request', 'reply', 'both']),
    op: z.enum(OPERATIONS).optional(),
    probability: z.number(),
    fromMs: z.number().optional(),
    untilMs: z.number().optional(),
  }),
  z.object({
    kind: z.literal('event'),
    on: z.enum(['create-sent', 'create-answered', 'acked', 'begin', 'input-required-seen', 'commit', 'terminal-seen']),
    call: z.number(),
    ms: z.number(),
    hold: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('boundary'), after: z.number() }),
  z.object({ kind: z.literal('call'), call: z.number() }),
]);

const fault = z.object({
  entry: z.string().describe('F12#1.'),
  fault: z.string(),
  name: z.string(),
  process: z.string().optional(),
  trigger,
  options: optionValues,
  mayMiss: z.literal(true).optional(),
});

export const planSchema = z.object({
  schema: z.literal(PLAN_SCHEMA),
  claimcheck: z.string(),
  scenario: z.string(),
  title: z.string(),
  seed: z.number(),
  time: z.enum(['real', 'virtual']),
  target,
  agents,
  load,
  calls: z.array(call),
  faults: z.array(fault),
  slaMs: z.number(),
  limits: z.object({
    requestMs: z.number(),
    blockingMs: z.number(),
    readyMs: z.number(),
    runMs: z.number(),
    stopMs: z.number(),
  }),
  thresholds: z.array(z.string()),
  mustReach: z.array(z.string()),
  notApplicable: z.array(
    z.object({
      kind: z.enum(['fault', 'situation', 'threshold', 'checker', 'work', 'setting']),
      id: z.string(),
      name: z.string().optional(),
      reason: z.string(),
    }),
  ),
  record: z.enum(['full', 'heads', 'counts']),
  virtual: z.object({ epochMs: z.number(), linkMs: span, storeMs: span, bootMs: span }).optional(),
  client: z.object({ label: z.string().nullable(), earlier: z.record(z.string(), z.number()).optional() }).optional(),
});
