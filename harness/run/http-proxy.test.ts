import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFaultLog } from '../execution/fault-log.ts';
import { createFrameLog } from '../execution/frame-log.ts';
import { createInterposer } from '../execution/interposer.ts';
import { createLedger } from '../execution/ledger.ts';
import { createRecorder } from '../execution/recorder.ts';
import { faultThat, strike } from '../execution/testing/single-strike.ts';
import { createSystemClock } from '../model/clock.ts';
import type { Event } from '../model/event.ts';
import type { MessageFault } from '../model/fault.ts';
import { readHistory } from '../model/history.ts';
import type { PlannedFault } from '../model/plan.ts';
import { samplePlan } from '../model/testing/sample-plan.ts';
import { onlyUpstream } from './balancer.ts';
import { type HttpProxy, startHttpProxy } from './http-proxy.ts';

/** null: it is no message. */
function idIn(body: string): number | null {
  try {
    return JSON.parse(body).id;
  } catch {
    return null;
  }
}

describe('the HTTP proxy', () => {
  let dir = '';
  let server: Server;
  let proxy: HttpProxy | null = null;
  let finish: () => Promise<readonly Event[]>;
  /** What the server under test was sent. */
  let received: string[] = [];
  let frameCount = 0;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'claimcheck-proxy-'));
    received = [];
    frameCount = 0;
    writeFileSync(join(dir, 'ledger'), '');
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        received.push(`${request.method} ${request.url} ${request.headers['x-mine'] ?? ''} ${body}`);
        const id = idIn(body);
        if (id === null) {
          response.writeHead(400).end();
          return;
        }
        appendFileSync(join(dir, 'ledger'), `{"token":"token-${id}"}\n`);
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    await proxy?.close();
    proxy = null;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(dir, { recursive: true, force: true });
  });

  const start = async (faults: readonly PlannedFault[], unit: MessageFault): Promise<HttpProxy> => {
    const plan = { ...samplePlan(2000), faults };
    const clock = createSystemClock();
    const recorder = createRecorder({ path: join(dir, 'history.jsonl'), clock, time: 'real' });
    recorder.onEvent((event) => {
      if (event.kind === 'frame') frameCount += 1;
    });
    const log = createFaultLog(plan, recorder);
    const ledger = createLedger({
      path: join(dir, 'ledger'),
      copyTo: null,
      originNs: clock.originNs,
      now: clock.now,
      boot: () => 1,
      callOf: (token) => Number(token.replace('token-', '')),
      onEffect: recorder.record,
      onComplaint: (text) => expect.fail(text),
    });
    const address = server.address();
    const port = (typeof address === 'object' && address !== null ? address : expect.fail('no address')).port;
    const sleep = (ms: number) => clock.sleep(ms);
    proxy = await startHttpProxy({
      balancer: onlyUpstream(new URL(`http://127.0.0.1:${port}/mcp`)),
      path: '/mcp',
      interposer: createInterposer({
        plan,
        faults: new Map([['F5', unit]]),
        log,
        nowMs: () => 0,
        sleep,
        onCreateAnswered: () => {},
      }),
      frames: createFrameLog({ recorder, mode: 'full', transport: 'http', drain: ledger.drain }),
      log,
      tagOf: (_conn, id) =>
        id === 'answer:1'
          ? { op: 'update', call: 1, attempt: 1, agent: 1 }
          : { op: 'create', call: Number(id), attempt: 1, agent: 1 },
      sleep,
    });
    finish = async () => {
      recorder.close();
      ledger.close();
      return (await readHistory(join(dir, 'history.jsonl'))).events;
    };
    return proxy;
  };

  const post = async (url: string, id: number): Promise<string> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: {} });
    const response = await fetch(url, { method: 'POST', body, headers: { 'x-mine': 'kept' } });
    return `${response.status} ${await response.text()}`;
  };
  const framesOf = (events: readonly Event[]) =>
    events.flatMap((event) => (event.kind === 'frame' ? [`${event.dir} ${event.action} ${event.rpcId}`] : []));

  it('forwards bytes, path and headers, and records a frame each way', async () => {
    const { urlFor } = await start([], faultThat({ action: 'pass' }));
    expect(await post(urlFor('a1'), 7)).toBe('200 {"jsonrpc":"2.0","id":7,"result":{}}');
    expect(received).toEqual(['POST /mcp kept {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}']);
    expect(framesOf(await finish())).toEqual(['out pass 7', 'in pass 7']);
  });

  it('loses a reply after the server has given it: the client sees a reset, the effect stands before the frame', async () => {
    const { urlFor } = await start([strike('reply')], faultThat({ action: 'cut', how: 'reset' }));
    await expect(post(urlFor('a1'), 1)).rejects.toThrow();
    const events = await finish();
    expect(received).toHaveLength(1);
    expect(framesOf(events)).toEqual(['out pass 1', 'in cut 1']);
    const order = events.flatMap((event) => (event.kind === 'fx' || event.kind === 'frame' ? [event.kind] : []));
    expect(order).toEqual(['frame', 'fx', 'frame']);
    expect(events.filter((event) => event.kind === 'fault').map((event) => event.phase)).toEqual([
      'plan',
      'start',
      'verified',
      'stop',
    ]);
  });

  it('loses a request before the server has seen it', async () => {
    const { urlFor } = await start([strike('request')], faultThat({ action: 'drop' }));
    await expect(post(urlFor('a1'), 1)).rejects.toThrow();
    expect(received).toEqual([]);
    expect(framesOf(await finish())).toEqual(['out drop 1']);
  });

  it('delivers a request twice and gives the client one answer', async () => {
    const { urlFor } = await start([strike('request')], faultThat({ action: 'dup', afterMs: 5 }));
    expect(await post(urlFor('a1'), 1)).toContain('200');
    await expect.poll(() => received.length).toBe(2);
    expect(received[0]).toBe(received[1]);
    await expect.poll(() => frameCount).toBe(4);
    expect(framesOf(await finish()).sort()).toEqual(['in drop 1', 'in pass 1', 'out dup 1', 'out pass 1']);
  });

  it('ends the connection within a reply', async () => {
    const { urlFor } = await start([strike('reply')], faultThat({ action: 'truncate', bytes: 12 }));
    await expect(post(urlFor('a1'), 1)).rejects.toThrow();
    expect(await post(urlFor('a1'), 2)).toContain('200');
    expect(framesOf(await finish())).toEqual(['out pass 1', 'in cut 1', 'out pass 2', 'in pass 2']);
  });

  const flipped = { action: 'spoil', how: 'flip', at: 0.5 } as const;

  it('gives a client what is no reply', async () => {
    const { urlFor } = await start([strike('reply')], faultThat(flipped));
    const answer = await post(urlFor('a1'), 1);
    expect(answer.startsWith('200 ')).toBe(true);
    expect(() => JSON.parse(answer.slice(4))).toThrow();
    expect(framesOf(await finish())).toEqual(['out pass 1', 'in flip 1']);
  });

  it('gives a server what is no request', async () => {
    const { urlFor } = await start([strike('request')], faultThat(flipped));
    expect(await post(urlFor('a1'), 1)).toBe('400 ');
    expect(framesOf(await finish())).toEqual(['out flip 1']);
  });

  it.each(['request', 'reply'] as const)('passes a %s in pieces, and all of it', async (direction) => {
    const pace = { sliceBytes: 7, everyMs: 1 };
    const { urlFor } = await start([strike(direction)], faultThat({ action: 'trickle', pace }));
    expect(await post(urlFor('a1'), 1)).toBe('200 {"jsonrpc":"2.0","id":1,"result":{}}');
    expect(received).toEqual(['POST /mcp kept {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}']);
    const [out, back] = direction === 'request' ? ['delay', 'pass'] : ['pass', 'delay'];
    expect(framesOf(await finish())).toEqual([`out ${out} 1`, `in ${back} 1`]);
  });

  const theirs = '{"jsonrpc":"2.0","id":1,"result":{}}';

  it('takes our answer to the server’s request 1 for no request of ours', async () => {
    const { urlFor } = await start([strike('request')], faultThat({ action: 'drop' }));
    expect((await fetch(urlFor('a1'), { method: 'POST', body: theirs })).status).toBe(200);
    expect(framesOf(await finish())[0]).toBe('out pass 1');
  });

  it('loses an answer that is the one to lose', async () => {
    const { urlFor } = await start([strike('request', 'update')], faultThat({ action: 'drop' }));
    await expect(fetch(urlFor('a1'), { method: 'POST', body: theirs })).rejects.toThrow();
    expect(framesOf(await finish())).toEqual(['out drop 1']);
  });

  it('says when the server refuses connections', async () => {
    const { urlFor } = await start([], faultThat({ action: 'pass' }));
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const response = await fetch(urlFor('a1'), { method: 'POST', body: '{"jsonrpc":"2.0","id":3,"method":"x"}' });
    expect([response.status, response.headers.get('x-claimcheck-upstream')]).toEqual([502, 'refused']);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await finish();
  });

  it('records 2,000 commits of 2,000 replies before the replies', async () => {
    const { urlFor } = await start([], faultThat({ action: 'pass' }));
    const ids = Array.from({ length: 2000 }, (_, index) => index + 1);
    for (let from = 0; from < ids.length; from += 50) {
      await Promise.all(ids.slice(from, from + 50).map((id) => post(urlFor(`a${id % 20}`), id)));
    }
    const committed = new Set<number | null>();
    let replies = 0;
    let early = 0;
    for (const event of await finish()) {
      if (event.kind === 'fx') committed.add(event.call);
      if (event.kind !== 'frame' || event.dir !== 'in') continue;
      replies += 1;
      if (!committed.has(Number(event.rpcId))) early += 1;
    }
    expect({ replies, early }).toEqual({ replies: 2000, early: 0 });
  });
});
