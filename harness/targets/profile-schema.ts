import { z } from 'zod';
import { STATUSES } from '../model/operation.ts';
import { expressionFault } from '../wire/expression.ts';
import { parseDuration } from './duration.ts';

/** The whole profile: how a server that nobody here wrote is started, called, read and judged. */
export type Profile = z.infer<typeof profileSchema>;
export type ToolSpec = z.infer<typeof toolSchema>;
export type HandleProfile = z.infer<typeof handleSchema>;

const durationSchema = z
  .union([z.string(), z.number()], { error: 'expected a duration such as 600ms, 10s or a number of ms' })
  .transform((value, context) => {
    const ms = parseDuration(value);
    if (ms === null) {
      context.addIssue({ code: 'custom', message: 'expected a duration such as 600ms, 10s or a number of ms' });
      return z.NEVER;
    }
    return ms;
  });

const expressionSchema = z
  .union([z.string(), z.array(z.string()).min(1)], { error: 'expected an expression or a list of expressions' })
  .superRefine((value, context) => {
    const fault = expressionFault(value);
    if (fault !== null) context.addIssue({ code: 'custom', message: fault });
  });

/** A literal or a /regex/, compared with the state as a string. YAML reads an unquoted 0 as a number; that is meant as text. */
const patternSchema = z
  .union([z.string(), z.number(), z.boolean()], { error: 'expected a state name or a /regex/' })
  .transform((value) => String(value))
  .superRefine((value, context) => {
    const fault = value.startsWith('/') ? expressionFault(value) : null;
    if (fault !== null) context.addIssue({ code: 'custom', message: fault });
  });

const argumentsSchema = z.record(z.string(), z.unknown());
const headersSchema = z.record(z.string(), z.string());

