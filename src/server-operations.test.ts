import { expect, test } from 'vitest';
import { createServer, type ServerOptions } from './server.ts';
import { openMemoryStore } from './stores/memory.ts';
import type { ServerClock } from './tasks/clock.ts';
import { createServerClock } from './tasks/clock.ts';
import { createSilentLog, type LogFields, type ServerLog } from './telemetry/log.ts';
import { readExposition } from './testing/exposition.ts';
import { postModern } from './testing/modern-client.ts';
import { scrapedFamilies } from './testing/scraped-families.ts';

const MEMORY = { state: { store: 'memory' }, observability: { metrics: true } } as const;

async function scrape(url: string | undefined) {
  const response = await fetch(new URL('/metrics', url));
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  return { series: readExposition(text), families: scrapedFamilies(text) };
}

function remember(): { readonly log: ServerLog; readonly lines: (LogFields & { readonly text: string })[] } {
  const lines: (LogFields & { readonly text: string })[] = [];
  const say = (fields: LogFields, text: string) => lines.push({ ...fields, text });
  return { lines, log: { ...createSilentLog(), info: say, warn: say } };
}

test('a caller who polls too often gets 429 with Retry-After and the exact time, and is counted', async () => {
  const config = { ...MEMORY, polling: { perSecondMax: 0.5, burst: 1 } };
  await using server = await createServer({ config, log: createSilentLog() });
  await server.start();
  const poll = () => postModern(server.url, 'tasks/get', { taskId: 'none' });
  expect((await poll()).body).toMatchObject({ error: { code: -32_602 } });
  const refused = await poll();
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('2');
  expect(refused.body).toMatchObject({ error: { code: -32_000, data: { reason: 'rate-limited' } } });
  const { series, families } = await scrape(server.url);
  expect(series.get('mcp_async_polls_total{answer="rate-limited"}')).toBe(1);
  expect(families.get('mcp_async_polls_total')).toMatchObject({
    type: 'COUNTER',
    metrics: expect.arrayContaining([{ value: '1', labels: { answer: 'rate-limited' } }]),
  });
});

test('ready means that the store answers; alive means that the server does', async () => {
  let isBroken = false;
  const inner = await openMemoryStore();
  const store = { ...inner, get: (id: string) => (isBroken ? Promise.reject(new Error('gone')) : inner.get(id)) };
  await using server = await createServer({ config: MEMORY, log: createSilentLog(), store });
  await server.start();
  const statusOf = async (path: string) => (await fetch(new URL(path, server.url))).status;
  expect(await statusOf('/readyz')).toBe(200);
  isBroken = true;
  expect(await statusOf('/readyz')).toBe(503);
  expect(await statusOf('/healthz')).toBe(200);
  isBroken = false;
  expect(await statusOf('/readyz')).toBe(200);
});

test('the trace of a call goes on in its work and in the lines of the log', async () => {
  const { log, lines } = remember();
  await using server = await createServer({ config: MEMORY, log });
  await server.start();
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const spanId = '00f067aa0ba902b7';
  const call = { name: 'effect', arguments: { token: 't', ms: 1 } };
  for (const traceparent of [`00-${traceId}-${spanId}-01`, 'no such thing']) {
    const { body } = await postModern(server.url, 'tools/call', { ...call, meta: { traceparent } });
    const { taskId } = Object(body.result);
    await server.engine.wait('anonymous', taskId, new AbortController().signal);
  }
  const traced = lines.filter((line) => line.traceId !== undefined);
  expect(traced.map(({ text }) => text)).toEqual(['work begins', 'work ended']);
  for (const line of traced) {
    expect(line).toMatchObject({ traceId, parentSpanId: spanId, tool: 'effect', run: 1 });
    expect(line.spanId).toMatch(/^[0-9a-f]{16}$/);
  }
});

test('alerts fire when too much fails or takes too long, show in the metrics, and clear again', async () => {
  let nowMs = 1_000_000;
  const ticks: (() => void)[] = [];
  const real = createServerClock();
  const clock: ServerClock = {
    ...real,
    now: () => nowMs,
    every(ms, tick) {
      if (ms >= 10_000) ticks.push(tick); // The watch over the alerts; what the engine repeats comes far more often.
      return ms >= 10_000 ? () => {} : real.every(ms, tick);
    },
  };
  const { log, lines } = remember();
  const config: ServerOptions['config'] = {
    ...MEMORY,
    execution: { slaSeconds: 60 },
    observability: { metrics: true, alerts: { meanSecondsMax: 0.001, endedCountMin: 2, windowSeconds: 60 } },
  };
  await using server = await createServer({ config, log, clock });
  await server.start();
  const call = async (mode: string, key: string) => {
    const submitted = await server.engine.submit({
      ...{ principal: 'alice', tool: 'effect', arguments: { token: key, ms: 0, mode } },
      ...{ idempotencyKey: key, maxWaitMs: null },
    });
    if (submitted.kind !== 'accepted') throw new Error(`expected a task, got ${submitted.kind}`);
    nowMs += 20; // As if it had waited in the queue.
    await server.engine.wait('alice', submitted.task.id, new AbortController().signal);
  };
  const look = async () => {
    for (const tick of ticks) tick();
    const { families } = await scrape(server.url);
    const samples = families.get('mcp_async_alert')?.metrics ?? [];
    const raised = (id: string) => samples.find(({ labels }) => labels?.alert === id);
    return ['failure-rate', 'slow'].map((id) => {
      const found = raised(id);
      return found !== undefined && 'value' in found ? Number(found.value) : 0;
    });
  };
  expect(await look()).toEqual([0, 0]);
  await call('error', 'a');
  await call('plain', 'b');
  expect(await look()).toEqual([1, 1]);
  nowMs += 61_000;
  expect(await look()).toEqual([0, 0]);
  const said = lines.filter(({ alert }) => alert !== undefined).map(({ alert, text }) => [alert, text]);
  expect(said).toEqual([
    ['failure-rate', '1 of 2 tasks failed, more than 5 %'],
    ['slow', expect.stringMatching(/^tasks take [\d.]+ s on the average, more than 0\.001 s$/)],
    ['failure-rate', 'no longer so'],
    ['slow', 'no longer so'],
  ]);
});
