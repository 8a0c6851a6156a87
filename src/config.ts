import { resolve } from 'node:path';
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { SCHEMA_MODES } from './dialects/schema-mode.ts';
import { connectionSchema, queueConnectionSchema } from './stores/connection.ts';
import { LOG_LEVELS } from './telemetry/log.ts';
import { TOOL_SET_NAMES } from './tools/index.ts';
import { nearestName, UsageError } from './usage-error.ts';

const seconds = z
  .number()
  .positive()
  .max(86_400 * 365);
const milliseconds = z.int().min(1).max(3_600_000);
const ratio = z.number().min(0).max(1);

/** The whole configuration of the server: every section and every field may be left out. */
export const configSchema = z.strictObject({
  server: z
    .strictObject({
      name: z.string().min(1).default('claimcheck'),
      /** What clients are told of the server as a whole; left out: in explicit mode our own words, in bare mode nothing. */
      instructions: z.string().optional(),
      dialect: z.string().min(1).default('tasks-2026-07-28'),
      /** Which operations it offers: work, or what the official conformance suite of MCP calls. */
      tools: z.enum(TOOL_SET_NAMES).default('work'),
      /** What tools/list tells: names and types alone (bare), or everything an agent has to know (explicit). */
      schema: z.enum(SCHEMA_MODES).default('explicit'),
      /** In the dialect `grace`: how long a call waits for its result before it is answered with a receipt. */
      graceMs: z.int().min(0).max(60_000).default(2_000),
      /** Which deployment this is, where several share a store: stands behind the version and in what it writes. */
      release: z
        .string()
        .regex(/^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$/, 'expected at most 32 letters, digits, dots and hyphens')
        .optional(),
    })
    .prefault({}),
  transport: z
    .strictObject({
      kind: z.enum(['stdio', 'http', 'none']).default('http'),
      host: z.string().min(1).default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(0),
      path: z.string().startsWith('/').default('/mcp'),
      /** memory: a session belongs to the process that opened it. signed: any process on the same state directory knows it. */
      sessions: z.enum(['memory', 'signed']).default('memory'),
      allowedHosts: z.array(z.string()).optional(),
      allowedOrigins: z.array(z.string()).optional(),
    })
    .prefault({}),
  state: z
    .strictObject({
      store: z.string().min(1).default('sqlite'),
      directory: z.string().min(1).default('.claimcheck'),
      /** How stores on an engine of their own reach it. */
      connection: connectionSchema.prefault({}),
      /** How long results are kept, counted from the call. */
      ttlSeconds: seconds.default(86_400),
      ttlSecondsMax: seconds.default(7 * 86_400),
    })
    .prefault({}),
  execution: z
    .strictObject({
      /** server: takes calls and answers, and leaves the work to others on the same store. worker: only runs work. */
      role: z.enum(['both', 'server', 'worker']).default('both'),
      queue: z.string().min(1).default('local'),
      connection: queueConnectionSchema.prefault({}),
      maxConcurrency: z.int().min(1).max(10_000).default(50),
      queueMax: z.int().min(0).max(1_000_000).default(1_000),
      slaSeconds: seconds.max(86_400).default(120),
      leaseMs: milliseconds.min(100).default(10_000),
      sweepMs: milliseconds.min(10).default(250),
      drainSeconds: z.number().min(0).max(3_600).default(10),
      /** A tool that fails so often in a row is left alone; left out: never. */
      breakerFailures: z.int().min(1).max(1_000).optional(),
      /** After this long one call of it is let through. */
      breakerOpenMs: milliseconds.default(5_000),
    })
    .prefault({}),
  polling: z
    .strictObject({
      intervalMs: milliseconds.default(500),
      /** Polls a second that one caller may send; left out: as many as it likes. */
      perSecondMax: z.number().positive().max(1_000_000).optional(),
      /** Polls of one caller that may come at once after a pause. */
      burst: z.int().min(1).max(1_000_000).default(20),
    })
    .prefault({}),
  /** How the end of tasks is told to where their callers want to hear of it; without a secret nobody is told. */
  callbacks: z
    .strictObject({
      /** `whsec_` and the base64 of 24 to 64 bytes, shared with the receivers. */
      secret: z
        .string()
        .regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, 'expected whsec_ and the base64 of 24 to 64 bytes')
        .optional(),
      /** Private and local addresses may be called. */
      allowPrivate: z.boolean().default(false),
      timeoutMs: milliseconds.max(20_000).default(10_000),
    })
    .prefault({}),
  observability: z
    .strictObject({
      logLevel: z.enum(LOG_LEVELS).default('info'),
      metrics: z.boolean().default(false),
      alerts: z
        .strictObject({
          failureRatioMax: ratio.default(0.05),
          /** Seconds from call to end, on the average; left out: the SLA. */
          meanSecondsMax: seconds.optional(),
          endedCountMin: z.int().min(1).default(20),
          waitingRatioMax: ratio.default(0.8),
          windowSeconds: seconds.default(300),
        })
        .prefault({}),
    })
    .prefault({}),
});

