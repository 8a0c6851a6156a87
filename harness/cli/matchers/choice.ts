import { z } from 'zod';
import { UsageError } from '../../model/usage-error.ts';

// Types that a test sees stand here, apart from what needs those of Node.

const serverSchema = z
  .strictObject({
    /** Starts it, over stdio, or over HTTP together with `url`. */
    server: z.string().optional(),
    /** Where it listens; alone: it is already running, and is not killed. */
    url: z.string().optional(),
    /** A file that describes it. */
    profile: z.string().optional(),
    /** A file that exports createServer: it is run in virtual time. */
    module: z.string().optional(),
    /** The tool that does the work, where there is no profile, and its arguments. */
    tool: z.string().optional(),
    arguments: z.record(z.string(), z.unknown()).optional(),
    dialect: z.string().optional(),
    transport: z.enum(['stdio', 'http']).optional(),
  })
  .refine(({ server, url, profile, module }) => [server, url, profile, module].some((one) => one !== undefined), {
    message: 'expected one of server, url, profile, module',
  });

/** A server as a test names it: the options of the command line, by their names. */
export type ServerUnderTest = Readonly<z.input<typeof serverSchema>>;

const choiceSchema = z.strictObject({
  seed: z.number().int().min(0).optional(),
  agents: z.number().int().min(1).optional(),
  /** Changes to the scenario, as `--set` takes them: ['calls=300']. */
  set: z.array(z.string()).optional(),
  /** As `--fault` takes them: ['F5=0.2']. */
  fault: z.array(z.string()).optional(),
  /** Limits of one's own: ['detection-lag.p95 < 800ms']. */
  threshold: z.array(z.string()).optional(),
  /** Folder for the runs; a run that passed is removed, others stay as evidence. Default: reports/out/vitest. */
  out: z.string().optional(),
  /** Keep runs that passed, too. */
  keep: z.boolean().optional(),
  /** Ends the run early: the `signal` of a test's context. */
  signal: z.instanceof(AbortSignal).optional(),
});

/** What is changed about a scenario, and where its run goes. */
export type RunChoice = Readonly<z.input<typeof choiceSchema>>;

/** The same where a matcher has something else to say first. */
export interface ScenarioChoice extends RunChoice {
  /** Default: steady, where nothing goes wrong. */
  readonly scenario?: string;
}

/** Throws a UsageError for what names no server, or has a word too many: a slip must not test another server. */
export function parseServer(received: unknown): ServerUnderTest {
  return parsed(serverSchema, received, 'The server');
}

export function parseChoice(given: unknown): RunChoice {
  return parsed(choiceSchema, given ?? {}, 'The options');
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw new UsageError(`${what}${place === '' ? '' : `, ${place}`}: ${issue?.message ?? 'not understood'}`);
}
