import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createServerClock } from '../tasks/clock.ts';
import { taskOf } from '../tasks/testing/task-fixture.ts';
import { scrapedFamilies } from '../testing/scraped-families.ts';
import { watchAlerts } from './alert-watch.ts';
import { type AlertRules, alertsOf } from './alerts.ts';
import { createSilentLog } from './log.ts';
import { createServerMetrics, type MetricsSnapshot } from './metrics.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const rules: AlertRules = {
  ...{ failureRatioMax: 0.05, meanMsMax: 10_000, endedCountMin: 20 },
  ...{ waitingMax: 100, waitingRatioMax: 0.8 },
};
const calm: MetricsSnapshot = {
  ...{ endedCount: 0, failedCount: 0, meanDurationMs: 0 },
  ...{ refusedCount: 0, waitingCount: 0, runningCount: 0 },
};

test.each([
  ['nothing happened', {}, []],
  ['5 of 100 failed: just allowed', { endedCount: 100, failedCount: 5 }, []],
  ['6 of 100 failed', { endedCount: 100, failedCount: 6 }, ['failure-rate']],
  ['19 of 19 failed: too few to say', { endedCount: 19, failedCount: 19 }, []],
  ['20 took 10 s on the average: just allowed', { endedCount: 20, meanDurationMs: 10_000 }, []],
  ['20 took longer', { endedCount: 20, meanDurationMs: 10_001 }, ['slow']],
  ['19 took longer: too few to say', { endedCount: 19, meanDurationMs: 60_000 }, []],
  ['80 of 100 wait', { waitingCount: 80 }, []],
  ['81 of 100 wait', { waitingCount: 81 }, ['queue-nearly-full']],
  ['one was refused', { refusedCount: 1, waitingCount: 100 }, ['queue-full']],
])('alerts when %s', (_name, parts, expected) => {
  expect(alertsOf({ ...calm, ...parts }, rules).map(({ id }) => id)).toEqual(expected);
});

const metricsOf = () =>
  createServerMetrics({ load: () => ({ waiting: 3, running: 2 }), now: () => Date.now(), windowMs: 60_000 });

