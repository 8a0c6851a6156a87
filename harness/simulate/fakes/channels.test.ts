import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealmThread, type RealmThread } from './testing/realm-thread.ts';

let thread: RealmThread;
beforeAll(async () => {
  thread = await createRealmThread();
});
afterAll(() => thread[Symbol.asyncDispose]());

describe('message-channel', () => {
  it('delivers each message as an event of the boot that made the port, and none to the dead', async () => {
    const [trace] = await thread.run(`
      import { MessageChannel as Named, receiveMessageOnPort } from 'node:worker_threads';
      export async function main({ log, boot, world }) {
        log(Named === MessageChannel, new Named() instanceof MessageChannel);
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => log('event', data, world.current().name);
        const object = { list: [1] };
        port2.postMessage(object);
        object.list.push(2);
        port2.postMessage('second');
        setImmediate(() => log('immediate'));
        await new Promise((resolve) => setTimeout(resolve, 1));

        const first = boot('boot 1');
        let port;
        first.run(() => {
          const channel = new Named();
          channel.port1.on('message', (value) => log('node style', value, world.current().name));
          port = channel.port2;
        });
        await new Promise((resolve) => setTimeout(resolve, 1));
        port.postMessage('to the living');
        await new Promise((resolve) => setTimeout(resolve, 1));
        port.postMessage('to the dead');
        first.kill();
        await new Promise((resolve) => setTimeout(resolve, 1));

        const pair = new MessageChannel();
        pair.port1.postMessage('waiting');
        log(receiveMessageOnPort(pair.port2), receiveMessageOnPort(pair.port2) === undefined);
        pair.port2.addEventListener('close', () => log('closed'));
        pair.port1.close();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }`);
    expect(trace).toEqual({
      error: null,
      log: [
        [0, true, true],
        [0, 'event', { list: [1] }, 'harness'],
        [0, 'event', 'second', 'harness'],
        [0, 'immediate'],
        [2, 'node style', 'to the living', 'boot 1'],
        [4, { message: 'waiting' }, true],
        [4, 'closed'],
      ],
    });
  });

  it('broadcasts to all others of the name', async () => {
    const [trace] = await thread.run(`
      export async function main({ log }) {
        const [one, two, three] = ['a', 'a', 'b'].map((name) => new BroadcastChannel(name));
        for (const [index, channel] of [one, two, three].entries()) channel.onmessage = ({ data }) => log(index, data);
        one.postMessage('hello');
        await new Promise((resolve) => setTimeout(resolve, 1));
        two.close();
        one.postMessage('again');
        await new Promise((resolve) => setTimeout(resolve, 1));
      }`);
    expect(trace).toEqual({ error: null, log: [[0, 1, 'hello']] });
  });

  it('ends the boot whose listener throws', async () => {
    const [trace] = await thread.run(`
      export async function main({ log, boot }) {
        const first = boot('boot 1');
        first.run(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => { throw new Error('in a listener'); };
          port2.postMessage(1);
        });
        await new Promise((resolve) => setTimeout(resolve, 1));
        log(first.failures);
      }`);
    expect(trace?.log).toEqual([[1, ['in a listener']]]);
  });
});

describe('abort-signal-timeout', () => {
  it('aborts in virtual time', async () => {
    const [trace] = await thread.run(`
      export async function main({ log }) {
        const signal = AbortSignal.timeout(600_000);
        signal.addEventListener('abort', () => log(signal.reason.name, signal instanceof AbortSignal));
        const any = AbortSignal.any([AbortSignal.timeout(5), signal]);
        any.onabort = () => log('any', any.reason.name);
        await new Promise((resolve) => setTimeout(resolve, 600_001));
        try { AbortSignal.timeout(-1); } catch (error) { log(error.code); }
      }`);
    expect(trace).toEqual({
      error: null,
      log: [
        [5, 'any', 'TimeoutError'],
        [600_000, 'TimeoutError', true],
        [600_001, 'ERR_OUT_OF_RANGE'],
      ],
    });
  });
});
