import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createSystemClock } from '../model/clock.ts';
import type { StoreTrouble } from '../model/fault.ts';
import { createPrng } from '../model/prng.ts';
import { type EngineProxy, openEngineProxy } from './engine-proxy.ts';

const clock = createSystemClock();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** An engine that remembers what it was asked and answers each with itself. */
async function stage(): Promise<{ readonly proxy: EngineProxy; readonly asked: string[]; dial(): Promise<Socket> }> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const engine = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      asked.push(chunk.toString());
      socket.write(`re:${chunk.toString()}`);
    });
  });
  engine.listen(0, '127.0.0.1');
  await once(engine, 'listening');
  ends.push(async () => {
    for (const socket of sockets) socket.destroy();
    engine.close();
  });
  const address = engine.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const proxy = await openEngineProxy({ upstreamPort: address.port, clock, draw: createPrng(1) });
  ends.push(async () => proxy[Symbol.asyncDispose]());
  const dial = async () => {
    const socket = connect({ host: '127.0.0.1', port: proxy.port });
    ends.push(async () => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  return { proxy, asked, dial };
}

async function ask(socket: Socket, text: string): Promise<string> {
  const answer = new Promise<string>((resolve) => {
    socket.once('data', (chunk) => resolve(chunk.toString()));
    socket.once('error', (error) => resolve(`error ${Reflect.get(error, 'code')}`));
  });
  socket.write(text);
  return answer;
}

const strike = async (trouble: StoreTrouble) => {
  const { proxy, asked, dial } = await stage();
  const socket = await dial();
  expect(await ask(socket, 'a')).toBe('re:a');
  proxy.setTrouble(trouble);
  const answer = await ask(socket, 'b');
  const { touched } = proxy.setTrouble(null);
  return { answer, asked, touched, again: await ask(await dial(), 'c') };
};

test('slow holds an operation back and does it all the same', async () => {
  const from = clock.now();
  expect(await strike({ form: 'slow', ms: 60 })).toEqual({
    answer: 're:b',
    asked: ['a', 'b', 'c'],
    touched: 1,
    again: 're:c',
  });
  expect(clock.now() - from).toBeGreaterThan(60e6);
});

test('failing ends the connection, and the operation never arrives', async () => {
  expect(await strike({ form: 'failing', probability: 1 })).toEqual({
    answer: 'error ECONNRESET',
    asked: ['a', 'c'],
    touched: 1,
    again: 're:c',
  });
});

test('cut lets the operation arrive, and loses its answer with the connection', async () => {
  expect(await strike({ form: 'cut', probability: 1 })).toEqual({
    answer: 'error ECONNRESET',
    asked: ['a', 'b', 'c'],
    touched: 1,
    again: 're:c',
  });
});

test('a chance of nothing strikes nothing', async () => {
  for (const form of ['failing', 'cut'] as const) {
    expect(await strike({ form, probability: 0 })).toMatchObject({ answer: 're:b', touched: 0 });
  }
});

test('an engine that is away is away for its server', async () => {
  const proxy = await openEngineProxy({ upstreamPort: 1, clock, draw: createPrng(1) });
  ends.push(async () => proxy[Symbol.asyncDispose]());
  const socket = connect({ host: '127.0.0.1', port: proxy.port });
  const [error] = await once(socket, 'error');
  expect(Reflect.get(error, 'code')).toBe('ECONNRESET');
});