test('counts what happens to tasks by tool and outcome', async () => {
  const metrics = metricsOf();
  const queued = taskOf({ createdAt: 1_000, updatedAt: 1_000 });
  const running = { ...queued, state: 'running' as const, runs: 1, startedAt: 1_250, updatedAt: 1_250 };
  const result = { kind: 'result' as const, result: { content: [] } };
  const failed = { kind: 'result' as const, result: { content: [], isError: true } };
  const settled = { ...running, state: 'settled' as const, updatedAt: 3_250 };
  metrics.observe({ type: 'change', before: null, after: queued });
  metrics.observe({ type: 'change', before: queued, after: running });
  metrics.observe({ type: 'change', before: running, after: { ...settled, outcome: result } });
  metrics.observe({ type: 'change', before: running, after: { ...settled, outcome: failed } });
  metrics.observe({ type: 'change', before: running, after: { ...settled, state: 'cancelled' } });
  metrics.observe({ type: 'change', before: running, after: queued });
  metrics.observe({ type: 'refused', reason: 'full' });
  metrics.observe({ type: 'repeated' });
  metrics.observe({ type: 'swept', taskCount: 2 });
  metrics.observe({ type: 'lease-lost' });
  metrics.observe({ type: 'circuit', tool: 'effect', state: 'open' });
  metrics.poll(false);
  metrics.poll(true);
  const { body, contentType } = await metrics.text();
  expect(contentType).toMatch(/^text\/plain/);
  const families = scrapedFamilies(body);
  const samplesOf = (name: string) => families.get(`mcp_async_${name}`)?.metrics;
  const ended = (outcome: string) => ({ value: '1', labels: { tool: 'effect', outcome } });
  const oneOfTool = [{ value: '1', labels: { tool: 'effect' } }];
  expect(families.get('mcp_async_tasks_submitted_total')).toEqual({
    name: 'mcp_async_tasks_submitted_total',
    help: 'Tasks recorded',
    type: 'COUNTER',
    metrics: oneOfTool,
  });
  expect(samplesOf('tasks_ended_total')).toEqual([ended('result'), ended('tool-error'), ended('cancelled')]);
  expect(samplesOf('tasks_released_total')).toEqual(oneOfTool);
  expect(samplesOf('calls_refused_total')).toEqual([{ value: '1', labels: { reason: 'full' } }]);
  expect(samplesOf('calls_repeated_total')).toEqual([{ value: '1' }]);
  expect(samplesOf('task_failures_total')).toEqual([{ value: '1', labels: { tool: 'effect', reason: 'tool-error' } }]);
  expect(samplesOf('sweeps_total')).toEqual([{ value: '1' }]);
  expect(samplesOf('swept_tasks_total')).toEqual([{ value: '2' }]);
  expect(samplesOf('lease_losses_total')).toEqual([{ value: '1' }]);
  expect(samplesOf('circuit_open')).toEqual(oneOfTool);
  expect(samplesOf('polls_total')).toEqual([
    { value: '1', labels: { answer: 'answered' } },
    { value: '1', labels: { answer: 'rate-limited' } },
  ]);
  expect(families.get('mcp_async_queue_depth')).toMatchObject({ type: 'GAUGE', metrics: [{ value: '3' }] });
  expect(families.get('mcp_async_running')).toMatchObject({ type: 'GAUGE', metrics: [{ value: '2' }] });
  // One task waited a quarter of a second; three took 2.25 s from call to end, 2 s of it at work.
  expect(families.get('mcp_async_queue_wait_seconds')).toMatchObject({
    type: 'HISTOGRAM',
    metrics: [{ count: '1', sum: '0.25', buckets: { '0.1': '0', '0.25': '1', '600': '1', '+Inf': '1' } }],
  });
  expect(samplesOf('task_duration_seconds')).toMatchObject([
    { count: '3', sum: '6.75', buckets: { '1': '0', '2.5': '3', '+Inf': '3' } },
  ]);
  expect(samplesOf('task_service_seconds')).toMatchObject([
    { count: '3', sum: '6', buckets: { '1': '0', '2.5': '3', '+Inf': '3' } },
  ]);
  expect(metrics.snapshot()).toEqual({
    ...{ endedCount: 3, failedCount: 1, meanDurationMs: 2_250 },
    ...{ refusedCount: 1, waitingCount: 3, runningCount: 2 },
  });
});

test('two servers in one process count apart, and old counts leave the window', () => {
  const first = metricsOf();
  const second = metricsOf();
  first.observe({ type: 'refused', reason: 'full' });
  expect(second.snapshot().refusedCount).toBe(0);
  vi.setSystemTime(Date.now() + 59_000);
  expect(first.snapshot().refusedCount).toBe(1);
  vi.setSystemTime(Date.now() + 2_000);
  expect(first.snapshot().refusedCount).toBe(0);
});

test('an alert is said once, and once that it is over', () => {
  const said: string[] = [];
  const log = {
    ...createSilentLog(),
    warn: (fields: object, text: string) => said.push(`${JSON.stringify(fields)} ${text}`),
    info: (fields: object, text: string) => said.push(`${JSON.stringify(fields)} ${text}`),
  };
  let snapshot = { ...calm, waitingCount: 90 };
  const shown: string[] = [];
  const metrics = {
    snapshot: () => snapshot,
    alert: (id: string, isRaised: boolean) => shown.push(`${id} ${isRaised}`),
  };
  const stop = watchAlerts({ metrics, log, clock: createServerClock(), rules });
  vi.advanceTimersByTime(30_000);
  expect(said).toEqual(['{"alert":"queue-nearly-full"} 90 tasks wait, of at most 100']);
  snapshot = calm;
  vi.advanceTimersByTime(30_000);
  expect(said).toHaveLength(2);
  expect(shown.at(-1)).toBe('queue-nearly-full false');
  stop();
  expect(vi.getTimerCount()).toBe(0);
});
