import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../model/clock.ts';
import { startGuardian } from '../run/guardian.ts';
import { startServerProcess } from '../run/server-process.ts';
import { answerTo, described } from './answer.ts';
import { createHttpLink } from './http-link.ts';
import type { RawLink } from './raw-link.ts';
import { createStdioLink } from './stdio-link.ts';

const LONG_MS = 20_000;
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A link to a server that answers as told, and what reached it. */
async function reached(answer: (request: IncomingMessage, body: string, server: Answering) => void) {
  const heard: { readonly body: string; readonly headers: IncomingMessage['headers']; readonly method: string }[] = [];
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    heard.push({ body, headers: request.headers, method: request.method ?? '' });
    answer(request, body, {
      json: (status, value) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      },
      event: (value) => {
        if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(`data: ${JSON.stringify(value)}\n\n`);
      },
      end: () => void response.end(),
      break: () => void response.destroy(),
    });
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  let lastId = 0;
  const link: RawLink = createHttpLink({
    name: 'client 1',
    url: `http://127.0.0.1:${port}/mcp`,
    credentials: { authorization: 'Bearer secret-token' },
    clock: createSystemClock(),
    nextId: () => {
      lastId += 1;
      return lastId;
    },
  });
  closers.push(async () => {
    await link.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { link, heard };
}

interface Answering {
  json(status: number, value: unknown): void;
  event(value: unknown): void;
  end(): void;
  break(): void;
}

describe('a raw link over HTTP', () => {
  it('sends any text, and shows what came back without the credentials', async () => {
    const { link, heard } = await reached((_request, _body, server) =>
      server.json(400, { jsonrpc: '2.0', id: null, error: { code: -32_700, message: 'no JSON' } }),
    );
    link.setHeaders({ 'mcp-session-id': 's1' });
    const exchange = link.open({ id: null, text: '{"half":', headers: { 'mcp-method': 'x', accept: null } });
    const answer = await answerTo(exchange, LONG_MS);
    expect(heard).toMatchObject([
      { body: '{"half":', headers: { authorization: 'Bearer secret-token', 'mcp-session-id': 's1' } },
    ]);
    expect(heard[0]?.headers.accept).toBeUndefined();
    expect(answer).toMatchObject({ status: 400, error: { code: -32_700 }, result: null, why: null });
    expect(described(answer)).toBe('error -32700 "no JSON" (HTTP 400)');
    expect(answer.frames).toMatchObject([
      { direction: 'sent', head: 'POST\nmcp-session-id: s1\nmcp-method: x', text: '{"half":' },
      { direction: 'received', head: 'HTTP 400' },
    ]);
    expect(JSON.stringify(answer.frames)).not.toContain('secret-token');
  });

  it('reads events one by one, and the reply among them', async () => {
    const { link } = await reached((_request, _body, server) => {
      server.event({ jsonrpc: '2.0', method: 'notifications/progress', params: {} });
      server.event({ jsonrpc: '2.0', id: 7, result: { resultType: 'complete' } });
      server.end();
    });
    const answer = await answerTo(link.open({ id: 7, text: '{}' }), LONG_MS);
    expect(answer.result).toEqual({ resultType: 'complete' });
    expect(answer.others).toEqual([{ jsonrpc: '2.0', method: 'notifications/progress', params: {} }]);
  });

  it('says why nothing came: a status alone, a broken connection, silence', async () => {
    const { link } = await reached((request, _body, server) => {
      const what = request.headers['mcp-method'];
      if (what === 'status') server.json(202, undefined);
      else if (what === 'break') server.break();
    });
    const ask = async (what: string, withinMs: number) =>
      (await answerTo(link.open({ id: 1, text: '{}', headers: { 'mcp-method': what } }), withinMs)).why;
    expect(await ask('status', LONG_MS)).toBe('HTTP 202 without a JSON-RPC reply');
    expect(await ask('break', LONG_MS)).toMatch(/^the connection failed: /);
    expect(await ask('silence', 30)).toBe('no reply within 30 ms');
  });

  it('breaks the connection off when the exchange is closed', async () => {
    let isGone = false;
    const { link } = await reached((request, _body, server) => {
      request.socket.once('close', () => {
        isGone = true;
      });
      server.event({ jsonrpc: '2.0', method: 'notifications/hello' });
    });
    const exchange = link.open({ id: 1, text: '{}' });
    expect(await exchange.wait(() => true, LONG_MS)).toMatchObject({
      text: '{"jsonrpc":"2.0","method":"notifications/hello"}',
    });
    exchange.close();
    await expect.poll(() => isGone).toBe(true);
    expect(exchange.ended()).toBe('it was closed');
  });

  it('cuts a long text, and says how much is left out', async () => {
    const { link } = await reached((_request, _body, server) =>
      server.json(200, { jsonrpc: '2.0', id: 1, result: {} }),
    );
    const answer = await answerTo(link.open({ id: 1, text: 'x'.repeat(5_000) }), LONG_MS);
    expect(answer.frames[0]).toMatchObject({ text: 'x'.repeat(2_000), cutChars: 3_000 });
  });
});

// Answers what has an id, says something beside it first, and ends when it is told to.
const PIPE_SERVER = `
const lines = require('node:readline').createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line === 'end') process.exit(3);
  let message = null;
  try { message = JSON.parse(line); } catch {}
  if (message === null) return console.log('{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no JSON"}}');
  console.log('{"jsonrpc":"2.0","method":"notifications/beside"}');
  if (message.id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { id: message.id } }));
});
`;

describe('a raw link over pipes', () => {
  it('gives a reply to its request, what comes beside to whoever listens, and the end to all', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-links-'));
    const guardian = startGuardian(scratch);
    const launch = { file: process.execPath, args: ['-e', PIPE_SERVER], env: {}, cwd: scratch };
    const stderrPath = join(scratch, 'stderr.log');
    const server = await startServerProcess({ launch, stderrPath, speaksOnPipes: true, guardian });
    closers.push(async () => {
      server.signal('SIGKILL', 'group');
      await server.exited;
      await guardian.close();
      rmSync(scratch, { recursive: true, force: true });
    });
    const link = createStdioLink({
      ...{ name: 'process', server, clock: createSystemClock(), nextId: () => 1 },
      close: async () => undefined,
    });
    const request = (id: number) => ({ id, text: JSON.stringify({ jsonrpc: '2.0', id, method: 'x' }) });
    const [one, two] = [link.open(request(1)), link.open(request(2))];
    const [second, first] = [await answerTo(two, LONG_MS), await answerTo(one, LONG_MS)];
    expect([first.result, second.result]).toEqual([{ id: 1 }, { id: 2 }]);
    expect(second.others.length).toBeGreaterThan(0);
    const garbled = await answerTo(link.open({ id: null, text: 'no JSON' }), LONG_MS);
    expect(garbled.error).toMatchObject({ code: -32_700 });
    const last = await answerTo(link.open({ id: 9, text: 'end' }), LONG_MS);
    expect(last.why).toBe('the server ended (exit code 3)');
    expect(link.isBroken()).toBe(true);
    expect((await answerTo(link.open(request(3)), LONG_MS)).why).toBe('the server is gone');
  });
});
