import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import type { Benchmark, OpenBenchmarks, Timed } from '../../harness/model/testing/benchmark.ts';
import {
  CONNECTIONS,
  type Posted,
  type PostedOptions,
  posted,
  startServerProgram,
} from '../../harness/model/testing/http-load.ts';
import { CAPABILITIES_META, MODERN_VERSION, TASKS_EXTENSION, VERSION_META } from '../dialects/modern-request.ts';
import { BENCHMARK_SERVERS } from './testing/benchmark-servers.ts';

/** What the bundled file does as a program of its own. */
export function serve(kind: string): Promise<string> {
  const start = BENCHMARK_SERVERS[kind];
  if (start === undefined) throw new Error(`expected one of ${Object.keys(BENCHMARK_SERVERS).join(', ')}, got ${kind}`);
  return start();
}

// As many in each run of a fast server as it takes a few tenths of a second for.
const FAST = { requestCount: 4_000 };
const RECEIPTS = 1_000;

/**
 * The reference server over its sockets, beside other servers in processes of their own: `tasks/get`, which is most of what
 * clients send, against a tool call of either SDK and against the smallest JSON-RPC server there can be; and receipts, each
 * durable before it is given, against inserts of the same size with the driver alone, each synced before the next. A program with
 * the driver alone can write one record at a time; the server syncs those once that came at the same time.
 */
export const openBenchmarks: OpenBenchmarks = async () => {
  const start = (kind: string) => startServerProgram(import.meta.url, kind);
  const kinds = ['reference', 'sdk-v1', 'sdk-v1-json', 'sdk-v1-stateless', 'sdk-v2', 'bare'];
  const servers = new Map(await Promise.all(kinds.map(async (kind) => [kind, await start(kind)] as const)));
  const urlOf = (kind: string) => servers.get(kind)?.url ?? '';
  const driver = openDriver();
  const taskId = await takenTask(urlOf('reference'));
  const read = posted(modern(urlOf('reference'), 'tasks/get', { taskId }), FAST);
  const call = { name: 'wait', arguments: {} };
  const against = (name: string, baseline: Posted, ratioMax: number, how?: PostedOptions): Benchmark => ({
    name: 'tasks/get over HTTP, sqlite',
    subject: read,
    baseline: { name, ...posted(baseline, how) },
    ratioMax,
  });
  const receipts = (connections: number): Benchmark => ({
    name: `receipt over HTTP, sqlite, ${connections} clients`,
    subject: posted(submission(urlOf('reference')), { requestCount: RECEIPTS, connections }),
    baseline: { name: 'synced inserts of the driver, in turn', ...driver.inserts },
    ratioMax: 2,
  });
  return {
    benchmarks: [
      against('tool call of SDK v1, stateless', legacyCall(urlOf('sdk-v1-stateless')), 1 / 8),
      against('tool call of SDK v1, one session', await sessionCall(urlOf('sdk-v1')), 1 / 3),
      // The least that it can do over HTTP; not even a bare server is eight times as fast as this.
      against('the same, answered as JSON', await sessionCall(urlOf('sdk-v1-json')), 1 / 2),
      against('tool call of SDK v2', modern(urlOf('sdk-v2'), 'tools/call', call), 1 / 8),
      against('bare node:http', modern(urlOf('bare'), 'tasks/get', { taskId: 'any' }), 1 / 0.3, FAST),
      receipts(CONNECTIONS),
      receipts(50),
    ],
    async [Symbol.asyncDispose]() {
      for (const server of servers.values()) await server[Symbol.asyncDispose]();
      driver.close();
    },
  };
};

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

function modern(
  url: string,
  method: string,
  params: Readonly<Record<string, unknown>>,
): Posted & { readonly body: string } {
  const meta = {
    [VERSION_META]: MODERN_VERSION,
    [CAPABILITIES_META]: { extensions: { [TASKS_EXTENSION]: {} } },
    'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
  };
  const name = params.taskId ?? params.name;
  return {
    url,
    headers: {
      ...JSON_HEADERS,
      'mcp-protocol-version': MODERN_VERSION,
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }),
  };
}

/** Calls that each become a task of their own. */
function submission(url: string): Posted {
  const request = () => {
    const token = randomBytes(12).toString('hex');
    return modern(url, 'tools/call', {
      name: 'effect',
      arguments: { token, ms: 600_000, mode: 'repeatable', idempotency_key: token },
    });
  };
  return { ...request(), body: () => request().body };
}

async function takenTask(url: string): Promise<string> {
  const answer = await send(submission(url));
  const { taskId } = Object(Object(answer).result);
  if (typeof taskId !== 'string') throw new Error(`expected a receipt, got ${JSON.stringify(answer)}`);
  return taskId;
}

async function send({ url, headers, body }: Posted): Promise<unknown> {
  const text = typeof body === 'string' ? body : body();
  const response = await fetch(url, { method: 'POST', headers, body: text });
  const said = await response.text();
  if (!response.ok) throw new Error(`expected an answer, got ${response.status}: ${said}`);
  return said === '' ? null : JSON.parse(said);
}

/** A session of 2025-11-25, and a tool call in it. */
async function sessionCall(url: string): Promise<Posted> {
  const clientInfo = { name: 'bench', version: '1.0.0' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const opening = { jsonrpc: '2.0', id: 0, method: 'initialize', params };
  const greeting = await fetch(url, { method: 'POST', headers: JSON_HEADERS, body: JSON.stringify(opening) });
  await greeting.text();
  const session = greeting.headers.get('mcp-session-id');
  if (session === null) throw new Error('expected a session');
  const call = legacyCall(url, { 'mcp-session-id': session });
  await send({ ...call, body: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }) });
  return call;
}

function legacyCall(url: string, headers: Posted['headers'] = {}): Posted {
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'wait', arguments: {} } };
  const all = { ...JSON_HEADERS, 'mcp-protocol-version': '2025-11-25', ...headers };
  return { url, headers: all, body: JSON.stringify(call) };
}

/** A record with its key, as a program writes it that has nothing but the driver: synced before it goes on. */
function openDriver(): { readonly inserts: Timed; close(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-bench-'));
  const database = new Database(join(directory, 'bare.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE bare (id TEXT NOT NULL PRIMARY KEY, key TEXT NOT NULL UNIQUE, record TEXT NOT NULL)');
  const write = database.prepare('INSERT INTO bare VALUES (?, ?, ?)');
  // About the size of a task that was just taken on.
  const text = 'x'.repeat(700);
  return {
    inserts: {
      unitCount: RECEIPTS,
      run() {
        for (let count = 0; count < RECEIPTS; count += 1) {
          const id = randomBytes(16).toString('hex');
          write.run(id, `key-${id}`, text);
        }
      },
    },
    close() {
      database.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
