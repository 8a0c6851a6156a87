import type { ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Framing, Tag } from '../execution/frame-log.ts';
import { type MessageHead, readMessage, sentIdOf } from '../execution/message-text.ts';
import { obey, prove } from '../execution/obeyed-ruling.ts';
import { spoil, trickleMs } from '../execution/spoilt-message.ts';
import type { MessageView, Pace } from '../model/fault.ts';
import type { RawReply } from '../wire/wire.ts';
import type { Upstream } from './balancer.ts';
import { ClientAnswer } from './client-answer.ts';
import type { Hearing } from './foreign-exchange.ts';
import type { ProxyContext } from './http-proxy.ts';
import { bodyMessages, isEventStream, outgoing, readBody, relayHeaders } from './proxy-response.ts';
import { createSseSplitter } from './sse-splitter.ts';

export interface ExchangeInput {
  readonly conn: string;
  readonly method: string;
  readonly path: string;
  readonly headers: string[];
  readonly body: Buffer;
  /** The body as text, and what message it is. */
  readonly text: string;
  readonly head: MessageHead;
  /** Who hears of what the client gets; null: the client records that itself. */
  readonly hearing: Hearing | null;
  readonly response: ServerResponse;
}

type Response = Dispatcher.ResponseData;

interface Reply extends Pick<Upstream, 'process' | 'gate'> {
  readonly reply: Response;
}

/** One HTTP exchange through the proxy: request frame, upstream, reply frames, and whatever the plan does to them. */
export class ProxyExchange {
  readonly #context: ProxyContext;
  readonly #input: ExchangeInput;
  readonly #tag: Tag | undefined;
  readonly #out: Framing;
  readonly #clientGone = new AbortController();
  /** What is sent to the server, and how fast; null: all at once. */
  #body: Buffer;
  #pace: Pace | null = null;
  readonly #answer: ClientAnswer;
  /** The process that has the request; null: there is only one. */
  #process: string | null = null;
  /** The gateway entry that answered for the server; its own reply then goes nowhere. */
  #forsakenBy: string | null = null;

  constructor(context: ProxyContext, input: ExchangeInput) {
    this.#context = context;
    this.#input = input;
    this.#body = input.body;
    this.#answer = new ClientAnswer(input.response, input.hearing, context.sleep);
    const { text, head } = input;
    const sentId = sentIdOf(head);
    this.#tag = sentId === null ? undefined : context.tagOf(input.conn, sentId);
    this.#out = { conn: input.conn, dir: 'out', text, bytes: input.body.length, head };
    input.response.once('close', () => {
      // A client that hangs up is passed on, as a network would: 2026-07-28 makes it a cancel of the request.
      if (!input.response.writableEnded && this.#forsakenBy === null) {
        this.#clientGone.abort(new Error('the client hung up'));
        input.hearing?.lost({ kind: 'timeout', aborted: false });
      }
    });
  }

