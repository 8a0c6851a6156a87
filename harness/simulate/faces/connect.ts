import { parseJson, type RpcId, readMessage } from '../../wire/json-rpc.ts';
import type { HttpExchangeOut, HttpExchangeRequest, HttpFace, LineIn, LineOut, ServerFace } from '../server-face.ts';
import { NotSimulable } from '../world.ts';
import {
  accepted,
  createHttpAnswer,
  type HttpAnswer,
  INVALID_REQUEST,
  PARSE_ERROR,
  refuse,
  SESSION_HEADER,
  sessionNotFound,
} from './http-answers.ts';
import { type ConnectableServer, MemoryTransport, type MessageExtra } from './memory-transport.ts';
import { createSessionBook, type SessionBook } from './session-book.ts';

export interface ConnectOptions {
  readonly boot: number;
  /** Ends the run: the server cannot be used in this way. */
  readonly abort: (error: NotSimulable) => void;
}

/** Both faces of an SDK server: over a pipe it is connected once, over HTTP once for each session. */
export function connectFace(server: ConnectableServer, options: ConnectOptions): ServerFace {
  return {
    http: new ServerOverHttp(server, options),
    line: { connect: (out) => connectLine(server, out) },
    async stop() {
      await (server.stop ?? server.close)?.call(server);
    },
  };
}

function connectLine(server: ConnectableServer, out: LineOut): LineIn {
  const transport = new MemoryTransport({
    out: (text) => out.line(text),
    closed: () => out.closed('the server closed its transport'),
  });
  // Not caught: a server that cannot connect ends, as it would on a pipe.
  void Promise.resolve(server.connect(transport));
  return { line: (text) => transport.receive(text), end: () => transport.end() };
}

interface Session {
  readonly transport: MemoryTransport;
  /** Requests that wait for their answer. */
  readonly open: Map<RpcId, HttpAnswer>;
}

class ServerOverHttp implements HttpFace {
  readonly #server: ConnectableServer;
  readonly #options: ConnectOptions;
  readonly #sessions: SessionBook<Session>;
  #connections = 0;

  constructor(server: ConnectableServer, options: ConnectOptions) {
    this.#server = server;
    this.#options = options;
    this.#sessions = createSessionBook(options.boot);
  }

  exchange(request: HttpExchangeRequest, out: HttpExchangeOut): void {
    const value = parseJson(request.text);
    const incoming = readMessage(value);
    if (incoming.kind === 'garbage') {
      const code = value === undefined ? PARSE_ERROR : INVALID_REQUEST;
      refuse(out, { status: 400, code, message: incoming.why });
      return;
    }
    const id = request.header(SESSION_HEADER);
    const isFirst = id === undefined && incoming.kind === 'request' && incoming.request.method === 'initialize';
    const session = isFirst ? this.#connect(request.principal) : id === undefined ? null : this.#sessions.find(id);
    if (session === null) {
      refuse(out, { status: 400, code: -32_000, message: 'Bad Request: Mcp-Session-Id header is required' });
    } else if (session === undefined) {
      sessionNotFound(out);
    } else if (incoming.kind === 'request') {
      this.#ask(session, incoming.request.id, request, out);
    } else {
      session.transport.receive(request.text, extraOf(request));
      accepted(out);
    }
  }

  endSessions(principal: string | null): number {
    const ended = this.#sessions.endOf(principal);
    for (const session of ended) end(session);
    return ended.length;
  }

  #connect(principal: string): Session {
    const id = this.#sessions.nextId();
    const open: Session['open'] = new Map();
    const transport = new MemoryTransport({
      sessionId: id,
      out: (text, about) => route(open, text, about, id),
      closed: () => {
        this.#sessions.end(id);
        end({ transport, open });
      },
    });
    const session = { transport, open };
    this.#sessions.keep(id, principal, session);
    this.#connections += 1;
    const isAnother = this.#connections > 1;
    Promise.resolve()
      .then(() => this.#server.connect(transport))
      .catch((error: unknown) => {
        const isFull = error instanceof Error && /already connected/i.test(error.message);
        if (!isAnother || !isFull) throw error;
        this.#options.abort(new NotSimulable(ONE_CONNECTION, { cause: error }));
      });
    return session;
  }

  #ask({ transport, open }: Session, id: RpcId, request: HttpExchangeRequest, out: HttpExchangeOut): void {
    const answer = createHttpAnswer(out);
    open.set(id, answer);
    request.signal.addEventListener('abort', () => {
      // The client hung up: as over HTTP, its answer has nowhere to go.
      if (open.get(id) === answer) open.delete(id);
    });
    transport.receive(request.text, extraOf(request));
  }
}

const ONE_CONNECTION =
  'The server takes one connection only, and over HTTP each session is one. Test it over a pipe with --transport stdio, ' +
  'or let createServer return { connect: (transport) => new server…connect(transport) }, with a server for each.';

/** Answers go to their request; what belongs to a request goes before its answer; the rest has no stream and is dropped. */
function route(
  open: Session['open'],
  text: string,
  { answers, relatedTo }: { readonly answers: RpcId | null; readonly relatedTo: RpcId | null },
  sessionId: string,
): void {
  const id = answers ?? relatedTo;
  if (id === null) return;
  const answer = open.get(id);
  if (answer === undefined) throw new Error(`No connection established for request ID: ${id}`);
  if (answers === null) {
    answer.say(text);
    return;
  }
  open.delete(id);
  answer.finish(text, 200, { [SESSION_HEADER]: sessionId });
}

/** Whoever still waits learns that nothing comes. */
function end({ transport, open }: Session): void {
  transport.end();
  for (const answer of open.values()) answer.finish(undefined, 200, {});
  open.clear();
}

function extraOf({ headers, principal }: HttpExchangeRequest): MessageExtra {
  const token = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  return {
    requestInfo: { headers },
    ...(token === undefined ? {} : { authInfo: { token, clientId: principal, scopes: [] } }),
  };
}
