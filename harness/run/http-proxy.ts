import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import type { FaultLog } from '../execution/fault-log.ts';
import type { FrameLog, Tag } from '../execution/frame-log.ts';
import type { Interposer } from '../execution/interposer.ts';
import { readMessage } from '../execution/message-text.ts';
import type { Balancer } from './balancer.ts';
import type { ForeignSide, Hearing } from './foreign-exchange.ts';
import { ProxyExchange } from './proxy-exchange.ts';
import { BODY_BYTES_MAX } from './proxy-response.ts';

/** A reverse proxy on loopback between the wire and an HTTP server, with the interposer in the middle. */
export interface HttpProxy {
  /** The one URL of clients that are not ours. */
  readonly url: string;
  /** Ends every connection of every client; gives how many there were. */
  dropClients(): Promise<number>;
  /** Where the agent with this connection id sends its requests; the id goes by the path, all headers stay intact. */
  urlFor(conn: string): string;
  close(): Promise<void>;
}

export interface ProxyOptions {
  /** Where the server under test listens. */
  readonly balancer: Balancer;
  /** The path it serves, for agents to be sent to. */
  readonly path: string;
  readonly interposer: Interposer;
  readonly frames: FrameLog;
  readonly log: FaultLog;
  readonly tagOf: (conn: string, rpcId: number | string) => Tag | undefined;
  readonly sleep: (ms: number) => Promise<void>;
  /** Clients that are not ours: they know one URL, and what they send says who they are. Absent: agents name their conn in the path. */
  readonly foreign?: ForeignSide;
  /** Where it listens; absent: on a free port. */
  readonly port?: number;
}

/** What one exchange needs of the proxy. */
export interface ProxyContext extends ProxyOptions {
  pool(origin: string): Pool;
}

export async function startHttpProxy(options: ProxyOptions): Promise<HttpProxy> {
  const pools = new Map<string, Pool>();
  const pool = (origin: string) => {
    const known = pools.get(origin);
    if (known) return known;
    // Long polls and SSE stay open as long as the server likes: the limits are the wire's business.
    const fresh = new Pool(origin, { connections: null, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
    pools.set(origin, fresh);
    return fresh;
  };
  const context: ProxyContext = { ...options, pool };
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, (request, response) => {
    void serve(context, request, response);
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = addressOf(server.address());
  return {
    url: `http://127.0.0.1:${port}${options.path}`,
    async dropClients() {
      const open = await new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
      server.closeAllConnections();
      return open;
    },
    urlFor: (conn) => `http://127.0.0.1:${port}/${encodeURIComponent(conn)}${options.path}`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all([...pools.values()].map((one) => one.destroy()));
    },
  };
}

async function serve(context: ProxyContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      const part: Buffer = chunk;
      bytes += part.length;
      if (bytes > BODY_BYTES_MAX) {
        response.writeHead(413).end();
        return;
      }
      chunks.push(part);
    }
  } catch {
    // The client went away while sending: nothing was forwarded, and it knows.
    return;
  }
  const body = Buffer.concat(chunks);
  const text = body.toString('utf8');
  const head = readMessage(text);
  const hearing = context.foreign?.enter({ headers: request.headers, text, head }) ?? null;
  const exchange = new ProxyExchange(context, {
    ...placeOf(request.url ?? '/', hearing),
    method: request.method ?? 'GET',
    headers: forwardedHeaders(request),
    ...{ body, text, head, response, hearing },
  });
  await exchange.run();
}

/** Agents of ours say in the path on which conn they speak. */
function placeOf(url: string, hearing: Hearing | null): { readonly conn: string; readonly path: string } {
  if (hearing !== null) return { conn: hearing.conn, path: url };
  const [, conn = '', ...path] = url.split('/');
  return { conn: decodeURIComponent(conn), path: `/${path.join('/')}` };
}

/** Hop-by-hop headers end here, and Host, which is to name the process that gets the request. */
function forwardedHeaders(request: IncomingMessage): string[] {
  const hop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host', 'expect', 'upgrade']);
  const headers: string[] = [];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] ?? '';
    if (!hop.has(name.toLowerCase())) headers.push(name, request.rawHeaders[index + 1] ?? '');
  }
  return headers;
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error(`expected a TCP address, got ${address}`);
  return address;
}
