import { answerIdOf } from '../model/answer-id.ts';
import type { Draft } from '../model/draft.ts';
import type { AgentId } from '../model/operation.ts';
import type { WireContext } from './connection.ts';
import { type Adapter, type Exchange, type Handshake, HandshakeError, type RequestShape } from './dialects/adapter.ts';
import { createEnvelope, headersOf, isHeaderText, plainParams } from './envelope.ts';
import { isObject, type JsonObject, type RpcId, type RpcNotification, type RpcRequest } from './json-rpc.ts';
import type { Channel, RawReply, RequestOptions, RequestTag, RequestTaker, Unanswered } from './wire.ts';

/** A channel with what a conversation keeps: request ids, the era, the negotiated version, the session. */
export interface RpcLink {
  readonly conn: string;
  /** The latest greeting; null: none yet, or it failed. */
  handshake(): Handshake | null;
  /** null: no session is open (none was given, or over stdio). */
  sessionId(): string | null;
  /** The server has been started again since the greeting. */
  isRestarted(): boolean;
  /** Greets the server (again), forgetting the session. Throws a HandshakeError. */
  greet(adapter: Adapter, timeoutMs?: number): Promise<Handshake>;
  /** The same for requests of one's own choice (detection). */
  exchange(timeoutMs?: number): Exchange;
  /** Forgets this session, so that the next operation greets again. */
  forget(sessionId: string | null): void;
  /** Numbers a request and fills in what its era demands. */
  prepare(shape: RequestShape): Prepared;
  send(prepared: Prepared, tag: RequestTag, options: SendOptions): Promise<RawReply>;
  /** Answers a request of the server. null: it was taken; else what became of it. */
  answer(id: RpcId, result: JsonObject, tag: RequestTag, options: SendOptions): Promise<Unanswered | null>;
  close(): Promise<void>;
}

export interface Prepared {
  readonly message: RpcRequest;
  readonly headers: Readonly<Record<string, string>>;
  /** The message as it is sent. */
  readonly text: string;
  readonly bytes: number;
}

export interface SendOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onNotification?: (notification: RpcNotification) => void;
  readonly taker?: RequestTaker;
}

export interface LinkOptions {
  readonly conn: string;
  readonly channel: Channel;
  readonly context: Pick<WireContext, 'tags' | 'limits' | 'signal' | 'boot' | 'toolPages'>;
  readonly agent: AgentId | null;
  readonly capabilities: JsonObject;
}

export function createRpcLink(options: LinkOptions): RpcLink {
  const { conn, channel, context, capabilities } = options;
  let lastId = 0;
  let greetings = 0;
  let greeted: Handshake | null = null;
  let protocolVersion: string | null = null;
  let sessionId: string | null = null;
  let bootGreeted = 0;
  const boot = () => context.boot?.() ?? 1;
  const envelope = createEnvelope(capabilities);

  const prepare = (shape: RequestShape, isModern = greeted?.era === 'modern'): Prepared => {
    lastId += 1;
    const { method } = shape;
    const headers = headersFor(method, isModern, shape.mcpName ?? null);
    const { params, text: paramsText } = isModern ? envelope(shape.params) : plainParams(shape.params);
    const message: RpcRequest = { jsonrpc: '2.0', id: lastId, method, params };
    const text = `{"jsonrpc":"2.0","id":${lastId},"method":${JSON.stringify(method)},"params":${paramsText}}`;
    return { message, headers, text, bytes: Buffer.byteLength(text) };
  };
  const headersFor = (method: string, isModern: boolean, mcpName: string | null) =>
    headersOf({ era: isModern ? 'modern' : 'legacy', method, mcpName, protocolVersion, sessionId });
  const send = (prepared: Prepared, tag: RequestTag, how: SendOptions) => {
    const { message, headers, text, bytes } = prepared;
    const { timeoutMs, signal, onNotification, taker } = how;
    if (channel.carriesTags !== true) context.tags.set(conn, message.id, tag);
    const options: Draft<RequestOptions> = { timeoutMs, signal, headers, text, bytes, tag };
    if (onNotification !== undefined) options.onNotification = onNotification;
    if (taker !== undefined) options.taker = taker;
    return channel.request(message, options);
  };
  /** Keeps what initialize agreed on, which the handshake's next messages must already carry. */
  const keep = (reply: RawReply) => {
    if (reply.kind !== 'answered' || !isObject(reply.message.result)) return;
    sessionId = sendable('session id', reply.headers['mcp-session-id'] ?? null);
    const version = reply.message.result.protocolVersion;
    protocolVersion = sendable('protocol version', typeof version === 'string' ? version : null);
  };
  const exchange = (timeoutMs?: number): Exchange => ({
    toolPages: context.toolPages,
    async request(method, params, choice) {
      greetings += 1;
      const named = choice?.mcpName === undefined ? {} : { mcpName: choice.mcpName };
      const prepared = prepare({ method, params, ...named }, choice?.modern ?? false);
      const reply = await send(
        prepared,
        { op: 'handshake', call: null, attempt: greetings, agent: options.agent },
        { timeoutMs: choice?.timeoutMs ?? timeoutMs ?? context.limits.requestMs, signal: context.signal },
      );
      if (method === 'initialize') keep(reply);
      return reply;
    },
    async notify(method, params) {
      const message = { jsonrpc: '2.0' as const, method, ...(params ? { params } : {}) };
      await channel.notify(message, { headers: headersFor(method, false, null) });
    },
  });

  return {
    conn,
    handshake: () => greeted,
    sessionId: () => sessionId,
    isRestarted: () => greeted !== null && boot() !== bootGreeted,
    exchange,
    async greet(adapter, timeoutMs) {
      greeted = null;
      sessionId = null;
      protocolVersion = null;
      bootGreeted = boot();
      greeted = await adapter.handshake(exchange(timeoutMs), capabilities);
      return greeted;
    },
    forget(lost) {
      if (lost === sessionId) greeted = null;
    },
    prepare: (shape) => prepare(shape),
    send,
    answer(id, result, tag, how) {
      context.tags.set(conn, answerIdOf(id), tag);
      const headers = headersOf({ era: 'legacy', method: '', mcpName: null, protocolVersion, sessionId });
      return channel.answer({ jsonrpc: '2.0', id, result }, { ...how, headers });
    },
    close: () => channel.close(),
  };
}

/** What the server said of itself and we repeat in a header. Throws a HandshakeError when no header can carry it. */
function sendable(what: string, value: string | null): string | null {
  if (value === null || isHeaderText(value)) return value;
  const shown = JSON.stringify(value.slice(0, SHOWN_CHARS));
  throw new HandshakeError(`initialize gave a ${what} that no header can carry: ${shown}`);
}

const SHOWN_CHARS = 120;
