import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createHttpChannel } from './http-channel.ts';
import type { RpcNotification } from './json-rpc.ts';
import type { Stray } from './stray.ts';
import { type Heard, openHttpStage, sendJson } from './testing/http-stage.ts';

const request = (id: number) => ({ jsonrpc: '2.0' as const, id, method: 'tasks/get', params: { taskId: 't1' } });
const result = (id: unknown) => ({ jsonrpc: '2.0', id, result: { ok: true } });
const event = (value: unknown) => `event: message\ndata: ${JSON.stringify(value)}\n\n`;
const STREAM = { 'content-type': 'text/event-stream' };

type Answer = (heard: Heard, response: ServerResponse) => void;

/** One request against a server that answers like this. */
async function exchange(answer: Answer, timeoutMs = 60_000) {
  await using stage = await openHttpStage(answer);
  const strays: Stray[] = [];
  const notifications: RpcNotification[] = [];
  const channel = createHttpChannel({ url: stage.url, headers: {}, onStray: (stray) => strays.push(stray) });
  const signal = new AbortController().signal;
  const reply = await channel.request(request(1), {
    timeoutMs,
    signal,
    onNotification: (notification) => notifications.push(notification),
  });
  await channel.close();
  return { reply, strays, notifications, heard: stage.heard };
}

