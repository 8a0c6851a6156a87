import type { ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import type { FrameBody } from '../model/event.ts';
import type { MessageView } from '../model/fault.ts';
import type { ProxyContext } from './http-proxy.ts';
import type { Ruling } from './interposer.ts';
import { type MessageHead, readMessage } from './message-text.ts';
import { createSseSplitter } from './sse-splitter.ts';

interface ExchangeInput {
  readonly conn: string;
  readonly method: string;
  readonly path: string;
  readonly headers: string[];
  readonly body: Buffer;
  readonly response: ServerResponse;
}

type Upstream = Dispatcher.ResponseData;
/** What a reply may do after its ruling: go to the client, or nowhere. */
type Passage = 'deliver' | 'lost';

/** One HTTP exchange through the proxy: request frame, upstream, reply frames, and whatever the plan does to them. */
export function createProxyExchange(context: ProxyContext, input: ExchangeInput): { run(): Promise<void> } {
  const { frames, interposer, log } = context;
  const { conn, response } = input;
  const text = input.body.toString('utf8');
  const head = readMessage(text);
  const tag = head.rpcId == null ? undefined : context.tagOf(conn, head.rpcId);
  const out = { conn, dir: 'out' as const, text, bytes: input.body.length, head };
  const clientGone = new AbortController();
  let isForsaken: string | null = null;
  response.once('close', () => {
    // A client that hangs up is passed on, as a network would: 2026-07-28 makes it a cancel of the request.
    if (!response.writableEnded && isForsaken === null) clientGone.abort(new Error('the client hung up'));
  });

  const prove = (entry: string, evidence: Record<string, unknown>) => {
    log.verified(entry, evidence);
    if (evidence.call != null) log.stop(entry);
  };
  const forward = (signal?: AbortSignal): Promise<Upstream> =>
    context.pool().request({
      method: input.method === 'GET' ? 'GET' : input.method === 'DELETE' ? 'DELETE' : 'POST',
      path: input.path,
      headers: input.headers,
      body: input.body.length > 0 ? input.body : null,
      signal: signal ?? null,
    });
  const send = (action: FrameBody['action'], entries: readonly string[], delayMs?: number) => {
    if (head.type !== 'garbage' || input.body.length > 0) {
      frames.frame({ ...out, action, entries, ...(delayMs === undefined ? {} : { delayMs }) });
    }
  };

  /** Rules on one message from the server, records it, and says whether the client gets it. */
  const pass = async (message: string, http: number, bytes: number): Promise<Passage> => {
    frames.arrived();
    const replyHead: MessageHead = readMessage(message);
    const base = { conn, dir: 'in' as const, text: message, bytes, head: replyHead, http };
    if (isForsaken !== null) {
      frames.frame({ ...base, action: 'drop', entries: [isForsaken] });
      return 'lost';
    }
    const isReply = replyHead.type === 'response';
    const view = frames.view({ ...base, tag: isReply ? tag : undefined });
    const passage = await obey(interposer.rule(view), view, base);
    if (isReply && view.op !== null && passage === 'deliver') interposer.passed();
    return passage;
  };

  const obey = async (
    ruling: Ruling,
    view: MessageView,
    base: Omit<Parameters<typeof frames.frame>[0], 'action'>,
  ): Promise<Passage> => {
    const { disposition, entries, held } = ruling;
    const evidence = { conn, call: view.call, op: view.op, rpcId: base.head.rpcId ?? null, http: base.http };
    switch (disposition.action) {
      case 'cut':
      case 'drop': {
        frames.frame({ ...base, action: 'cut', entries });
        const how = disposition.action === 'cut' ? disposition.how : 'reset';
        cutClient(response, how);
        for (const entry of entries) prove(entry, { ...evidence, answered: true, how });
        return 'lost';
      }
      case 'delay':
        await context.sleep(disposition.delayMs);
        frames.arrived();
        frames.frame({ ...base, action: 'delay', entries, delayMs: disposition.delayMs });
        for (const entry of entries) log.verified(entry, { ...evidence, delayMs: disposition.delayMs });
        return 'deliver';
      case 'hold': {
        const isDelivered = (await held) ?? true;
        frames.arrived();
        frames.frame({ ...base, action: isDelivered ? 'hold' : 'cut', entries });
        if (!isDelivered) cutClient(response, 'reset');
        else for (const entry of entries) log.verified(entry, { ...evidence, held: true });
        return isDelivered ? 'deliver' : 'lost';
      }
      default:
        frames.frame({ ...base, action: 'pass', entries });
        return 'deliver';
    }
  };

  /** The twin of a request that is delivered twice: its reply is seen, recorded, and goes nowhere. */
  const deliverAgain = async (view: MessageView, entries: readonly string[], afterMs: number) => {
    await context.sleep(afterMs);
    send('dup', entries);
    try {
      const reply = await forward();
      const body = await reply.body.text();
      frames.arrived();
      for (const message of messagesOf(reply, body)) {
        frames.frame({
          conn,
          dir: 'in',
          action: 'drop',
          text: message,
          bytes: Buffer.byteLength(message),
          head: readMessage(message),
          http: reply.statusCode,
          entries,
        });
      }
      for (const entry of entries)
        prove(entry, { conn, call: view.call, op: view.op, deliveries: 2, http: reply.statusCode });
    } catch {
      // The server went down between the two deliveries: without an answer there is no proof that it took the second.
    }
  };

  const watchGateway = (view: MessageView) => {
    const gateway = interposer.gateway(view);
    if (gateway === null) return;
    void context.sleep(gateway.afterMs).then(() => {
      if (response.headersSent || response.destroyed) return;
      isForsaken = gateway.entry;
      response.writeHead(424, { 'content-type': 'text/plain', 'x-claimcheck-gateway': 'timeout' });
      response.end(`424 Failed Dependency: no answer within ${gateway.afterMs} ms`);
      log.verified(gateway.entry, { conn, call: view.call, op: view.op, afterMs: gateway.afterMs });
    });
  };

  const relay = async (reply: Upstream): Promise<void> => {
    const headers = responseHeaders(reply);
    if (headers['content-type']?.startsWith('text/event-stream')) return relayStream(reply, headers);
    const body = Buffer.from(await reply.body.arrayBuffer());
    if (body.length > 0 && (await pass(body.toString('utf8'), reply.statusCode, body.length)) === 'lost') return;
    if (response.destroyed || response.headersSent) return;
    response.writeHead(reply.statusCode, { ...headers, 'content-length': String(body.length) });
    response.end(body);
  };

  const relayStream = async (reply: Upstream, headers: Record<string, string>): Promise<void> => {
    const splitter = createSseSplitter();
    if (!response.headersSent) response.writeHead(reply.statusCode, headers).flushHeaders();
    for await (const chunk of reply.body) {
      for (const event of splitter.push(chunk)) {
        const isLost =
          event.data !== null && (await pass(event.data, reply.statusCode, Buffer.byteLength(event.data))) === 'lost';
        if (!isLost && !response.destroyed && isForsaken === null) response.write(event.raw);
      }
    }
    if (!response.destroyed && isForsaken === null) response.end(splitter.rest());
  };

  return {
    async run() {
      const view = frames.view({ ...out, tag });
      const ruling = interposer.rule(view);
      const { disposition, entries } = ruling;
      if (disposition.action === 'drop' || disposition.action === 'cut') {
        send('drop', entries);
        cutClient(response, disposition.action === 'cut' ? disposition.how : 'reset');
        for (const entry of entries) prove(entry, { conn, call: view.call, op: view.op, dropped: true });
        return;
      }
      if (disposition.action === 'delay') {
        await context.sleep(disposition.delayMs);
        for (const entry of entries) log.verified(entry, { conn, delayMs: disposition.delayMs, direction: 'request' });
      }
      watchGateway(view);
      const isDelayed = disposition.action === 'delay';
      send(isDelayed ? 'delay' : 'pass', entries, isDelayed ? disposition.delayMs : undefined);
      if (disposition.action === 'dup') void deliverAgain(view, entries, disposition.afterMs);
      try {
        await relay(await forward(clientGone.signal));
      } catch (error) {
        fail(response, error);
      }
    },
  };
}

function messagesOf(reply: Upstream, body: string): string[] {
  if (!String(reply.headers['content-type'] ?? '').startsWith('text/event-stream')) return body === '' ? [] : [body];
  return createSseSplitter()
    .push(Buffer.from(body))
    .flatMap((event) => (event.data === null ? [] : [event.data]));
}

function responseHeaders(reply: Upstream): Record<string, string> {
  const hop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(reply.headers)) {
    if (!hop.has(name) && value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/** RST, FIN, or silence until the client gives up by itself. */
function cutClient(response: ServerResponse, how: 'reset' | 'fin' | 'hang'): void {
  if (how === 'hang') return;
  if (how === 'reset') response.socket?.resetAndDestroy();
  else response.socket?.end();
}

/** The server could not be reached, or went away: the client sees what it would have seen without us. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.destroyed || response.writableEnded) return;
  if (isRefused(error) && !response.headersSent) {
    response.writeHead(502, { 'content-type': 'text/plain', 'x-claimcheck-upstream': 'refused' });
    response.end('the server under test refused the connection');
    return;
  }
  response.socket?.resetAndDestroy();
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}