export type Config = z.output<typeof configSchema>;
export type ConfigInput = z.input<typeof configSchema>;

/** Reads a configuration in YAML or JSON; `name` is what messages call it. Throws a UsageError with every problem and its line. */
export function parseConfig(text: string, name: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [fault] = document.errors;
  if (fault !== undefined) {
    throw new UsageError(`${name}:${lines.linePos(fault.pos[0]).line}: ${fault.message}`);
  }
  const parsed = configSchema.safeParse(document.toJS() ?? {});
  if (parsed.success) return parsed.data;
  const lineOf = (path: readonly PropertyKey[]) => {
    const offset = offsetOf(document, path);
    return offset === undefined ? 1 : lines.linePos(offset).line;
  };
  const problems = parsed.error.issues.flatMap((issue) =>
    problemsOf(issue).map(({ path, message }) => `${name}:${lineOf(path)}: ${message}`),
  );
  throw new UsageError(problems.join('\n'));
}

/** The defaults, with `input` over them. Throws a UsageError that names each problem by its path. */
export function completeConfig(input: ConfigInput): Config {
  const parsed = configSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new UsageError(
    parsed.error.issues.flatMap((issue) => problemsOf(issue).map(({ message }) => message)).join('\n'),
  );
}

/** Files and folders next to the configuration file, wherever the server is started from. */
export function withPathsFrom(config: Config, base: string): Config {
  const { state, execution } = config;
  return {
    ...config,
    state: { ...state, directory: resolve(base, state.directory), connection: withCaFrom(state.connection, base) },
    execution: { ...execution, connection: withCaFrom(execution.connection, base) },
  };
}

function withCaFrom<Connection extends { caFile?: string | undefined }>(connection: Connection, base: string) {
  return connection.caFile === undefined ? connection : { ...connection, caFile: resolve(base, connection.caFile) };
}

/** Where the key that a path ends with is written; where it is missing, the nearest key above it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const parent: unknown = document.getIn(path.slice(0, length - 1), true);
    if (!isMap(parent)) continue;
    const name = String(path[length - 1]);
    const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === name);
    if (isScalar(pair?.key) && pair.key.range) return pair.key.range[0];
  }
  return undefined;
}

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function problemsOf(issue: z.core.$ZodIssue): readonly Problem[] {
  const where = issue.path.map(String).join('.');
  if (issue.code !== 'unrecognized_keys') {
    return [{ path: issue.path, message: `${where === '' ? 'configuration' : where}: ${issue.message}` }];
  }
  const known = keysAt(issue.path);
  return issue.keys.map((key) => {
    const near = nearestName(key, known);
    const hint = near === undefined ? '' : ` Did you mean '${near}'?`;
    const place = where === '' ? '' : ` in ${where}`;
    return { path: [...issue.path, key], message: `unknown key '${key}'${place}; known: ${known.join(', ')}.${hint}` };
  });
}

/** The keys that the schema knows at a path. */
function keysAt(path: readonly PropertyKey[]): readonly string[] {
  let properties = objectSchema.parse(z.toJSONSchema(configSchema, { io: 'input' })).properties;
  for (const key of path) properties = objectSchema.parse(properties[String(key)]).properties;
  return Object.keys(properties);
}

const objectSchema = z.object({ properties: z.record(z.string(), z.unknown()) });
