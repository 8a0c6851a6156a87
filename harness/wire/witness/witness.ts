import type { EventBody } from '../../model/event.ts';
import type { DialectId, Operation } from '../../model/operation.ts';
import type { PlannedCall } from '../../model/plan.ts';
import type { Adapter, Era, OperationInput } from '../dialects/adapter.ts';
import { type JsonObject, type RpcId, type RpcNotification, readMessage } from '../json-rpc.ts';
import { compact, outcomeBody } from '../outcome-record.ts';
import { createRequestTags } from '../request-tags.ts';
import type { RawReply, RequestTag } from '../wire.ts';
import type { WireTarget } from '../wire-target.ts';
import { type CallBook, createCallBook } from './call-book.ts';
import { createIntroductions, type Introductions } from './introductions.ts';
import type { ObservedClient } from './observed-client.ts';
import { createSecretReader } from './secret-reader.ts';
import { eraOf, readRequest, type Spoken } from './spoken-message.ts';

/**
 * Stands where the agents of the harness would stand and only listens: from what a client that is not ours sends and gets it
 * writes the lines that an agent of ours would have written, so that the same checkers and metrics can judge them.
 */
export interface Witness {
  /** A message of the client, before anything else happens to it. */
  sent(message: ClientMessage): void;
  /** What the client gets for its request, or sees instead of an answer. */
  answered(conn: string, rpcId: RpcId, reply: RawReply): void;
  /** The answer to this request goes nowhere and its client will not be told. */
  swallowed(conn: string, rpcId: RpcId): void;
  /** A notification of the server has reached the client. */
  heard(conn: string, notification: RpcNotification): void;
  /** What the interposer is to know of a request. */
  tagOf(conn: string, rpcId: RpcId): RequestTag | undefined;
  callOfToken(token: string): number | null;
  /** The client is gone: whatever it still waited for ends here. */
  left(why: string): void;
  observed(): ObservedClient;
}

export interface ClientMessage {
  readonly conn: string;
  /** Whose identity it carries, 1…n. */
  readonly agent: number;
  readonly message: unknown;
  readonly bytes: number;
  /** It goes with the id of a session. */
  readonly hasSession: boolean;
}

export interface WitnessOptions {
  readonly target: WireTarget;
  /** By dialect, all of them. */
  readonly adapters: ReadonlyMap<DialectId, Adapter>;
  readonly record: (body: EventBody) => number;
  readonly now: () => number;
  readonly boot: () => number;
  readonly takesMs: number;
  /** A call has been taken. */
  readonly onCall?: (observed: ObservedClient) => void;
}

export function createWitness(options: WitnessOptions): Witness {
  return new WireWitness(options);
}

/** A conversation with one client. */
interface Conversation {
  era: Era;
  /** The boot that it greeted. */
  boot: number;
  /** Requests it waits for. */
  readonly open: Map<RpcId, Open>;
}

interface Open {
  /** null: a greeting, of which no line stands in the history. */
  readonly asked: Asked | null;
  /** The server knows the name by which it answers. */
  readonly isGreeting: boolean;
  /** Its answer was taken away without a word. */
  isSwallowed: boolean;
}

interface Asked {
  readonly seq: number;
  readonly op: Operation;
  readonly call: PlannedCall;
  readonly task: string | null;
  readonly dialect: DialectId;
  readonly hasSession: boolean;
}

class WireWitness implements Witness {
  readonly #options: WitnessOptions;
  readonly #tags = createRequestTags();
  readonly #book: CallBook;
  readonly #startTool: string | null;
  /** Does a call of this tool count? Where a profile names the tools that work, the others are none of ours. */
  readonly #counts: (tool: string) => boolean;
  readonly #conversations = new Map<string, Conversation>();
  readonly #attempts = new Map<string, number>();
  readonly #statuses = new Map<string, OperationInput['lastStatus']>();
  readonly #cancelled = new Set<string>();
  readonly #spoken = new Map<DialectId, number>();
  readonly #introductions: Introductions;
  #agents = 1;