  /** Never throws: what goes wrong upstream is shown to the client as the network would show it. */
  async run(): Promise<void> {
    const { frames, interposer, sleep } = this.#context;
    const view = frames.view(this.#out, this.#tag);
    const { disposition, entries } = interposer.rule(view);
    switch (disposition.action) {
      case 'drop':
      case 'cut':
        frames.frame(this.#out, 'drop', { entries });
        this.#cutClient(disposition.action === 'cut' ? disposition.how : 'reset');
        prove(this.#context, entries, view, { dropped: true });
        return;
      case 'delay':
        await sleep(disposition.delayMs);
        prove(this.#context, entries, view, { delayMs: disposition.delayMs, direction: 'request' });
        if (this.#input.body.length > 0) {
          frames.frame(this.#out, 'delay', { entries, delayMs: disposition.delayMs });
        }
        break;
      case 'spoil':
        frames.frame(this.#out, 'flip', { entries });
        this.#body = spoil(this.#input.text, { ...disposition, isLine: false }).bytes;
        prove(this.#context, entries, view, { how: disposition.how, direction: 'request' });
        break;
      case 'trickle': {
        const { pace } = disposition;
        const delayMs = trickleMs(this.#input.body.length, pace);
        frames.frame(this.#out, 'delay', { entries, delayMs });
        prove(this.#context, entries, view, { delayMs, direction: 'request' });
        this.#pace = pace;
        break;
      }
      default:
        if (this.#input.body.length > 0) frames.frame(this.#out, 'pass', { entries });
    }
    this.#watchGateway(view);
    if (disposition.action === 'dup') void this.#deliverAgain(view, entries, disposition.afterMs);
    try {
      const reply = await this.#forward(this.#clientGone.signal);
      this.#process = reply.process;
      await this.#relay(reply);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** To the process whose turn it is; where nobody listens nothing was sent, and the next one gets it. */
  async #forward(signal: AbortSignal | null): Promise<Reply> {
    const { method, path, headers } = this.#input;
    const { balancer, pool, sleep } = this.#context;
    const body = this.#body;
    const route = balancer.route();
    for (const [index, { process, url, gate }] of route.entries()) {
      // What was held back arrives, also when its sender is gone by then.
      const wasHeld = await gate.passage();
      try {
        const reply = await pool(url.origin).request({
          method: method === 'GET' || method === 'DELETE' ? method : 'POST',
          path,
          ...outgoing({ body, pace: this.#pace, headers: ['host', url.host, ...headers] }, sleep),
          signal: wasHeld ? null : signal,
        });
        return { reply, process, gate };
      } catch (error) {
        if (!isRefused(error) || index === route.length - 1) throw error;
      }
    }
    throw new Error('expected a route with at least one process, got an empty one');
  }

  async #relay({ reply, gate }: Reply): Promise<void> {
    if (isEventStream(reply)) return this.#relayStream(reply, gate);
    const body = await readBody(reply.body);
    await gate.passage();
    this.#answer.begins(reply.statusCode, relayHeaders(reply), 'body');
    if (body.length > 0 && !(await this.#passes(body.toString('utf8'), reply.statusCode, body.length))) return;
    await this.#answer.body(body);
  }

  async #relayStream(reply: Response, gate: Upstream['gate']): Promise<void> {
    const { response, hearing } = this.#input;
    const splitter = createSseSplitter();
    const isOpen = () => !response.destroyed && this.#forsakenBy === null;
    this.#answer.begins(reply.statusCode, relayHeaders(reply), 'stream');
    if (isOpen()) response.writeHead(reply.statusCode, relayHeaders(reply)).flushHeaders();
    for await (const chunk of reply.body) {
      await gate.passage();
      for (const event of splitter.push(chunk)) {
        const { data } = event;
        const passes = data === null || (await this.#passes(data, reply.statusCode, Buffer.byteLength(data)));
        if (!passes || !isOpen()) continue;
        if (data !== null) hearing?.event(data, reply.statusCode, relayHeaders(reply));
        await this.#answer.event(event.raw);
      }
    }
    if (!isOpen()) return;
    hearing?.lost({ kind: 'eof', message: 'the stream ended without the answer' });
    response.end(splitter.rest());
  }

  /** Rules on one message from the server and records it; true: the client gets it. */
  async #passes(message: string, http: number, bytes: number): Promise<boolean> {
    const { frames, interposer } = this.#context;
    frames.arrived();
    const head = readMessage(message);
    const process = this.#process === null ? {} : { process: this.#process };
    const base: Framing = { conn: this.#input.conn, dir: 'in', text: message, bytes, head, http, ...process };
    if (this.#forsakenBy !== null) {
      frames.frame(base, 'drop', { entries: [this.#forsakenBy] });
      return false;
    }
    const isReply = head.type === 'response';
    const view = frames.view(base, isReply ? this.#tag : undefined);
    const isDelivered = await obey(this.#context, interposer.rule(view), {
      view,
      base,
      evidence: { rpcId: head.rpcId ?? null, http },
      cut: (how) => {
        this.#cutClient(how);
        return { how };
      },
      alter: (spoilt) => this.#answer.altered(spoilt),
      pace: (pace) => this.#answer.slowDown(pace),
    });
    if (isReply && view.op !== null && isDelivered) interposer.passed();
    return isDelivered;
  }

  /** The twin of a request that is delivered twice: its reply is seen, recorded, and goes nowhere. */
  async #deliverAgain(view: MessageView, entries: readonly string[], afterMs: number): Promise<void> {
    const { frames, interposer, sleep } = this.#context;
    await sleep(afterMs);
    frames.frame(this.#out, 'dup', { entries });
    try {
      const { reply, process } = await this.#forward(null);
      const messages = bodyMessages(reply, (await readBody(reply.body)).toString('utf8'));
      frames.arrived();
      for (const text of messages) {
        const base: Framing = {
          conn: view.conn,
          dir: 'in',
          text,
          bytes: Buffer.byteLength(text),
          head: readMessage(text),
          http: reply.statusCode,
          ...(process === null ? {} : { process }),
        };
        frames.frame(base, 'drop', { entries });
      }
      prove(this.#context, entries, view, { deliveries: 2, http: reply.statusCode });
    } catch {
      // The server went down between the two deliveries: without an answer there is no proof that it took the second.
      for (const entry of entries) interposer.missed(entry);
    }
  }

  #watchGateway(view: MessageView): void {
    const { interposer, sleep } = this.#context;
    const { response } = this.#input;
    const gateway = interposer.gateway(view);
    if (gateway === null) return;
    void sleep(gateway.afterMs).then(() => {
      if (response.headersSent || response.destroyed) return;
      this.#forsakenBy = gateway.entry;
      response.writeHead(424, { 'content-type': 'text/plain', 'x-claimcheck-gateway': 'timeout' });
      const text = `424 Failed Dependency: no answer within ${gateway.afterMs} ms`;
      this.#input.hearing?.lost({ kind: 'gateway', http: 424, text });
      response.end(text);
      prove(this.#context, [gateway.entry], view, { afterMs: gateway.afterMs });
    });
  }

  /** RST, FIN, or silence until the client gives up by itself. */
  #cutClient(how: 'reset' | 'fin' | 'hang'): void {
    const { socket } = this.#input.response;
    this.#input.hearing?.lost(seenAs(how));
    if (how === 'reset') socket?.resetAndDestroy();
    else if (how === 'fin') socket?.end();
  }

  /** The server could not be reached, or went away: the client sees what it would have seen without us. */
  #fail(error: unknown): void {
    const { response } = this.#input;
    if (response.destroyed || response.writableEnded) return;
    if (!isRefused(error) || response.headersSent) {
      this.#input.hearing?.lost({ kind: 'reset', message: 'the server went away' });
      response.socket?.resetAndDestroy();
      return;
    }
    this.#input.hearing?.lost({ kind: 'refused', message: 'the server refused the connection' });
    response.writeHead(502, { 'content-type': 'text/plain', 'x-claimcheck-upstream': 'refused' });
    response.end('the server under test refused the connection');
  }
}

/** What a client sees of a connection that was cut under it; null: nothing at all. */
function seenAs(how: 'reset' | 'fin' | 'hang'): RawReply | null {
  if (how === 'hang') return null;
  const kind = how === 'reset' ? 'reset' : 'eof';
  return { kind, message: 'the connection was cut before the answer' };
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}