const targetSchema = z.strictObject({
  command: z.string().min(1).optional().describe('Split like a POSIX command line, run without a shell.'),
  url: z.string().min(1).optional().describe('Where the server listens; left out: stdio.'),
  cwd: z.string().optional().describe('Relative to the profile.'),
  env: z.record(z.string(), z.string()).optional().describe('The child gets PATH, HOME, LANG and this.'),
  ready: z
    .strictObject({ within: durationSchema })
    .optional()
    .describe('Ready is: a first answer was given; later is too late (default 30s).'),
  prepare: z.string().optional().describe('Shell, once, in {{dir}}, before the first boot.'),
  stop: z
    .strictObject({
      signal: z.enum(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']).optional(),
      within: durationSchema.optional(),
    })
    .optional()
    .describe('How it is asked to end (default: SIGTERM, 10s).'),
  kill: z.enum(['process', 'group']).optional().describe('What a crash takes with it.'),
  processes: z
    .enum(['one', 'per-agent'])
    .optional()
    .describe('stdio: one for all agents, or one each, with the same {{dir}}.'),
  headers: headersSchema.optional().describe('Sent with every request; {{env.NAME}} keeps a secret out of all files.'),
  principals: z
    .array(z.strictObject({ headers: headersSchema }))
    .min(1)
    .optional()
    .describe('Two owners or more, for checks of isolation; left out: each agent has a bearer token of its own.'),
});

const toolSchema = z.strictObject({
  name: z.string().min(1).describe('As the server calls it.'),
  arguments: argumentsSchema.optional().describe('With placeholders: {{token}}, {{ms}}.'),
  takes: durationSchema.optional().describe('How long the work takes.'),
  key: z.string().optional().describe('The argument that carries an idempotency key.'),
});

const statusSchema = z.strictObject({
  tool: z.string().min(1),
  arguments: argumentsSchema,
  state: expressionSchema,
  completed: z.array(patternSchema).min(1),
  failed: z.array(patternSchema).optional(),
  cancelled: z.array(patternSchema).optional(),
  asking: z.array(patternSchema).optional().describe('States in which a job waits for an answer.'),
  questions: expressionSchema.optional().describe('What it asks, by key; left out: one question without a key.'),
  otherwise: z.enum(STATUSES).optional().describe('What a reply without a state means.'),
  keep: z
    .record(z.string(), expressionSchema)
    .optional()
    .describe('Values of the reply, as placeholders for later calls.'),
  result: expressionSchema.optional(),
  missing: z
    .strictObject({
      states: z.array(patternSchema).optional(),
      path: expressionSchema.optional(),
      error: z.string().optional(),
    })
    .optional(),
});

const handleSchema = z.strictObject({
  start: z.strictObject({
    tool: z.string().min(1),
    arguments: argumentsSchema.optional(),
    takes: durationSchema.optional(),
    failing: argumentsSchema.optional().describe('Arguments with which the work ends in a failure.'),
    asking: argumentsSchema.optional().describe('Arguments with which the work asks for input before it ends.'),
    id: expressionSchema,
    key: z.string().optional(),
  }),
  status: statusSchema,
  result: z
    .strictObject({
      tool: z.string().min(1),
      arguments: argumentsSchema.optional(),
      value: expressionSchema.optional(),
    })
    .optional(),
  answer: z
    .strictObject({
      tool: z.string().min(1),
      arguments: argumentsSchema,
      by_key: z.string().optional().describe('The argument that takes the answers by the keys of their questions.'),
      each: argumentsSchema.optional().describe('The answer to one question.'),
    })
    .optional(),
  wait: statusSchema
    .partial()
    .required({ tool: true })
    .optional()
    .describe('A long poll; keys left out are as in status.'),
  cancel: z
    .strictObject({
      tool: z.string().min(1),
      arguments: argumentsSchema,
      accepted: expressionSchema.optional(),
      // biome-ignore lint/suspicious/noThenProperty: the published format has this key; the object is never awaited.
      then: z.literal('missing').optional(),
    })
    .optional(),
});

export const profileSchema = z.strictObject({
  requires: z
    .strictObject({ node: z.string().optional(), env: z.array(z.string()).optional() })
    .optional()
    .describe('Not met: nothing is run, and every verdict is unknown and says so.'),
  target: targetSchema.optional(),
  dialect: z
    .enum(['auto', 'blocking', 'grace', 'handle', 'tasks-2025-11-25', 'tasks-2026-07-28'])
    .optional()
    .describe('What the server speaks; auto (the default): found out.'),
  setup: z
    .array(z.strictObject({ tool: z.string().min(1), arguments: argumentsSchema.optional() }))
    .optional()
    .describe('Called after the handshake of every boot.'),
  tools: z
    .strictObject({
      work: toolSchema.optional(),
      failing: toolSchema.optional(),
      quick: toolSchema.optional(),
      asking: toolSchema
        .extend({ answer: argumentsSchema.optional().describe('The content of the answer to its question.') })
        .optional(),
    })
    .optional(),
  handle: handleSchema.optional(),
  effects: z
    .strictObject({
      file: z.string().min(1).optional().describe('Lines { "token": …, "phase": "begin" or "commit" }, one an effect.'),
      stream: z.string().optional(),
      snapshot: z.string().optional(),
      http: z.string().optional(),
      delivery: z
        .enum(['exactly-once', 'at-least-once'])
        .optional()
        .describe('at-least-once: doubled effects are counted and are no violation.'),
    })
    .optional()
    .describe(
      'Its work leaves a trace of its own: an empty mapping where it writes to the file that CLAIMCHECK_LEDGER names.',
    ),
  echo: expressionSchema.optional().describe('Where the token must come back in a result.'),
  state: z
    .strictObject({
      durable: z.boolean().optional().describe('What it has a receipt for outlives a restart (default: true).'),
      scope: z
        .enum(['session', 'process', 'principal', 'server'])
        .optional()
        .describe('Who can reach a task again; without it isolation is not judged.'),
      wipe: z.string().optional(),
    })
    .optional(),
});

/** The JSON Schema of a profile, for editors and for publication. */
export function profileJsonSchema(): Readonly<Record<string, unknown>> {
  return { title: 'Claimcheck profile', ...z.toJSONSchema(profileSchema, { io: 'input' }) };
}