  constructor(options: WitnessOptions) {
    this.#options = options;
    const { target, takesMs } = options;
    const secrets = createSecretReader(target.tools.values());
    this.#startTool = target.handle === null ? null : (target.tools.get('work')?.name ?? null);
    this.#introductions = createIntroductions(options.record);
    this.#counts = target.tools.size === 0 ? () => true : secrets.isWork;
    this.#book = createCallBook({ secrets, takesMs });
  }

  sent(message: ClientMessage): void {
    const read = readMessage(message.message);
    this.#agents = Math.max(this.#agents, message.agent);
    if (read.kind === 'request') this.#request(message, read.request);
    else if (read.kind === 'notification' && read.notification.method === 'notifications/cancelled') {
      this.#cancel(message.conn, read.notification.params ?? {});
    }
  }

  answered(conn: string, rpcId: RpcId, reply: RawReply): void {
    const open = this.#conversations.get(conn)?.open;
    const found = open?.get(rpcId);
    if (open === undefined || found === undefined) return;
    open.delete(rpcId);
    if (found.asked !== null) this.#end(conn, found.asked, found.isSwallowed, reply);
    else if (reply.kind === 'answered') this.#introductions.ofServer(reply.message.result);
  }

  swallowed(conn: string, rpcId: RpcId): void {
    const found = this.#conversations.get(conn)?.open.get(rpcId);
    if (found === undefined || found.isSwallowed) return;
    found.isSwallowed = true;
    if (found.asked?.op === 'create') this.#book.settled(found.asked.call.call, false);
  }

  heard(conn: string, notification: RpcNotification): void {
    const era = this.#conversations.get(conn)?.era ?? 'legacy';
    const dialect = era === 'modern' ? 'tasks-2026-07-28' : 'tasks-2025-11-25';
    const seen = this.#adapter(dialect).push(notification, this.#options.target);
    if (seen !== null) this.#options.record({ kind: 'push', conn, ...compact(seen) });
  }

  tagOf(conn: string, rpcId: RpcId): RequestTag | undefined {
    return this.#tags.get(conn, rpcId);
  }

  callOfToken(token: string): number | null {
    return this.#book.callOfToken(token);
  }

  left(why: string): void {
    for (const [conn, { open }] of this.#conversations) {
      for (const rpcId of [...open.keys()]) this.answered(conn, rpcId, { kind: 'eof', message: why });
    }
  }

