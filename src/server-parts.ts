import type { Config } from './config.ts';
import type { CreateDialect } from './dialects/dialect.ts';
import { dialects } from './dialects/index.ts';
import { createQueueElsewhere } from './queues/elsewhere.ts';
import { QUEUES } from './queues/index.ts';
import type { OpenQueue, TaskQueue } from './queues/queue.ts';
import { loadUnit } from './registry.ts';
import type { ServerOptions } from './server.ts';
import { createStateSecret } from './state-secret.ts';
import { chooseConnections } from './stores/connection.ts';
import { STORES } from './stores/index.ts';
import type { OpenStore, TaskStore } from './stores/store.ts';
import { openUsageFile, type UsageFile } from './telemetry/store-usage-file.ts';
import { openLedger } from './tools/effect-ledger.ts';
import type { EffectLedger } from './tools/tool.ts';
import { messageOf } from './usage-error.ts';

/** What a server stands on: as given, else as the configuration names it, each with its wrap around it. */
export interface ServerFoundation extends AsyncDisposable {
  readonly store: TaskStore;
  readonly queue: TaskQueue;
  /** It carries work from one process to another. */
  readonly isQueueShared: boolean;
  readonly effects: EffectLedger;
  readonly createDialect: CreateDialect;
  readonly secret: () => Uint8Array;
  /** Where what is asked of the store is counted beyond this process; undefined: nobody wants that. */
  readonly usageFile: UsageFile | undefined;
}

/** Throws a UsageError when a name is not known or a store or ledger cannot be opened; then nothing is left open. */
export async function openFoundation(config: Config, options: ServerOptions): Promise<ServerFoundation> {
  const { wrap = {} } = options;
  // Names are looked up before anything is opened: a slip leaves nothing behind. What is given needs no name.
  const { store: givenStore, queue: givenQueue } = options;
  const openStore: OpenStore = givenStore
    ? async () => givenStore
    : await loadUnit(STORES, 'store', config.state.store);
  const openQueue: OpenQueue = givenQueue
    ? async () => givenQueue
    : await loadUnit(QUEUES, 'queue', config.execution.queue);
  const createDialect = options.dialect ?? (await loadUnit(dialects, 'dialect', config.server.dialect)).create;
  const connections = chooseConnections({
    store: config.state.connection,
    storeEngine: STORES[config.state.store]?.meta.engine,
    queue: config.execution.connection,
    queueEngine: QUEUES[config.execution.queue]?.meta.engine,
    env: process.env,
  });
  const closes: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closeOne of closes.splice(0).reverse()) await closeOne();
  };

  const onError = (error: unknown, doing: string) =>
    options.log?.error({ error: messageOf(error) }, `failed while ${doing}`);

  async function effectsOf(): Promise<EffectLedger> {
    if (options.effects !== undefined) return options.effects;
    const ledger = openLedger(process.env.CLAIMCHECK_LEDGER);
    closes.push(async () => ledger[Symbol.dispose]());
    return ledger;
  }
  function usageFileOf(): UsageFile | undefined {
    const directory = process.env.CLAIMCHECK_STORE_USAGE;
    if (directory === undefined || directory === '') return undefined;
    const file = openUsageFile(directory);
    closes.push(async () => file[Symbol.dispose]());
    return file;
  }
  async function storeOf(): Promise<TaskStore> {
    const store = await openStore({
      directory: config.state.directory,
      release: config.server.release,
      connection: connections.store,
    });
    if (store !== givenStore) closes.push(async () => store[Symbol.asyncDispose]());
    if (store.durability !== undefined) {
      options.log?.info({ store: config.state.store, ...store.durability }, 'what the store keeps');
    }
    return store;
  }

  try {
    const effects = await effectsOf();
    const store = await storeOf();
    const { maxConcurrency: concurrency, queueMax: waitingMax } = config.execution;
    const isQueueShared = QUEUES[config.execution.queue]?.meta.engine !== undefined;
    const carriesNothing = config.execution.role === 'server' && !isQueueShared && givenQueue === undefined;
    const queue = carriesNothing
      ? createQueueElsewhere({
          waitingMax,
          elapsed: () => performance.now(),
          count: async (limit) => (await store.queued({ limit })).length,
        })
      : await openQueue({ concurrency, waitingMax, connection: connections.queue, onError });
    return {
      store: wrap.store?.(store) ?? store,
      queue: wrap.queue?.(queue) ?? queue,
      effects: wrap.effects?.(effects) ?? effects,
      createDialect,
      isQueueShared,
      usageFile: usageFileOf(),
      secret: options.secret ?? secretOf(store) ?? createStateSecret(directoryOf(config, options)),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A given store, too, may bring what all servers on it sign with. */
function secretOf({ secret }: TaskStore): (() => Uint8Array) | undefined {
  return secret === undefined ? undefined : () => secret;
}

/** Where this server's state survives it; undefined: nowhere. */
function directoryOf(config: Config, options: ServerOptions): string | undefined {
  const isDurable = options.store === undefined && STORES[config.state.store]?.meta.durable === true;
  return isDurable ? config.state.directory : undefined;
}
