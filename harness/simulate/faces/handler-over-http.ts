import { createSlots } from '../../model/slots.ts';
import {
  isObject,
  parseJson,
  type RpcId,
  type RpcNotification,
  type RpcRequest,
  readMessage,
} from '../../wire/json-rpc.ts';
import { LONG_CHARS } from '../message-reader.ts';
import type { HttpExchangeOut, HttpExchangeRequest, HttpFace } from '../server-face.ts';
import { type ClientRequests, createClientRequests } from './client-requests.ts';
import {
  accepted,
  createHttpAnswer,
  type HttpAnswer,
  INVALID_REQUEST,
  NO_HEADERS,
  PARSE_ERROR,
  refuse,
  SESSION_HEADER,
  sessionNotFound,
} from './http-answers.ts';
import {
  type Answered,
  answeredFor,
  answeredWith,
  cancelledId,
  type HandlerContext,
  type HandlerSession,
  type MessageHandler,
  tell,
} from './message-handler.ts';
import { isPlainJson } from './plain-json.ts';
import { createSessionBook, type SessionBook } from './session-book.ts';

export interface HandlerOptions {
  /** Which incarnation of the server it is. */
  readonly boot: number;
  /** It changes nothing of what it is given, and nothing of what it has answered: the objects go with their texts. */
  readonly isCareful: boolean;
}

/** A handler as it is reached over HTTP: an answered initialize begins a session; messages without one stand alone. */
export class HandlerOverHttp implements HttpFace {
  readonly #server: MessageHandler;
  readonly #isCareful: boolean;
  readonly #sessions: SessionBook<HandlerSession>;
  readonly #requests: ClientRequests;
  /** Requests that can be cancelled by their id until they are done; equal ids at the same time are kept apart. */
  readonly #open = createSlots<OpenRequest>();

  constructor(server: MessageHandler, { boot, isCareful }: HandlerOptions) {
    this.#server = server;
    this.#isCareful = isCareful;
    this.#sessions = createSessionBook(boot);
    this.#requests = createClientRequests(boot);
  }

  exchange(request: HttpExchangeRequest, out: HttpExchangeOut): void {
    const { text, message } = request;
    const value = this.#isCareful && isPlainJson(message) ? message : parseJson(text);
    const incoming = readMessage(value);
    if (incoming.kind === 'garbage') {
      const code = value === undefined ? PARSE_ERROR : INVALID_REQUEST;
      refuse(out, { status: 400, code, message: incoming.why });
      return;
    }
    const id = request.header(SESSION_HEADER);
    const session = id === undefined ? { id: '' } : this.#sessions.find(id);
    if (session === undefined) {
      sessionNotFound(out);
      return;
    }
    if (incoming.kind === 'reply') {
      this.#requests.reply(incoming.reply);
      accepted(out);
    } else if (incoming.kind === 'request') {
      void this.#answer(incoming.request, { request, session, out });
    } else {
      this.#takeNotification(incoming.notification, { request, session });
      accepted(out);
    }
  }

  endSessions(principal: string | null): number {
    return this.#sessions.endOf(principal).length;
  }

  async #answer(message: RpcRequest, { request, session, out }: Exchange): Promise<void> {
    const { principal } = request;
    const begins = message.method === 'initialize' && session.id === '' && this.#server.sessions !== false;
    const own = begins ? { id: this.#sessions.nextId() } : session;
    const answer = createHttpAnswer(out);
    const open = new OpenRequest(own, principal, message.id);
    const done = this.#open.add(open);
    // Up to 2025-11-25 a lost connection says nothing about the request; without sessions, closing it is how to cancel.
    request.onGone(() => open.end(own.id === '' ? 'cancelled' : 'disconnected'));
    const context = new HttpContext({ principal, session: own, open, answer });
    if (own.id !== '') context.request = (asked, wanted) => this.#requests.ask(asked, answer.say, wanted);
    let reply: Answered;
    try {
      reply = answeredWith(await this.#server.handle(message, context));
    } catch (error) {
      reply = answeredFor(message, error);
    }
    done();
    const hasBegun = begins && isObject(reply.message) && 'result' in reply.message;
    if (hasBegun) this.#sessions.keep(own.id, principal, own);
    const headers = hasBegun ? { [SESSION_HEADER]: own.id } : NO_HEADERS;
    const isKnown = this.#isCareful && reply.isWhole && isShort(reply.text) && isPlainJson(reply.message);
    answer.finish(reply.text, reply.status, headers, isKnown ? reply.message : undefined);
  }

  #takeNotification(message: RpcNotification, { request, session }: Pick<Exchange, 'request' | 'session'>): void {
    const { principal, signal } = request;
    const cancelled = cancelledId(message);
    this.#open.each((one) => {
      if (cancelled !== null && one.is(session, principal, cancelled)) one.end('cancelled');
    });
    tell(this.#server, message, { principal, transport: 'http', session, signal, notify: () => {} });
  }
}

/**
 * A class, since one is made for every request: a getter in an object literal gives every object a hidden class of its own, which
 * keeps what the getter can reach until the collector looks for old garbage.
 */
class HttpContext implements HandlerContext {
  readonly principal: string;
  readonly transport = 'http';
  readonly session: HandlerSession;
  /** Its own, so that a server may take it out of the context. */
  readonly notify: (notification: unknown) => void;
  request?: NonNullable<HandlerContext['request']>;
  readonly #open: OpenRequest;

  constructor(parts: Pick<HandlerContext, 'principal' | 'session'> & { open: OpenRequest; answer: HttpAnswer }) {
    this.principal = parts.principal;
    this.session = parts.session;
    this.#open = parts.open;
    this.notify = (notification) => parts.answer.say(JSON.stringify(notification));
  }

  get signal(): AbortSignal {
    return this.#open.signal();
  }
}

/** A request that is being answered. Its signal is made for those who look at it. */
class OpenRequest {
  readonly #session: HandlerSession;
  readonly #principal: string;
  readonly #id: RpcId;
  #controller: AbortController | null = null;
  #reason: string | null = null;

  constructor(session: HandlerSession, principal: string, id: RpcId) {
    this.#session = session;
    this.#principal = principal;
    this.#id = id;
  }

  /** Without a session, ids of different callers are kept apart by who they are. */
  is({ id: sessionId }: HandlerSession, principal: string, id: RpcId): boolean {
    if (id !== this.#id || sessionId !== this.#session.id) return false;
    return sessionId !== '' || principal === this.#principal;
  }

  end(reason: 'cancelled' | 'disconnected'): void {
    this.#reason ??= reason;
    this.#controller?.abort(reason);
  }

  signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason !== null) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }
}

/** What is long (tools/list) its reader knows by its text, sooner than it is looked through. */
function isShort(text: string | undefined): boolean {
  return text !== undefined && text.length < LONG_CHARS;
}

interface Exchange {
  readonly request: HttpExchangeRequest;
  readonly session: HandlerSession;
  readonly out: HttpExchangeOut;
}
