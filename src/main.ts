import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { type Config, type ConfigInput, completeConfig, parseConfig, withPathsFrom } from './config.ts';
import { dialects } from './dialects/index.ts';
import { QUEUES } from './queues/index.ts';
import { createServer, type Server, type ServerOptions } from './server.ts';
import { ENGINES } from './stores/connection.ts';
import { STORES } from './stores/index.ts';
import { createLog } from './telemetry/log.ts';
import { TOOL_SET_NAMES } from './tools/index.ts';
import { EXIT_FAULT, EXIT_USAGE, messageOf, UsageError } from './usage-error.ts';
import { VERSION } from './version.ts';

const STDIN_END_DRAIN_MS = 1_000; // The host is gone or about to kill us; what is nearly done may still end.

/** How a server is put together, out of what the flags said; another program may add parts of its own. */
export type Create = (options: ServerOptions) => Promise<Server>;

/**
 * Serves until a signal or the end of the conversation; `args` are what follows the program's name. Returns the exit code: 0
 * after a clean end, 64 for bad usage. Says one line on stderr when clients can connect; stdout is the protocol's.
 */
export async function main(args: readonly string[], create: Create = createServer): Promise<number> {
  const program = createProgram();
  try {
    program.parse(args, { from: 'user' });
    const config = await readConfig(program.opts<Flags>());
    return await serve(config, create);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE; // It has said what is wrong.
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT_USAGE;
  }
}

interface Flags {
  readonly config?: string;
  readonly store?: string;
  readonly data?: string;
  readonly storeUrl?: string;
  readonly storePrefix?: string;
  readonly poolMax?: number;
  readonly queue?: string;
  readonly queueUrl?: string;
  readonly dialect?: string;
  readonly tools?: Config['server']['tools'];
  readonly schema?: Config['server']['schema'];
  readonly grace?: number;
  readonly release?: string;
  readonly role?: Config['execution']['role'];
  readonly sessions?: Config['transport']['sessions'];
  readonly transport?: 'stdio' | 'http';
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly maxConcurrency?: number;
  readonly queueMax?: number;
  readonly sla?: number;
  readonly ttl?: number;
  readonly lease?: number;
  readonly sweep?: number;
  readonly drain?: number;
  readonly breaker?: number;
  readonly breakerOpen?: number;
  readonly pollInterval?: number;
  readonly pollLimit?: number;
  readonly pollBurst?: number;
  readonly callbacksPrivate?: true;
  readonly metrics?: true;
  readonly logLevel?: Config['observability']['logLevel'];
}

/** A secret has no place on a command line, where everybody on the machine can read it. */
const SECRET_VARIABLE = 'CLAIMCHECK_WEBHOOK_SECRET';

const VARIABLES = Object.values(ENGINES)
  .map(({ variable }) => variable)
  .join(', ');

/** Its options, for whoever parses or prints them. */
export function createProgram(): Command {
  return new Command('claimcheck serve')
    .description(
      'An asynchronous MCP server: calls answer with a receipt, results are fetched later and survive a crash.',
    )
    .version(VERSION)
    .option('--config <file>', 'YAML or JSON; what else is given here goes over it')
    .option('--store <name>', `where tasks live: ${Object.keys(STORES).join(', ')}`)
    .option('--data <directory>', 'where the store keeps its files')
    .option(
      '--store-url <url>',
      `the engine of a store that has one; several with commas for failover; also ${VARIABLES}`,
    )
    .option('--store-prefix <name>', 'stands before every name the store makes there; also CLAIMCHECK_PREFIX')
    .option('--pool-max <number>', 'connections to it at most', toNumber)
    .option('--queue <name>', `who runs the work: ${Object.keys(QUEUES).join(', ')}`)
    .option('--queue-url <url>', 'the engine of such a queue; default: the store’s, when it is of the same kind')
    .option('--dialect <name>', `how clients talk to it: ${Object.keys(dialects).join(', ')}`)
    .option('--tools <set>', `which operations it offers: ${TOOL_SET_NAMES.join(', ')}`)
    .option('--schema <mode>', 'what tools/list tells: explicit, or bare: names and types alone')
    .option('--grace <ms>', 'dialect grace: a call waits so long for its result before it gets a receipt', toNumber)
    .option('--release <label>', 'which deployment this is, where several share a store')
    .option('--role <role>', 'both; server: leaves the work to others on the store; worker: only runs work')
    .option('--transport <kind>', 'stdio or http')
    .option('--sessions <kind>', 'over HTTP: memory, or signed, which every process on the state directory can read')
    .option('--host <address>', 'where to listen')
    .option('--port <number>', '0: the system picks one', toNumber)
    .option('--path <path>', 'where clients post to')
    .option('--max-concurrency <number>', 'tasks that run at a time', toNumber)
    .option('--queue-max <number>', 'tasks that may wait beyond those', toNumber)
    .option('--sla <seconds>', 'after this long a task is ended as failed', toNumber)
    .option('--ttl <seconds>', 'how long results are kept, counted from the call', toNumber)
    .option('--lease <ms>', 'a worker silent for so long is taken for lost', toNumber)
    .option('--sweep <ms>', 'how often it looks for what is due: that is done at most so late', toNumber)
    .option('--drain <seconds>', 'time for running work when the server is told to stop', toNumber)
    .option('--breaker <failures>', 'a tool that fails so often in a row is left alone; default: never', toNumber)
    .option('--breaker-open <ms>', 'after this long one call of it is let through', toNumber)
    .option('--poll-interval <ms>', 'what clients are told to wait between polls', toNumber)
    .option('--poll-limit <number>', 'polls a second that one caller may send; default: no limit', toNumber)
    .option('--poll-burst <number>', 'polls of one caller that may come at once after a pause', toNumber)
    .option('--callbacks-private', `callbacks may go to private addresses; ${SECRET_VARIABLE} switches them on`)
    .option('--metrics', 'show Prometheus metrics at /metrics')
    .option('--log-level <level>', 'debug, info, warn, error, silent')
    .exitOverride();
}

function toNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.');
  return value;
}

async function readConfig(flags: Flags): Promise<Config> {
  const base = flags.config === undefined ? completeConfig({}) : await readConfigFile(flags.config);
  const { server, transport, state, execution, polling, callbacks, observability } = base;
  const { logLevel, metrics } = flags;
  const connection = given({ url: flags.storeUrl, prefix: flags.storePrefix, poolMax: flags.poolMax });
  const input: ConfigInput = {
    server: {
      ...server,
      ...given({ dialect: flags.dialect, tools: flags.tools, schema: flags.schema }),
      ...given({ graceMs: flags.grace, release: flags.release }),
    },
    transport: {
      ...transport,
      ...given({ kind: flags.transport, host: flags.host, port: flags.port, path: flags.path }),
      ...given({ sessions: flags.sessions }),
    },
    state: {
      ...state,
      ...given({ store: flags.store, directory: flags.data, ttlSeconds: flags.ttl }),
      connection: { ...state.connection, ...connection },
    },
    execution: {
      ...execution,
      ...given({
        role: flags.role,
        queue: flags.queue,
        maxConcurrency: flags.maxConcurrency,
        queueMax: flags.queueMax,
      }),
      ...given({ slaSeconds: flags.sla, leaseMs: flags.lease, sweepMs: flags.sweep, drainSeconds: flags.drain }),
      ...given({ breakerFailures: flags.breaker, breakerOpenMs: flags.breakerOpen }),
      connection: { ...execution.connection, ...given({ url: flags.queueUrl }) },
    },
    polling: {
      ...polling,
      ...given({ intervalMs: flags.pollInterval, perSecondMax: flags.pollLimit, burst: flags.pollBurst }),
    },
    callbacks: {
      ...callbacks,
      ...given({ allowPrivate: flags.callbacksPrivate, secret: process.env[SECRET_VARIABLE] || undefined }),
      ...(process.env.CLAIMCHECK_WEBHOOK_ALLOW_PRIVATE === '1' && { allowPrivate: true }),
    },
    observability: { ...observability, ...given({ logLevel, metrics }) },
  };
  return completeConfig(input);
}

async function readConfigFile(path: string): Promise<Config> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`Cannot read the configuration ${path}: ${messageOf(cause)}`, { cause });
  }
  return withPathsFrom(parseConfig(text, path), dirname(path));
}

/** What was given on the command line, without what was not. */
function given<Fields extends object>(fields: Fields): Partial<Fields> {
  const kept: Partial<Fields> = { ...fields };
  for (const key of Object.keys(fields)) if (Reflect.get(kept, key) === undefined) Reflect.deleteProperty(kept, key);
  return kept;
}

async function serve(config: Config, create: Create): Promise<number> {
  const log = createLog(config.observability.logLevel);
  await using server = await create({ config, log });
  // Nobody who waits for a task may lose it because of another's: what nobody caught is said, and the server goes on.
  const onRejection = (reason: unknown) =>
    log.error({ error: messageOf(reason) }, 'a promise nobody waited for failed');
  process.on('unhandledRejection', onRejection);
  try {
    const asked = signalled();
    await server.start();
    if (server.url !== undefined) process.stderr.write(`claimcheck: listening on ${server.url}\n`);
    const why = await Promise.race([asked, server.closed.then(() => 'closed' as const)]);
    await server.stop(why === 'closed' ? STDIN_END_DRAIN_MS : undefined);
    return 0;
  } finally {
    process.off('unhandledRejection', onRejection);
  }
}

/** Resolves at the first SIGTERM or SIGINT; the second one ends the process at once, as if nobody listened. */
function signalled(): Promise<'signalled'> {
  return new Promise((resolve) => {
    const onSignal = () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
      resolve('signalled');
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
  });
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

function isProgram(): boolean {
  const started = process.argv[1];
  return started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url);
}

/** `main` as a whole process: ends it with the exit code, and says what to do when the fault is our own. */
export function runProgram(args: readonly string[], create: Create = createServer): void {
  main(args, create).then(
    (code) => process.exit(code),
    (error: unknown) => {
      const stack = error instanceof Error ? error.stack : undefined;
      process.stderr.write(`${stack ?? messageOf(error)}\nThis is a fault of claimcheck: please report it.\n`);
      process.exit(EXIT_FAULT);
    },
  );
}

if (isProgram()) runProgram(process.argv.slice(2));
