import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { Server as SdkServer } from '@modelcontextprotocol/sdk/server/index.js';
import { type Benchmark, type OpenBenchmarks, repeatedInTurn } from '../harness/model/testing/benchmark.ts';
import type { JsonRpcRequest, RequestContext } from './dialects/dialect.ts';
import { CAPABILITIES_META, MODERN_VERSION, TASKS_EXTENSION, VERSION_META } from './dialects/modern-request.ts';
import { createServer, type Server, type TaskStore } from './server.ts';
import { openMemoryStore } from './stores/memory.ts';
import { openSqliteStore } from './stores/sqlite.ts';
import { createSilentLog } from './telemetry/log.ts';
import { createMemoryLedger } from './tools/effect-ledger.ts';

/**
 * `tasks/get`, which is most of what clients send: all of the server but its transport, beside the store's own read. And a
 * server from its making to its end, which a search through many short lives does all the time, beside a bare one of the SDK.
 */
export const openBenchmarks: OpenBenchmarks = async () => {
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-bench-'));
  const stores = [
    { name: 'memory', store: await openMemoryStore(), ratioMax: 140 },
    { name: 'sqlite', store: await openSqliteStore({ directory }), ratioMax: 4 },
  ];
  const opened = await Promise.all(stores.map(async (entry) => ({ ...entry, server: await serverOver(entry.store) })));
  return {
    benchmarks: [...(await Promise.all(opened.map(benchmarkOf))), lifeBenchmark()],
    async [Symbol.asyncDispose]() {
      for (const { server, store } of opened) {
        await server.stop(0);
        await store[Symbol.asyncDispose]();
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

async function serverOver(store: TaskStore): Promise<Server> {
  const server = await createServer({
    config: { transport: { kind: 'none' } },
    store,
    effects: createMemoryLedger(),
    log: createSilentLog(),
  });
  await server.start();
  return server;
}

function lifeBenchmark(): Benchmark {
  return {
    name: 'a server made, started and stopped',
    subject: repeatedInTurn(20, async () => {
      await using store = await openMemoryStore();
      const server = await serverOver(store);
      await server.stop(0);
    }),
    baseline: {
      name: 'a bare SDK server made, connected and closed',
      ...repeatedInTurn(20, async () => {
        const server = new SdkServer({ name: 'bare', version: '1' }, { capabilities: { tools: {} } });
        const [transport] = InMemoryTransport.createLinkedPair();
        await server.connect(transport);
        await server.close();
      }),
    },
    ratioMax: 8,
  };
}

async function benchmarkOf(parts: {
  readonly name: string;
  readonly store: TaskStore;
  readonly server: Server;
  readonly ratioMax: number;
}): Promise<Benchmark> {
  const { name, store, server, ratioMax } = parts;
  const context: RequestContext = {
    principal: 'alice',
    transport: 'http',
    session: { id: 's' },
    signal: new AbortController().signal,
    notify: () => {},
  };
  const answer = await server.engine.submit({
    principal: context.principal,
    tool: 'effect',
    arguments: { token: 'token-1', ms: 0, mode: 'repeatable' },
    idempotencyKey: null,
    maxWaitMs: null,
  });
  if (answer.kind !== 'accepted') throw new Error(`expected a task, got ${answer.kind}`);
  const { id } = answer.task;
  await server.engine.wait(context.principal, id, AbortSignal.timeout(10_000));
  const ask = getRequest(id);
  const read = await server.dialect.handle(ask, context);
  if (read === undefined || !('result' in read)) throw new Error(`expected a task, got ${JSON.stringify(read)}`);
  return {
    name: `tasks/get answered, ${name}`,
    subject: repeatedInTurn(200, () => server.dialect.handle(ask, context)),
    baseline: { name: 'get of the store', ...repeatedInTurn(200, () => store.get(id)) },
    ratioMax,
  };
}

function getRequest(taskId: string): JsonRpcRequest {
  const _meta = {
    [VERSION_META]: MODERN_VERSION,
    [CAPABILITIES_META]: { extensions: { [TASKS_EXTENSION]: {} } },
  };
  return { jsonrpc: '2.0', id: 1, method: 'tasks/get', params: { taskId, _meta } };
}