describe('http channel', () => {
  it('sends what it is given and keeps its connection', async () => {
    await using stage = await openHttpStage(({ message }, response) => sendJson(response, 200, result(message.id)));
    const channel = createHttpChannel({ url: stage.url, headers: { authorization: 'Bearer a3' } });
    const options = { timeoutMs: 60_000, signal: new AbortController().signal, headers: { 'mcp-method': 'tasks/get' } };
    const reply = await channel.request(request(1), options);
    // The pool counts a connection as free one turn of the event loop after its reply was read.
    await new Promise(setImmediate);
    await channel.request(request(2), options);
    await channel.close();
    expect(reply).toMatchObject({
      kind: 'answered',
      message: { id: 1, result: { ok: true } },
      whole: result(1),
      http: 200,
      raw: JSON.stringify(result(1)),
    });
    expect(stage.heard.map(({ message }) => message)).toEqual([request(1), request(2)]);
    expect(new Set(stage.heard.map(({ port }) => port)).size).toBe(1);
    expect(stage.heard[0]?.headers).toMatchObject({
      accept: 'application/json, text/event-stream',
      authorization: 'Bearer a3',
      'content-type': 'application/json',
      'mcp-method': 'tasks/get',
    });
  });

  it('reads the reply from an event stream, after its notifications', async () => {
    const push = { jsonrpc: '2.0', method: 'notifications/tasks', params: { taskId: 't1' } };
    const { reply, notifications, strays } = await exchange((_heard, response) => {
      response.writeHead(200, STREAM);
      response.write('id: 1\ndata: \n\n: a comment\n\n');
      response.write(event(push).slice(0, 20));
      setImmediate(() => response.end(event(push).slice(20) + event(result(99)) + event(result(1))));
    });
    expect(reply).toMatchObject({ kind: 'answered', message: { id: 1 }, raw: JSON.stringify(result(1)) });
    expect(notifications).toEqual([push]);
    expect(strays).toEqual([{ kind: 'unknown', rpcId: 99 }]);
  });

  it('does not wait for the end of a stream that goes on after the reply', async () => {
    let open: ServerResponse | null = null;
    const { reply } = await exchange((_heard, response) => {
      response.writeHead(200, STREAM);
      response.write(event(result(1)));
      open = response;
    });
    expect(reply).toMatchObject({ kind: 'answered', message: { id: 1 } });
    expect(open).not.toBeNull();
  });

  it('answers a request of the server on a post of its own', async () => {
    const ping = { jsonrpc: '2.0', id: 's1', method: 'ping' };
    let first: ServerResponse | null = null;
    const { reply, heard } = await exchange(({ message }, response) => {
      if (message.id === 1) {
        first = response;
        response.writeHead(200, STREAM);
        response.write(event(ping));
        return;
      }
      response.writeHead(202).end();
      first?.end(event(result(1)));
    });
    expect(reply).toMatchObject({ kind: 'answered', message: { id: 1 } });
    expect(heard.map(({ message }) => message)).toEqual([request(1), { jsonrpc: '2.0', id: 's1', result: {} }]);
  });

  it('tells a reset from an orderly end, before the head and in the body', async () => {
    const reset: Answer = (_heard, response) => response.socket?.resetAndDestroy();
    const end: Answer = (_heard, response) => response.socket?.end();
    const head = { 'content-type': 'application/json', 'content-length': '500' };
    const cut =
      (how: Answer): Answer =>
      (heard, response) => {
        response.writeHead(200, head);
        response.write('{"jsonrpc":', () => setImmediate(() => how(heard, response)));
      };
    expect((await exchange(reset)).reply).toMatchObject({ kind: 'reset' });
    expect((await exchange(end)).reply).toMatchObject({ kind: 'eof' });
    expect((await exchange(cut(reset))).reply).toMatchObject({ kind: 'reset' });
    expect((await exchange(cut(end))).reply).toMatchObject({ kind: 'eof' });
  });

  it('tells an event stream that ends or breaks before the reply', async () => {
    const silent = await exchange((_heard, response) => {
      response.writeHead(200, STREAM).end(': nothing\n\n');
    });
    expect(silent.reply).toEqual({ kind: 'eof', message: 'the event stream ended without the reply' });
    const cut = await exchange((_heard, response) => {
      response.writeHead(200, STREAM);
      response.write(': open\n\n', () => setImmediate(() => response.socket?.resetAndDestroy()));
    });
    expect(cut.reply).toMatchObject({ kind: 'reset' });
  });

  it('takes what is not the reply for garbled', async () => {
    const garbled = async (body: unknown) =>
      (await exchange((_heard, response) => sendJson(response, 200, body))).reply;
    expect(await garbled('{"jsonrpc":"2.0","id":1,"res')).toEqual({
      kind: 'garbled',
      message: 'the body is not the JSON-RPC reply to this request',
      http: 200,
      text: '{"jsonrpc":"2.0","id":1,"res',
    });
    expect(await garbled('')).toMatchObject({ kind: 'garbled', message: 'the body is empty' });
    expect(await garbled(result('1'))).toMatchObject({ kind: 'garbled' });
    const nonsense = await exchange((_heard, response) => response.socket?.end('this is not HTTP\r\n\r\n'));
    expect(nonsense.reply).toMatchObject({ kind: 'garbled', http: null });
  });

  it('gives up after the limit, in the head, the body and an event stream', async () => {
    const limit = { kind: 'timeout', aborted: false };
    expect((await exchange(() => undefined, 50)).reply).toEqual(limit);
    const body: Answer = (_heard, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{');
    };
    expect((await exchange(body, 100)).reply).toEqual(limit);
    const stream: Answer = (_heard, response) => {
      response.writeHead(200, STREAM);
      response.write(': open\n\n');
    };
    expect((await exchange(stream, 100)).reply).toEqual(limit);
  });

  it('ends the wait when the run ends, and closes the connection', async () => {
    let arrive = () => {};
    let hangUp = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const closed = new Promise<void>((resolve) => {
      hangUp = resolve;
    });
    await using stage = await openHttpStage((_heard, response) => {
      response.on('close', hangUp);
      arrive();
    });
    const channel = createHttpChannel({ url: stage.url, headers: {} });
    const controller = new AbortController();
    const reply = channel.request(request(1), { timeoutMs: 60_000, signal: controller.signal });
    await arrived;
    controller.abort();
    expect(await reply).toEqual({ kind: 'timeout', aborted: true });
    await closed;
    await channel.close();
  });

  it('knows that nothing was sent where nobody listens', async () => {
    const stage = await openHttpStage(() => undefined);
    await stage[Symbol.asyncDispose]();
    const channel = createHttpChannel({ url: stage.url, headers: {} });
    const reply = await channel.request(request(1), { timeoutMs: 60_000, signal: new AbortController().signal });
    await channel.close();
    expect(reply).toMatchObject({ kind: 'refused', message: expect.stringContaining('ECONNREFUSED') });
  });

  it('keeps an error body, with or without JSON-RPC in it', async () => {
    const error = { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'No valid session ID' } };
    expect((await exchange((_heard, response) => sendJson(response, 404, error))).reply).toMatchObject({
      kind: 'answered',
      http: 404,
      message: { id: null, error: error.error },
    });
    const page = await exchange((_heard, response) => {
      response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>');
    });
    expect(page.reply).toMatchObject({ kind: 'http', http: 502, text: '<h1>Bad Gateway</h1>' });
    expect(page.strays).toEqual([]);
    expect((await exchange((_heard, response) => sendJson(response, 404, ''))).reply).toMatchObject({ kind: 'http' });
  });

  it('knows the words of our own proxy and gateway', async () => {
    const refused = await exchange((_heard, response) =>
      sendJson(response, 502, 'connect ECONNREFUSED', { 'x-claimcheck-upstream': 'refused' }),
    );
    expect(refused.reply).toEqual({ kind: 'refused', message: 'connect ECONNREFUSED' });
    const gateway = await exchange((_heard, response) =>
      sendJson(response, 424, 'Failed Dependency', { 'x-claimcheck-gateway': 'timeout' }),
    );
    expect(gateway.reply).toEqual({ kind: 'gateway', http: 424, text: 'Failed Dependency' });
  });
});
