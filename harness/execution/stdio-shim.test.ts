import { EventEmitter } from 'node:events';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Disposition } from '../model/fault.ts';
import type { PlannedFault } from '../model/plan.ts';
import { samplePlan } from '../model/testing/sample-plan.ts';
import { createFrameLog, type Framing } from './frame-log.ts';
import { createInterposer } from './interposer.ts';
import type { LinePeer } from './line-peer.ts';
import { createStdioShim } from './stdio-shim.ts';
import { faultThat, strike } from './testing/single-strike.ts';

function shimFor(faults: readonly PlannedFault[], disposition: Disposition) {
  const output = new PassThrough();
  const written: string[] = [];
  const closes = new EventEmitter();
  const readable = createInterface({ input: output });
  const peer: LinePeer = {
    isGone: () => false,
    write: (line) => written.push(line) > 0,
    onLine: (listener) => readable.on('line', listener),
    onClose(listener) {
      readable.once('close', () => listener('the server closed its stdout'));
      closes.once('exit', () => listener('the server exited (SIGKILL)'));
    },
  };
  const frames: string[] = [];
  const notes: string[] = [];
  const verified: string[] = [];
  let drains = 0;
  const plan = { ...samplePlan(), faults };
  const log = {
    start: () => {},
    verified: () => {},
    proven: (entry: string) => verified.push(entry),
    stop: () => {},
    active: () => [],
  };
  const real = createFrameLog({
    recorder: {
      record(event) {
        if (event.kind === 'note') notes.push(event.text ?? '');
        return 0;
      },
    },
    mode: 'full',
    transport: 'stdio',
    drain: () => {
      drains += 1;
    },
  });
  const shim = createStdioShim({
    conn: 'stdio-b1',
    peer,
    interposer: createInterposer({
      plan,
      faults: new Map([['F5', faultThat(disposition)]]),
      log,
      nowMs: () => 0,
      // Nothing is released by time here: only what the test does lets a held reply go.
      sleep: () => new Promise(() => {}),
      onCreateAnswered: () => {},
    }),
    frames: {
      ...real,
      frame: ({ dir, head }: Framing, action: string) => frames.push(`${dir} ${action} ${head.rpcId ?? head.type}`),
    },
    log,
    tagOf: (_conn, id) =>
      id === 'answer:1'
        ? { op: 'update', call: 1, attempt: 1, agent: 1 }
        : { op: 'create', call: Number(id), attempt: 1, agent: 1 },
    sleep: async () => {},
  });
  const lines: string[] = [];
  shim.onLine((line) => lines.push(line));
  return { shim, output, written, frames, notes, verified, lines, drains: () => drains };
}

const request = (id: number) => JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: {} });
const reply = (id: number) => JSON.stringify({ jsonrpc: '2.0', id, result: {} });

