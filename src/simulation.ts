/** This server for a simulator that runs it in its own thread and virtual time, kills it there and starts it again. */
import type { ConfigInput } from './config.ts';
import { createServer as createWholeServer, type RequestContext, type ServerOptions } from './server.ts';
import { createStateSecret } from './state-secret.ts';
import { openSimulatedStore } from './stores/simulated.ts';
import { createSilentLog } from './telemetry/log.ts';
import { createSilentMetrics } from './telemetry/metrics.ts';
import type { EffectLedger } from './tools/tool.ts';

/** What a simulator gives each boot. */
export interface Simulation {
  /** A folder that outlives boots. */
  readonly directory: string;
  /** 1, 2 …: which incarnation this is. */
  readonly boot: number;
  /** Survives kills. */
  readonly disk: Map<string, unknown>;
  readonly ledger: { begin(token: string): void; commit(token: string): void };
  /** The way to the store: takes virtual time, and fails while the store is in trouble. */
  readonly storage: StorageLink;
  /** store, queue, dialect, schema, concurrency, pollsPerSecond, breakerFailures, and times: ttlMs, slaMs, leaseMs, sweepMs, pollIntervalMs, graceMs, breakerOpenMs. */
  readonly options: Readonly<Record<string, string>>;
}

export interface StorageLink {
  before(kind: 'read' | 'write'): Promise<void>;
  after(kind: 'read' | 'write'): Promise<void>;
}

export interface SimulatedServer {
  handle(message: Parameters<Handle>[0], context: RequestContext): ReturnType<Handle>;
  stop(): Promise<void>;
}

type Handle = Awaited<ReturnType<typeof createWholeServer>>['dialect']['handle'];

/** The server of one boot, ready for messages. `more` puts parts of one's own into it, as createServer of server.ts takes them. */
export async function createServer(simulation: Simulation, more: ServerOptions = {}): Promise<SimulatedServer> {
  const store = await openSimulatedStore(simulation.options.store ?? 'modelled', simulation);
  const server = await createWholeServer({
    store,
    effects: createOutsideWorld(simulation),
    secret: secretOf(simulation),
    log: createSilentLog(),
    metrics: createSilentMetrics(),
    ...more,
    config: configOf(simulation),
  });
  await server.start();
  return {
    handle: (message, context) => server.dialect.handle(message, context),
    async stop() {
      await server.stop();
      await store[Symbol.asyncDispose]();
    },
  };
}

function configOf({ directory, options }: Simulation): ConfigInput {
  return {
    transport: { kind: 'none' },
    observability: { logLevel: 'silent' },
    server: {
      ...given('dialect', options.dialect),
      ...(options.schema === 'bare' && { schema: options.schema }),
      ...number('graceMs', options.graceMs, 1),
    },
    state: { directory, ...number('ttlSeconds', options.ttlMs, 1_000) },
    execution: {
      ...number('slaSeconds', options.slaMs, 1_000),
      ...number('leaseMs', options.leaseMs, 1),
      ...number('sweepMs', options.sweepMs, 1),
      ...number('maxConcurrency', options.concurrency, 1),
      ...number('breakerFailures', options.breakerFailures, 1),
      ...number('breakerOpenMs', options.breakerOpenMs, 1),
    },
    polling: {
      ...number('intervalMs', options.pollIntervalMs, 1),
      ...number('perSecondMax', options.pollsPerSecond, 1),
    },
  };
}

function given(name: string, text: string | undefined): Readonly<Record<string, string>> {
  return text === undefined ? {} : { [name]: text };
}

function number(name: string, text: string | undefined, per: number): Readonly<Record<string, number>> {
  return text === undefined ? {} : { [name]: Number(text) / per };
}

/** Kept where a real server keeps it: beside its records, if those survive it. */
function secretOf({ disk, options }: Simulation): () => Uint8Array {
  const make = createStateSecret(undefined);
  if (options.store === 'memory') return make;
  return () => {
    const known = disk.get('secret');
    const secret = known instanceof Uint8Array ? known : make();
    disk.set('secret', secret);
    return secret;
  };
}

/** The outside world: it remembers every key it has seen, whoever crashes, and takes a moment to be told. */
function createOutsideWorld({ disk, ledger, storage }: Simulation): EffectLedger {
  const known = disk.get('effect-keys');
  const keys: Set<unknown> = known instanceof Set ? known : new Set();
  disk.set('effect-keys', keys);
  return {
    async begin(token) {
      ledger.begin(token);
    },
    async commit(token, effectKey, permit) {
      await storage.before('read');
      permit?.();
      if (keys.has(effectKey)) return false;
      keys.add(effectKey);
      ledger.commit(token);
      await storage.after('read');
      return true;
    },
  };
}