  observed(): ObservedClient {
    const calls = this.#book.calls();
    const [most] = [...this.#spoken].sort(([, a], [, b]) => b - a);
    return {
      calls,
      agents: this.#agents,
      dialect: most?.[0] ?? null,
      hasKeys: calls.some(({ key }) => key !== null),
      hasTokens: this.#book.hasTokens(),
    };
  }

  #request(from: ClientMessage, { id, method, params = {} }: { id: RpcId; method: string; params?: JsonObject }): void {
    const conversation = this.#conversationOf(from.conn);
    const { handle } = this.#options.target;
    const era = eraOf(method, params, conversation.era);
    conversation.era = era;
    this.#introductions.ofClient(method, params);
    const spoken = readRequest(method, params, { era, handle, startTool: this.#startTool });
    if (spoken === null) return;
    const isGreeting = spoken.kind === 'greeting';
    if (isGreeting) {
      conversation.boot = this.#options.boot();
      const attempt = this.#attempt('handshake', from.conn);
      this.#tags.set(from.conn, id, { op: 'handshake', call: null, attempt, agent: from.agent });
    }
    const asked = isGreeting ? null : this.#ask(from, id, spoken);
    if (isGreeting || asked !== null) conversation.open.set(id, { asked, isGreeting, isSwallowed: false });
  }

  /** Writes down what is asked; null: of a task that nobody was given here. */
  #ask(from: ClientMessage, rpcId: RpcId, spoken: Exclude<Spoken, { kind: 'greeting' }>): Asked | null {
    const { agent, conn, bytes, hasSession } = from;
    const { record, now } = this.#options;
    const { dialect } = spoken;
    if (spoken.kind === 'work') {
      if (!this.#counts(spoken.tool)) return null;
      this.#spoken.set(dialect, (this.#spoken.get(dialect) ?? 0) + 1);
      const { call, attempt, isAgain } = this.#book.take({ agent, tool: spoken.tool, args: spoken.args });
      this.#tags.set(conn, rpcId, { op: 'create', call: call.call, attempt, agent });
      const seq = record({
        ...{ kind: 'inv', op: 'create', call: call.call, attempt, agent, conn, rpcId },
        ...(call.key === null ? {} : { key: call.key }),
        ...(isAgain ? { probe: true } : {}),
        ...{ intended: now(), bytes },
      });
      if (attempt === 1) this.#options.onCall?.(this.observed());
      return { seq, op: 'create', call, task: null, dialect, hasSession };
    }
    const { op, task, inputs } = spoken;
    const call = this.#book.callOf(task);
    if (call === undefined) return null;
    const attempt = this.#attempt(op, String(call.call));
    this.#tags.set(conn, rpcId, { op, call: call.call, attempt, agent });
    const seq = record({
      ...{ kind: 'inv', op, call: call.call, attempt, agent, conn, rpcId, task },
      ...(agent === call.agent ? {} : { trespass: true }),
      ...(op === 'update' ? { inputs } : {}),
      bytes,
    });
    return { seq, op, call, task, dialect, hasSession };
  }

  #end(conn: string, asked: Asked, isSwallowed: boolean, reply: RawReply): void {
    const { seq, op, call, task, dialect } = asked;
    const outcome = this.#adapter(dialect).interpret(op, reply, this.#inputOf(conn, asked));
    this.#options.record(outcomeBody(seq, outcome));
    const isGood = outcome.type === 'ok';
    if (op === 'create' && !isSwallowed) this.#book.settled(call.call, isGood);
    if (!isGood) return;
    if (op === 'create' && outcome.task !== undefined) this.#book.given(call.call, outcome.task);
    if (op === 'cancel' && task !== null) this.#cancelled.add(task);
    const named = task ?? outcome.task;
    if (named !== undefined && outcome.status !== undefined) this.#statuses.set(named, outcome.status);
  }

  #inputOf(conn: string, { call, task, dialect, hasSession }: Asked): OperationInput {
    const { target, boot } = this.#options;
    const { era, boot: greeted } = this.#conversationOf(conn);
    // A token that was made up here stands in no answer.
    const echo = this.#book.callOfToken(call.token) === call.call ? target.echo : null;
    const unheard = { protocolVersion: '', server: UNKNOWN, capabilities: {}, instructions: '', tools: new Map() };
    return {
      target: { ...target, dialect, echo },
      handshake: { era, ...unheard, shape: [] },
      call,
      key: call.key,
      task,
      inputs: [],
      lastStatus: task === null ? null : (this.#statuses.get(task) ?? null),
      cancelAccepted: task !== null && this.#cancelled.has(task),
      session: hasSession,
      restarted: greeted !== boot(),
    };
  }

  #cancel(conn: string, { requestId, reason }: JsonObject): void {
    if (typeof requestId !== 'string' && typeof requestId !== 'number') return;
    const open = this.#conversations.get(conn)?.open;
    const asked = open?.get(requestId)?.asked;
    if (open === undefined || asked == null) return;
    const isSwallowed = open.get(requestId)?.isSwallowed ?? false;
    open.delete(requestId);
    const message = `the client cancelled the request${typeof reason === 'string' ? `: ${reason}` : ''}`.slice(0, 500);
    this.#options.record({ kind: 'info', of: asked.seq, reason: 'timeout', message });
    if (asked.op === 'create' && !isSwallowed) this.#book.settled(asked.call.call, false);
  }

  #attempt(op: string, of: string): number {
    const attempt = (this.#attempts.get(`${op} ${of}`) ?? 0) + 1;
    this.#attempts.set(`${op} ${of}`, attempt);
    return attempt;
  }

  #adapter(dialect: DialectId): Adapter {
    const adapter = this.#options.adapters.get(dialect);
    if (adapter === undefined) throw new Error(`expected an adapter for ${dialect}, found none`);
    return adapter;
  }

  #conversationOf(conn: string): Conversation {
    const known = this.#conversations.get(conn);
    if (known !== undefined) return known;
    const fresh: Conversation = { era: 'legacy', boot: this.#options.boot(), open: new Map() };
    this.#conversations.set(conn, fresh);
    return fresh;
  }
}

const UNKNOWN = { name: 'unknown', version: '' } as const;