describe('the stdio shim', () => {
  it('passes lines both ways, byte for byte, and drains the ledger before a line counts', async () => {
    const bed = shimFor([], { action: 'pass' });
    expect(bed.shim.send(request(1))).toBe(true);
    bed.output.write(`${reply(1)}\nnot json\n`);
    await expect.poll(() => bed.lines).toEqual([reply(1), 'not json']);
    expect(bed.written).toEqual([request(1)]);
    expect(bed.frames).toEqual(['out pass 1', 'in pass 1', 'in pass garbage']);
    expect(bed.drains()).toBe(2);
  });

  it('records ten thousand lines that are no message, says that it stops there, and still delivers replies', async () => {
    const bed = shimFor([], { action: 'pass' });
    bed.output.write('log\n'.repeat(10_005));
    bed.output.write(`${reply(1)}\n`);
    await expect.poll(() => bed.lines.at(-1)).toBe(reply(1));
    expect([bed.frames.length, bed.frames.at(-1), bed.lines.length]).toEqual([10_001, 'in pass 1', 10_001]);
    expect(bed.notes).toEqual(['stdio-b1: of the lines that are no message no more are recorded']);
  });

  it('loses one reply and lets the next one through', async () => {
    const bed = shimFor([strike('reply')], { action: 'cut', how: 'reset' });
    bed.output.write(`${reply(1)}\n${reply(2)}\n`);
    await expect.poll(() => bed.lines).toEqual([reply(2)]);
    expect(bed.frames).toEqual(['in cut 1', 'in pass 2']);
    expect(bed.verified).toEqual(['F5#1']);
  });

  it('delivers a request twice and gives its sender one answer', async () => {
    const bed = shimFor([strike('request')], { action: 'dup', afterMs: 1 });
    bed.shim.send(request(1));
    await expect.poll(() => bed.written).toEqual([request(1), request(1)]);
    bed.output.write(`${reply(1)}\n${reply(1)}\n`);
    await expect.poll(() => bed.frames.length).toBe(4);
    expect(bed.frames).toEqual(['out pass 1', 'out dup 1', 'in pass 1', 'in drop 1']);
    expect(bed.lines).toEqual([reply(1)]);
  });

  it('takes our answer to the server’s request 1 for no request of ours', async () => {
    const bed = shimFor([strike('request')], { action: 'drop' });
    bed.shim.send(reply(1));
    expect(bed.frames).toEqual(['out pass 1']);
    bed.shim.send(request(1));
    expect(bed.frames).toEqual(['out pass 1', 'out drop 1']);
  });

  it('doubles an answer without taking the reply to our own request of that id for a copy', async () => {
    const bed = shimFor([strike('request', 'update')], { action: 'dup', afterMs: 1 });
    bed.shim.send(reply(1));
    await expect.poll(() => bed.written).toEqual([reply(1), reply(1)]);
    expect(bed.verified).toEqual(['F5#1']);
    bed.shim.send(request(1));
    bed.output.write(`${reply(1)}\n${reply(1)}\n`);
    await expect.poll(() => bed.lines).toEqual([reply(1), reply(1)]);
  });

  it('gives half a reply, or none that can be read, in place of one', async () => {
    const half = shimFor([strike('reply')], { action: 'truncate', bytes: 10 });
    half.output.write(`${reply(1)}\n${reply(2)}\n`);
    await expect.poll(() => half.lines).toEqual([reply(1).slice(0, 10), reply(2)]);
    expect([half.frames, half.verified]).toEqual([['in cut 1', 'in pass 2'], ['F5#1']]);
    const spoilt = shimFor([strike('reply')], { action: 'spoil', how: 'flip', at: 0 });
    spoilt.output.write(`${reply(1)}\n`);
    await expect.poll(() => spoilt.lines.length).toBe(1);
    expect(spoilt.lines[0]).not.toBe(reply(1));
    expect([spoilt.frames, spoilt.verified]).toEqual([['in flip 1'], ['F5#1']]);
  });

  it('lets a reply through behind a line of a log', async () => {
    const bed = shimFor([strike('reply')], { action: 'spoil', how: 'log', at: 0 });
    bed.output.write(`${reply(1)}\n`);
    await expect.poll(() => bed.lines.at(-1)).toBe(reply(1));
    expect([bed.lines.length, bed.frames]).toEqual([2, ['in flip 1']]);
  });

  it('spoils a request, and is as late as its last piece with one that trickles', async () => {
    const spoilt = shimFor([strike('request')], { action: 'spoil', how: 'glued', at: 0 });
    spoilt.shim.send(request(1));
    expect(spoilt.written[0]?.startsWith(`${request(1)}{`)).toBe(true);
    expect([spoilt.frames, spoilt.verified]).toEqual([['out flip 1'], ['F5#1']]);
    const slow = shimFor([strike('request')], { action: 'trickle', pace: { sliceBytes: 8, everyMs: 1 } });
    slow.shim.send(request(1));
    await expect.poll(() => slow.written).toEqual([request(1)]);
    expect([slow.frames, slow.verified]).toEqual([['out delay 1'], ['F5#1']]);
  });

  it('holds a reply until another has passed', async () => {
    const bed = shimFor([strike('reply')], { action: 'hold', delayMsMax: 1000 });
    bed.output.write(`${reply(1)}\n`);
    bed.output.write(`${reply(2)}\n`);
    await expect.poll(() => bed.lines).toEqual([reply(2), reply(1)]);
    expect(bed.verified).toEqual(['F5#1']);
  });
});
