import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpPool, type HttpPool } from './http-pool.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const REQUEST = { text: 'POST /mcp HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n', isPlain: true };

interface Place {
  readonly url: URL;
  /** Connections in the order they came, each with what it was sent. */
  readonly heard: { readonly socket: Socket; text: string }[];
}

const open: { readonly server: Server; readonly pools: HttpPool[] }[] = [];
afterEach(async () => {
  for (const { server, pools } of open.splice(0)) {
    for (const pool of pools) pool.close();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A server that answers each request on a connection as it is told. */
async function stage(answer: (socket: Socket, index: number) => void, connectionsMax = 32) {
  const heard: Place['heard'] = [];
  let count = 0;
  const server = createServer((socket) => {
    const one = { socket, text: '' };
    heard.push(one);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      one.text += chunk.toString();
      answer(socket, count);
      count += 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const pool = createHttpPool(new URL(`http://127.0.0.1:${port}`), connectionsMax);
  open.push({ server, pools: [pool] });
  return { heard, pool };
}

/** The body of an answer, or why there is none. */
function ask(pool: HttpPool): Promise<string> {
  return new Promise((resolve) => {
    let body = '';
    pool.send(REQUEST, {
      onHead() {},
      onData(chunk) {
        body += chunk.toString();
      },
      onEnd: () => resolve(body),
      onFailure: (error) => resolve(`failed: ${error.message}`),
    });
  });
}

describe('connections of one client', () => {
  it('are used again, one request after another', async () => {
    const { pool, heard } = await stage((socket) => socket.write(OK));
    for (let count = 0; count < 5; count += 1) expect(await ask(pool)).toBe('ok');
    expect(heard.length).toBe(1);
    expect(heard[0]?.text).toBe(REQUEST.text.repeat(5));
  });

  it('are as many as there are requests, and no more than allowed: the others wait', async () => {
    const held: Socket[] = [];
    const { pool, heard } = await stage((socket, index) => (index < 3 ? void held.push(socket) : socket.write(OK)), 3);
    const asked = Array.from({ length: 7 }, () => ask(pool));
    while (held.length < 3) await new Promise(setImmediate);
    for (const socket of held) socket.write(OK);
    expect(await Promise.all(asked)).toEqual(new Array(7).fill('ok'));
    expect(heard.length).toBe(3);
  });

  it('give their place to another when they break, and only their own request fails', async () => {
    const { pool, heard } = await stage((socket, index) => (index === 0 ? socket.end() : socket.write(OK)), 1);
    expect(await Promise.all([ask(pool), ask(pool)])).toEqual(['failed: other side closed', 'ok']);
    expect(heard.length).toBe(2);
  });

  it('are left when the server says so, or says more than it was asked for', async () => {
    const close = OK.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n');
    const { pool, heard } = await stage((socket, index) =>
      socket.write([close, `${OK}${OK}`, `${OK}HTT`, OK][index] ?? ''),
    );
    for (let count = 0; count < 4; count += 1) expect(await ask(pool)).toBe('ok');
    expect(heard.length).toBe(4);
  });

  it('are not used any more when the server may close them at any moment', async () => {
    const soon = OK.replace('\r\n\r\n', '\r\nkeep-alive: timeout=1\r\n\r\n');
    const { pool, heard } = await stage((socket) => socket.write(soon));
    expect([await ask(pool), await ask(pool)]).toEqual(['ok', 'ok']);
    expect(heard.length).toBe(2);
  });

  it('that are given up take nobody with them', async () => {
    const { pool } = await stage((socket, index) => (index === 0 ? undefined : socket.write(OK)), 1);
    const giveUp = pool.send(REQUEST, { onHead() {}, onData() {}, onEnd() {}, onFailure() {} });
    const second = ask(pool);
    await new Promise((resolve) => setTimeout(resolve, 20));
    giveUp();
    expect(await second).toBe('ok');
  });

  it('end with the client, and whoever waits hears it', async () => {
    const { pool } = await stage(() => undefined, 1);
    const asked = [ask(pool), ask(pool)];
    pool.close();
    expect(await Promise.all(asked)).toEqual(new Array(2).fill('failed: the client was closed'));
  });
});
