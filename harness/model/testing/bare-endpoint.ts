import { createServer, type IncomingMessage, type RequestListener } from 'node:http';

/** What `tasks/get` answers of a task that is worked on, in the 2026-07-28 revision. */
const TASK = {
  resultType: 'complete',
  taskId: '0f9a61c2d44e4b7c9d1a2b3c4d5e6f70',
  status: 'working',
  createdAt: '2026-11-21T10:00:00.000Z',
  lastUpdatedAt: '2026-11-21T10:00:01.250Z',
  ttlMs: 86_400_000,
  pollIntervalMs: 500,
};

const CACHE = { ttlMs: 60_000, cacheScope: 'public' };
const ANSWERS: Readonly<Record<string, object>> = {
  'server/discover': {
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {}, extensions: { 'io.modelcontextprotocol/tasks': {} } },
    ...CACHE,
  },
  'tools/list': { resultType: 'complete', tools: [], ...CACHE },
};

/** A JSON-RPC server as small as it can be on node:http: it reads a message and answers it. Gives its URL. */
export function serveBare(): Promise<string> {
  return listening(async (request, response) => {
    const { id, method }: { id: unknown; method: string } = JSON.parse(await textOf(request));
    const body = JSON.stringify({ jsonrpc: '2.0', id, result: ANSWERS[method] ?? TASK });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
}

/** Starts a listener on a free port of loopback; gives the URL. */
export function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.keepAliveTimeout = 120_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address !== 'object' || address === null) reject(new Error(`expected a port, got ${address}`));
      else resolve(`http://127.0.0.1:${address.port}/mcp`);
    });
  });
}

export function textOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.once('error', reject);
  });
}
