import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { McpServer as SdkServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { listening, serveBare, textOf } from '../../../harness/model/testing/bare-endpoint.ts';
import { createServer } from '../../server.ts';
import { openSqliteStore } from '../../stores/sqlite.ts';
import { createSilentLog } from '../../telemetry/log.ts';
import { createMemoryLedger } from '../../tools/effect-ledger.ts';

/** The servers that are compared, each in a process of its own. They resolve to the URL at which they listen. */
export const BENCHMARK_SERVERS: Readonly<Record<string, () => Promise<string>>> = {
  reference: serveReference,
  'sdk-v1': () => serveSdkV1Session(false),
  'sdk-v1-json': () => serveSdkV1Session(true),
  'sdk-v1-stateless': serveSdkV1Stateless,
  'sdk-v2': serveSdkV2,
  bare: serveBare,
};

const ANSWER = { content: [{ type: 'text' as const, text: 'done' }] };

/** As `claimcheck serve` starts it by default: revision 2026-07-28 over HTTP, tasks in SQLite. Work waits for ever. */
async function serveReference(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-bench-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const server = await createServer({
    config: { transport: { kind: 'http' }, execution: { maxConcurrency: 1, queueMax: 1_000_000, slaSeconds: 86_400 } },
    store: await openSqliteStore({ directory }),
    effects: createMemoryLedger(),
    log: createSilentLog(),
  });
  await server.start();
  if (server.url === undefined) throw new Error('expected a URL of a server over HTTP');
  return server.url;
}

function sdkV1Server(): SdkServer {
  const server = new SdkServer({ name: 'sdk-v1', version: '1.0.0' });
  server.registerTool('wait', { description: 'Answers at once.' }, () => ANSWER);
  return server;
}

/** One session that all requests share; `enableJsonResponse`: answers are plain JSON, not the event streams of its default. */
async function serveSdkV1Session(enableJsonResponse: boolean): Promise<string> {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID, enableJsonResponse });
  await sdkV1Server().connect(transport);
  return listening((request, response) => {
    void transport.handleRequest(request, response);
  });
}

/** Without sessions, as this SDK's own example has it: a server and a transport for each request. */
function serveSdkV1Stateless(): Promise<string> {
  return listening(async (request, response) => {
    const server = sdkV1Server();
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    response.once('close', () => {
      void transport.close();
      void server.close();
    });
    await server.connect(transport);
    await transport.handleRequest(request, response);
  });
}

/** The SDK's own way to answer the 2026-07-28 revision: a web handler that makes a server for each request. */
function serveSdkV2(): Promise<string> {
  const { fetch: answer } = createMcpHandler(() => {
    const server = new McpServer({ name: 'sdk-v2', version: '1.0.0' });
    server.registerTool('wait', { description: 'Answers at once.' }, () => ANSWER);
    return server;
  });
  return listening(async (request, response) => relay(await answer(await webRequest(request)), response));
}

async function webRequest(request: IncomingMessage): Promise<Request> {
  const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  const { method = 'POST', url = '/' } = request;
  return new Request(`http://${request.headers.host}${url}`, { method, headers, body: await textOf(request) });
}

async function relay(answer: Response, response: ServerResponse): Promise<void> {
  const body = await answer.text();
  response.writeHead(answer.status, {
    ...Object.fromEntries(answer.headers),
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
