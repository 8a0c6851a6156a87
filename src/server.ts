import type { Readable, Writable } from 'node:stream';
import { createCallbackChannel } from './callback-sender.ts';
import { type Config, type ConfigInput, completeConfig } from './config.ts';
import type { CreateDialect, Dialect } from './dialects/dialect.ts';
import { detailedTask } from './dialects/modern-task.ts';
import { createPollLimit, withPollLimit } from './dialects/poll-limit.ts';
import { limitsOf, rulesOf, servedTimes } from './limits.ts';
import type { TaskQueue } from './queues/queue.ts';
import { createReadiness } from './readiness.ts';
import { openFoundation, type ServerFoundation } from './server-parts.ts';
import type { TaskStore } from './stores/store.ts';
import type { CallbackSender } from './tasks/callbacks.ts';
import { createServerClock, type ServerClock } from './tasks/clock.ts';
import { createTaskEngine } from './tasks/engine.ts';
import type { TaskEngine } from './tasks/task-engine.ts';
import { watchAlerts } from './telemetry/alert-watch.ts';
import { createLog, type ServerLog } from './telemetry/log.ts';
import { createServerMetrics, type ServerMetrics } from './telemetry/metrics.ts';
import { meterStore } from './telemetry/store-meter.ts';
import { createTools } from './tools/index.ts';
import type { EffectLedger, Tool } from './tools/tool.ts';
import { openTransport } from './transport-choice.ts';
import type { Authenticate, Transport } from './transports/index.ts';
import { messageOf } from './usage-error.ts';
import { VERSION } from './version.ts';

export type { Config, ConfigInput } from './config.ts';
export type { CreateDialect, Dialect, JsonRpcMessage, RequestContext } from './dialects/dialect.ts';
export type { TaskQueue } from './queues/queue.ts';
export type { TaskStore } from './stores/store.ts';
export type { ServerClock } from './tasks/clock.ts';
export type { InputRequests } from './tasks/input-methods.ts';
export { RpcFailure } from './tasks/rpc-failure.ts';
export type {
  InputAnswer,
  InputMethod,
  InputRequest,
  Outcome,
  TaskInput,
  TaskRecord,
  ToolResult,
} from './tasks/task.ts';
export type { SubmitAnswer, SubmitRequest, TaskEngine } from './tasks/task-engine.ts';
export { createTools } from './tools/index.ts';
export type { EffectLedger, Questions, Tool, ToolContext } from './tools/tool.ts';

/** Everything may be left out: then it is an HTTP server on a free port of this machine, over SQLite in `.claimcheck`. */
export interface ServerOptions {
  readonly config?: ConfigInput;
  /** The operations it offers. Default: the set that the configuration names. */
  readonly tools?: ReadonlyMap<string, Tool>;
  /** Who a caller over HTTP is. Default: every bearer token is a principal of its own. */
  readonly authenticate?: Authenticate;
  readonly log?: ServerLog;
  /** Where it counts. Default: in series of its own, for Prometheus. */
  readonly metrics?: ServerMetrics;
  readonly clock?: ServerClock;
  /** Where stdio talks. Default: the process's own pipes. */
  readonly pipes?: { readonly input: Readable; readonly output: Writable };
  /** Instances in place of what the configuration names. The server closes a queue given here, never a store or a ledger. */
  readonly store?: TaskStore;
  readonly queue?: TaskQueue;
  readonly dialect?: CreateDialect;
  readonly effects?: EffectLedger;
  /** Signs what clients have to bring back, 32 bytes. Default: the store's own, else a file of the state directory, or made anew. */
  readonly secret?: () => Uint8Array;
  /** Something around a part, whatever it is: each gets the part and gives back what is used in its place. */
  readonly wrap?: ServerWraps;
}

export interface ServerWraps {
  readonly store?: (store: TaskStore) => TaskStore;
  readonly queue?: (queue: TaskQueue) => TaskQueue;
  readonly effects?: (effects: EffectLedger) => EffectLedger;
  readonly engine?: (engine: TaskEngine) => TaskEngine;
  readonly callbacks?: (callbacks: CallbackSender) => CallbackSender;
  readonly dialect?: (dialect: Dialect) => Dialect;
  readonly transport?: (transport: Transport) => Transport;
}

export interface Server extends AsyncDisposable {
  /** Recovers what an earlier process left, then lets clients in. Throws a UsageError when it cannot listen. */
  start(): Promise<void>;
  /** Takes no more work, gives running work time to finish, lets the clients go. Default time: execution.drainSeconds. */
  stop(withinMs?: number): Promise<void>;
  /** Where clients connect; undefined before `start` and for other transports than HTTP. */
  readonly url: string | undefined;
  /** Settles when the client ended the conversation (stdio) or the server was stopped. */
  readonly closed: Promise<void>;
  /** For callers in the same process: `dialect.handle` answers one message. */
  readonly dialect: Dialect;
  readonly engine: TaskEngine;
  readonly metrics: ServerMetrics;
}

