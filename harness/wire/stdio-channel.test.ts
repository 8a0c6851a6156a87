import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSystemClock } from '../model/clock.ts';
import type { RpcNotification } from './json-rpc.ts';
import { createStdioChannel } from './stdio-channel.ts';
import type { Stray } from './stray.ts';
import type { LineStream } from './wire.ts';

/** A link held by the test: what was sent, and what the server says next. */
function createLines() {
  const sent: string[] = [];
  let onLine = (_line: string) => {};
  let onClose = (_why: string) => {};
  let isUp = true;
  const stream: LineStream = {
    send(line) {
      if (isUp) sent.push(line);
      return isUp;
    },
    onLine: (listener) => {
      onLine = listener;
    },
    onClose: (listener) => {
      onClose = listener;
    },
  };
  return {
    stream,
    sent,
    say: (value: unknown) => onLine(typeof value === 'string' ? value : JSON.stringify(value)),
    close: (why: string) => onClose(why),
    stop: () => {
      isUp = false;
    },
  };
}

const request = (id: number) => ({ jsonrpc: '2.0' as const, id, method: 'tasks/get', params: {} });
const result = (id: number | string) => ({ jsonrpc: '2.0', id, result: { n: id } });

describe('stdio channel', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function open() {
    const lines = createLines();
    const strays: Stray[] = [];
    const notifications: RpcNotification[] = [];
    const controller = new AbortController();
    const channel = createStdioChannel({
      stream: lines.stream,
      clock: createSystemClock(),
      onStray: (stray) => strays.push(stray),
      onNotification: (notification) => notifications.push(notification),
    });
    const ask = (id: number, timeoutMs = 1_000) =>
      channel.request(request(id), { timeoutMs, signal: controller.signal });
    return { ...lines, strays, notifications, controller, channel, ask };
  }

  it('gives each reply to its request, in whatever order they come', async () => {
    const { ask, say, sent, strays } = open();
    const first = ask(1);
    const second = ask(2);
    expect(sent.map((line) => JSON.parse(line))).toEqual([request(1), request(2)]);
    say(result(2));
    say(result(1));
    expect(await first).toEqual({
      kind: 'answered',
      message: { id: 1, result: { n: 1 } },
      whole: result(1),
      http: null,
      headers: {},
      raw: JSON.stringify(result(1)),
    });
    expect(await second).toMatchObject({ message: { id: 2 } });
    expect(strays).toEqual([]);
  });

  it('reports late, repeated and unknown replies and garbage, and goes on', async () => {
    const { ask, say, strays } = open();
    const slow = ask(1, 50);
    await vi.advanceTimersByTimeAsync(60);
    expect(await slow).toEqual({ kind: 'timeout', aborted: false });
    say(result(1));
    const quick = ask(2);
    say(result(2));
    say(result(2));
    say(result('2'));
    say({ jsonrpc: '2.0', id: null, error: { code: -32700, message: 'parse error' } });
    say('server started on port 1');
    say('[]');
    say('');
    expect(await quick).toMatchObject({ kind: 'answered' });
    expect(strays).toEqual([
      { kind: 'late', rpcId: 1 },
      { kind: 'duplicate', rpcId: 2 },
      { kind: 'unknown', rpcId: '2' },
      { kind: 'unknown', rpcId: null },
      { kind: 'garbage', text: 'server started on port 1', why: 'not JSON, or nested too deep' },
      { kind: 'garbage', text: '[]', why: 'not a JSON object' },
    ]);
    const after = ask(3);
    say(result(3));
    expect(await after).toMatchObject({ kind: 'answered' });
  });

  it('ends what is open when the process goes, and refuses what comes after', async () => {
    const { ask, close } = open();
    const reply = ask(1);
    close('exit code 1');
    expect(await reply).toEqual({ kind: 'eof', message: 'exit code 1' });
    expect(await ask(2)).toEqual({ kind: 'refused', message: 'the process is gone: exit code 1' });
  });

  it('refuses what could not be sent, and keeps nothing of it', async () => {
    const { ask, stop, say, strays } = open();
    stop();
    expect(await ask(1)).toEqual({ kind: 'refused', message: 'the process is not running' });
    say(result(1));
    expect(strays).toEqual([{ kind: 'unknown', rpcId: 1 }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends the wait when the run ends, and leaves no timer behind', async () => {
    const { ask, controller } = open();
    const reply = ask(1);
    controller.abort();
    expect(await reply).toEqual({ kind: 'timeout', aborted: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('passes notifications on, answers ping, declines other requests of the server', () => {
    const { say, sent, notifications } = open();
    say({ jsonrpc: '2.0', method: 'notifications/tasks', params: { taskId: 't1' } });
    say({ jsonrpc: '2.0', id: 'p', method: 'ping' });
    say({ jsonrpc: '2.0', id: 9, method: 'roots/list' });
    expect(notifications).toEqual([{ jsonrpc: '2.0', method: 'notifications/tasks', params: { taskId: 't1' } }]);
    expect(sent.map((line) => JSON.parse(line))).toEqual([
      { jsonrpc: '2.0', id: 'p', result: {} },
      { jsonrpc: '2.0', id: 9, error: { code: -32601, message: 'roots/list is not offered by this client' } },
    ]);
  });

  it('knows the answer of our own gateway', async () => {
    const { ask, say } = open();
    const reply = ask(1);
    const data = { 'x-claimcheck-gateway': 'timeout' };
    say({ jsonrpc: '2.0', id: 1, error: { code: -32000, message: 'gave up', data } });
    expect(await reply).toEqual({ kind: 'gateway', http: null, text: 'gave up' });
  });
});
