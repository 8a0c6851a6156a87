/**
 * Streamable HTTP on node:http: one POST a message, answered with JSON, or with an event stream when something has to be
 * said before the answer. Dialects with a handshake get sessions; the others get their headers checked.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Authenticate, bearerPrincipal } from './authentication.ts';
import { createClientRequests } from './client-requests.ts';
import { type HttpFace, post } from './http-exchange.ts';
import { admit, createSideDoors, type HttpLimits, refuse, type SideDoors } from './http-guard.ts';
import { createInFlight } from './in-flight.ts';
import type { OriginRules } from './origin.ts';
import { SESSION_HEADER } from './session-choice.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { asError, CLOSE_MS_MAX, type Transport, type TransportOptions } from './transport.ts';

export interface HttpOptions extends TransportOptions, Pick<OriginRules, 'allowedHosts' | 'allowedOrigins'>, SideDoors {
  /** Default 127.0.0.1: nobody but this machine. */
  readonly host?: string;
  /** Default 0: the system picks one. */
  readonly port?: number;
  /** Default /mcp. */
  readonly path?: string;
  /** Default: each bearer token is a principal, all who have none share one. */
  readonly authenticate?: Authenticate;
  readonly sessions?: Sessions;
  /** Serves /healthz and /metrics and no clients. */
  readonly doorsOnly?: boolean;
  readonly limits?: HttpLimits;
}

const BODY_BYTES_MAX = 4 * 1024 * 1024;

// A client that sends on a connection in the moment the server closes it loses the request. Clients give up idle
// connections after 4 to 90 s; the server waits longer than any of them.
const KEEP_ALIVE_MS = 120_000;

export function createHttpTransport(options: HttpOptions): Transport {
  const host = options.host ?? '127.0.0.1';
  const path = options.path ?? '/mcp';
  const face: HttpFace = {
    dialect: options.dialect,
    bodyBytesMax: options.limits?.bodyBytesMax ?? BODY_BYTES_MAX,
    onError: options.onError,
    sessions: options.sessions ?? createSessions(),
    inFlight: createInFlight(),
    requests: createClientRequests(),
  };
  const rules: OriginRules = { boundTo: host, ...options };
  const sideDoors = createSideDoors(options);
  let url: string | undefined;
  let isClosing = false;
  let onClosed: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    onClosed = resolve;
  });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (isClosing) response.setHeader('connection', 'close');
    const target = (request.url ?? '').split('?', 1)[0] ?? '';
    if (options.doorsOnly === true || target !== path) return sideDoors(target, request, response);
    if (!admit(request, response, { rules, hasSessions: options.dialect.meta.sessions })) return;
    const principal = await (options.authenticate ?? bearerPrincipal)(request.headers);
    if (principal === undefined) {
      return refuse(response, 401, 'This token is not known here', { 'www-authenticate': 'Bearer' });
    }
    if (request.method === 'DELETE') return endSession(face, principal, request, response);
    await post(face, principal, request, response);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((thrown: unknown) => {
      if (request.destroyed && !request.complete) return; // the client went away while it was sending
      options.onError?.(asError(thrown));
      if (!response.headersSent) refuse(response, 500, 'Internal error');
      else response.destroy();
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;

  return {
    closed,
    get url() {
      return url;
    },
    async start() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(options.port ?? 0, host, () => {
          server.off('error', reject);
          server.on('error', (error) => options.onError?.(error));
          resolve();
        });
      });
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      url = `http://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
    },
    async close(withinMs = CLOSE_MS_MAX) {
      if (!isClosing) {
        isClosing = true;
        server.close(() => onClosed());
        face.inFlight.abortAll('shutdown');
        await face.inFlight.settled(withinMs);
        server.closeIdleConnections();
        const cut = setTimeout(() => server.closeAllConnections(), withinMs);
        void closed.then(() => clearTimeout(cut));
        if (!server.listening && url === undefined) onClosed();
      }
      await closed;
    },
  };
}

function endSession(face: HttpFace, principal: string, request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const id = request.headers[SESSION_HEADER];
  const found = typeof id === 'string' ? face.sessions.end(id, principal) : 'none';
  if (found === 'none') refuse(response, 400, 'The header Mcp-Session-Id is required');
  else if (found === 'unknown') refuse(response, 404, 'Session not found');
  else if (found === 'endless') refuse(response, 405, 'Sessions end by themselves here', { allow: 'POST' });
  else response.writeHead(204).end();
}