/** Puts a server together. Nothing is bound to a port or taken up before `start`. */
export async function createServer(options: ServerOptions = {}): Promise<Server> {
  const config = completeConfig(options.config ?? {});
  const { wrap = {}, clock = createServerClock(), tools = createTools(config.server.tools) } = options;
  const log = options.log ?? createLog(config.observability.logLevel);
  const foundation = await openFoundation(config, { ...options, log });
  const { queue, effects, createDialect, secret, usageFile } = foundation;
  const { store, usage } = meterStore(foundation.store, usageFile && ((current) => usageFile.write(current())));
  const metrics =
    options.metrics ??
    createServerMetrics({
      load: () => queue.load(),
      storeUsage: usage,
      now: () => clock.now(),
      windowMs: config.observability.alerts.windowSeconds * 1_000,
    });
  const limits = limitsOf(config);
  const { role } = config.execution;
  const { isQueueShared } = foundation;
  const { release } = config.server;
  const base = { store, queue, isQueueShared, release, effects, tools, clock, log, limits };
  const callbacks = createCallbackChannel({
    config: config.callbacks,
    now: () => clock.now(),
    show: (task) => face.show?.(task) ?? detailedTask(task),
  });
  const plain = createTaskEngine({
    callbacks: callbacks && (wrap.callbacks?.(callbacks.sender) ?? callbacks.sender),
    ...base,
    role,
    observe: metrics.observe,
  });
  const engine = wrap.engine?.(plain) ?? plain;
  const face = createDialect({
    engine,
    tools,
    secret,
    now: () => clock.now(),
    clock,
    graceMs: config.server.graceMs,
    ...(callbacks && { refusedCallback: callbacks.refused }),
    serverInfo: { name: config.server.name, version: versionOf(config) },
    schema: config.server.schema,
    served: servedTimes(limits),
    instructions: config.server.instructions ?? (config.server.schema === 'bare' ? undefined : INSTRUCTIONS),
    onError: (error) => log.error({ error: messageOf(error) }, 'dialect'),
  });
  const { perSecondMax: perSecond, burst } = config.polling;
  const limit =
    perSecond === undefined ? undefined : createPollLimit({ perSecond, burst, elapsed: () => clock.elapsed() });
  const limited = withPollLimit(face, limit, metrics.poll);
  const dialect = wrap.dialect?.(limited) ?? limited;
  return assemble({ config, engine, dialect, metrics, log, clock, foundation }, options);
}

/** Build metadata, as semantic versions write it: another deployment of the same version. */
function versionOf({ server: { release } }: Config): string {
  return release === undefined ? VERSION : `${VERSION}+${release}`;
}

interface ServerParts {
  readonly config: Config;
  readonly engine: TaskEngine;
  readonly dialect: Dialect;
  readonly metrics: ServerMetrics;
  readonly log: ServerLog;
  readonly clock: ServerClock;
  readonly foundation: ServerFoundation;
}

function assemble(parts: ServerParts, options: ServerOptions): Server {
  const { config, engine, dialect, metrics, log, clock, foundation } = parts;
  const gate = createGate(dialect);
  let isOpen = false;
  let stopped: Promise<void> | undefined;
  let stopAlerts = () => {};
  const { authenticate, pipes } = options;
  const { secret } = foundation;
  const plain = openTransport({
    ...parts,
    secret,
    dialect: gate.dialect,
    authenticate,
    pipes,
    isHealthy: () => isOpen,
    isReady: createReadiness(() => isOpen, foundation.store),
  });
  const transport = options.wrap?.transport?.(plain) ?? plain;

  async function stop(withinMs: number): Promise<void> {
    isOpen = false;
    gate.open(); // A start that failed lets its callers go; a server that goes down refuses them itself.
    stopAlerts();
    try {
      // Clients may fetch their results for as long as the rest is finishing.
      await engine.drain(withinMs);
      await transport.close();
    } finally {
      await engine[Symbol.asyncDispose]();
      await foundation[Symbol.asyncDispose]();
    }
  }
  const stopOnce = (withinMs = config.execution.drainSeconds * 1_000) => {
    stopped ??= stop(withinMs);
    return stopped;
  };

  async function start(): Promise<void> {
    try {
      // The port first: who cannot have it must not have touched the work of who has it.
      await transport.start();
      await engine.start();
      gate.open();
    } catch (error) {
      await stopOnce(0);
      throw error;
    }
    isOpen = true;
    stopAlerts = watchAlerts({
      metrics,
      log,
      clock,
      rules: rulesOf(config),
    });
  }

  return new AssembledServer({ dialect, engine, metrics, transport, start, stop: stopOnce });
}

interface AssembledParts extends Pick<Server, 'dialect' | 'engine' | 'metrics' | 'start' | 'stop'> {
  readonly transport: Transport;
}

class AssembledServer implements Server {
  readonly dialect: Dialect;
  readonly engine: TaskEngine;
  readonly metrics: ServerMetrics;
  readonly start: Server['start'];
  readonly stop: Server['stop'];
  readonly #transport: Transport;

  constructor(parts: AssembledParts) {
    this.dialect = parts.dialect;
    this.engine = parts.engine;
    this.metrics = parts.metrics;
    this.start = parts.start;
    this.stop = parts.stop;
    this.#transport = parts.transport;
  }

  get url(): string | undefined {
    return this.#transport.url;
  }

  get closed(): Promise<void> {
    return this.#transport.closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop(0);
  }
}

/** Keeps messages waiting until the engine has recovered what an earlier process left. */
function createGate(dialect: Dialect): { readonly dialect: Dialect; open(): void } {
  let isOpen = false;
  let letIn = () => {};
  const opened = new Promise<void>((resolve) => {
    letIn = resolve;
  });
  const open = () => {
    isOpen = true;
    letIn();
  };
  // Nearly every message comes after that, and waits for nothing.
  const handle: Dialect['handle'] = (message, context) =>
    isOpen ? dialect.handle(message, context) : opened.then(() => dialect.handle(message, context));
  const { takeReply } = dialect;
  if (takeReply === undefined) return { dialect: { meta: dialect.meta, handle }, open };
  const takeLater: typeof takeReply = async (late) => {
    await opened;
    return takeReply(late);
  };
  return { dialect: { meta: dialect.meta, handle, takeReply: takeLater }, open };
}

const INSTRUCTIONS =
  'Calls answer with a receipt and the result is fetched later: read the state of the task until it is final, then go on with the call it belongs to. Send an idempotency_key, and a call may safely be sent again.';
