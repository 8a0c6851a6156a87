import { createServer } from 'node:http';
import { join } from 'node:path';
import { Client } from 'undici';
import { createFaultLog } from '../execution/fault-log.ts';
import { createFrameLog, type FrameLog } from '../execution/frame-log.ts';
import { createInterposer } from '../execution/interposer.ts';
import { createRecorder } from '../execution/recorder.ts';
import { type Clock, msOf, nsOf } from '../model/clock.ts';
import { percentile } from '../model/percentile.ts';
import type { Plan } from '../model/plan.ts';
import { createHttpChannel } from '../wire/http-channel.ts';
import { onlyUpstream } from './balancer.ts';
import { directWitness, isDirect } from './direct-witness.ts';
import { startHttpProxy } from './http-proxy.ts';
import { listenOnLoopback } from './loopback.ts';

// Enough for a median; a round trip takes well under a millisecond each way.
const ROUND_TRIPS = 50;
// The first ones open connections and compile code; on a busy machine they alone can take longer than all the others.
const WARM_UP_TRIPS = 5;
// On a machine too busy for all of them it ends here, with those it has.
const BUDGET_MS = 250;
// The echo is in this process: what takes so long will never come.
const TRIP_MS_MAX = 5_000;

/** What the harness itself adds to every HTTP request: medians in ms of the same round trips without it and with it. */
export interface Floor {
  readonly directMs: number;
  /** Through the proxy. */
  readonly proxiedMs?: number;
  /** Where agents speak straight to the server: through their own wire, which records. */
  readonly wireMs?: number;
  /** Round trips of each kind. */
  readonly count: number;
}

/**
 * Sends small requests to an echo in this process, in turn straight and the way they go in the run: through a proxy that records
 * and has no faults to inject, or over the wire of an agent that records. null: the time was up before anything was measured.
 */
export async function measureFloor(options: {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly scratch: string;
  readonly budgetMs?: number;
}): Promise<Floor | null> {
  const { clock, scratch, budgetMs = BUDGET_MS } = options;
  const plan = { ...options.plan, faults: [] };
  const recorder = createRecorder({ path: join(scratch, 'floor.jsonl'), clock, time: 'real' });
  const log = createFaultLog(plan, recorder);
  const echo = await startEcho();
  const url = `http://127.0.0.1:${echo.port}/mcp`;
  const frames = createFrameLog({ recorder, mode: plan.record, transport: 'http', drain: () => {} });
  // As the run itself goes, which has its faults.
  const isStraight = isDirect(options.plan);
  const proxy = isStraight
    ? null
    : await startHttpProxy({
        balancer: onlyUpstream(new URL(url)),
        path: '/mcp',
        interposer: createInterposer({
          plan,
          faults: new Map(),
          log,
          nowMs: () => msOf(clock.now()),
          sleep: clock.sleep,
          onCreateAnswered: () => {},
        }),
        frames,
        log,
        tagOf: () => undefined,
        sleep: clock.sleep,
      });
  try {
    const direct = roundTrips(url, clock);
    const ours = proxy === null ? wireTrips(url, frames, clock) : roundTrips(proxy.urlFor('floor'), clock);
    try {
      const medians = await inTurn({ direct: direct.trip, ours: ours.trip, clock, budgetMs });
      if (medians === null) return null;
      const { directMs, oursMs, count } = medians;
      return { directMs, ...(isStraight ? { wireMs: oursMs } : { proxiedMs: oursMs }), count };
    } finally {
      await Promise.all([direct.close(), ours.close()]);
    }
  } finally {
    await proxy?.close();
    await echo.close();
    recorder.close();
  }
}

/** One of each after the other, so that both meet the same machine. */
async function inTurn(ways: {
  readonly direct: (id: number) => Promise<number>;
  readonly ours: (id: number) => Promise<number>;
  readonly clock: Clock;
  readonly budgetMs: number;
}): Promise<{ readonly directMs: number; readonly oursMs: number; readonly count: number } | null> {
  const { clock } = ways;
  const samples: { readonly direct: number[]; readonly ours: number[] } = { direct: [], ours: [] };
  for (let id = 1; id <= WARM_UP_TRIPS; id += 1) {
    await ways.direct(id);
    await ways.ours(id);
  }
  const until = clock.now() + nsOf(ways.budgetMs);
  for (let trip = 1; trip <= ROUND_TRIPS && clock.now() < until; trip += 1) {
    samples.direct.push(await ways.direct(WARM_UP_TRIPS + trip));
    samples.ours.push(await ways.ours(WARM_UP_TRIPS + trip));
  }
  const directMs = median(samples.direct);
  const oursMs = median(samples.ours);
  return directMs === null || oursMs === null ? null : { directMs, oursMs, count: samples.direct.length };
}

function median(samples: readonly number[]): number | null {
  const value = percentile(
    [...samples].sort((a, b) => a - b),
    0.5,
  );
  return value === null ? null : Math.round(value * 1000) / 1000;
}

/** POSTs like an agent's, one after another on one connection. `trip` gives how long it took, ms. */
function roundTrips(url: string, clock: Clock) {
  const { origin, pathname: path } = new URL(url);
  const client = new Client(origin);
  return {
    async trip(id: number) {
      const from = clock.now();
      const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
      const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tasks/get', params: { taskId: 'floor' } });
      const reply = await client.request({ path, method: 'POST', headers, body });
      await reply.body.text();
      return msOf(clock.now() - from);
    },
    close: () => client.destroy(),
  };
}

/** The same as an agent of the run sends and reads it. */
function wireTrips(url: string, frames: Pick<FrameLog, 'frame' | 'arrived'>, clock: Clock) {
  const channel = createHttpChannel({ url, headers: {}, witness: directWitness(frames, 'floor') });
  const { signal } = new AbortController();
  return {
    async trip(id: number) {
      const from = clock.now();
      const params = { taskId: 'floor' };
      await channel.request({ jsonrpc: '2.0', id, method: 'tasks/get', params }, { timeoutMs: TRIP_MS_MAX, signal });
      return msOf(clock.now() - from);
    },
    close: () => channel.close(),
  };
}

/** Answers every request at once with a reply of a usual size. */
async function startEcho(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { taskId: 'floor', status: 'working' } }));
    });
  });
  const port = await listenOnLoopback(server);
  return {
    port,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
