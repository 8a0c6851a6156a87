import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isObject, type JsonObject, parseJson } from '../json-rpc.ts';

/** One request as the server saw it. */
export interface Heard {
  readonly headers: IncomingMessage['headers'];
  readonly message: JsonObject;
  /** The TCP port of the client, to see whether a connection was used again. */
  readonly port: number;
}

export interface HttpStage extends AsyncDisposable {
  readonly url: string;
  readonly heard: Heard[];
}

/** A real server on a port of the system's choice; the test says how it answers. */
export async function openHttpStage(
  answer: (heard: Heard, response: ServerResponse, request: IncomingMessage) => void,
): Promise<HttpStage> {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const value = parseJson(Buffer.concat(chunks).toString('utf8'));
    const one = {
      headers: request.headers,
      message: isObject(value) ? value : {},
      port: request.socket.remotePort ?? 0,
    };
    heard.push(one);
    answer(one, response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${portOf(server)}/mcp`, heard, [Symbol.asyncDispose]: () => close(server) };
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers: JsonObject = {}): void {
  const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  response.writeHead(status, { 'content-type': 'application/json', ...plain });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
