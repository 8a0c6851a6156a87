import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createServerClock } from '../tasks/clock.ts';
import { taskOf } from '../tasks/testing/task-fixture.ts';
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
  for (const line of [
    'mcp_async_tasks_submitted_total{tool="effect"} 1',
    'mcp_async_tasks_ended_total{tool="effect",outcome="result"} 1',
    'mcp_async_tasks_ended_total{tool="effect",outcome="tool-error"} 1',
    'mcp_async_tasks_ended_total{tool="effect",outcome="cancelled"} 1',
    'mcp_async_tasks_released_total{tool="effect"} 1',
    'mcp_async_calls_refused_total{reason="full"} 1',
    'mcp_async_calls_repeated_total 1',
    'mcp_async_queue_wait_seconds_sum 0.25',
    'mcp_async_task_service_seconds_sum 6',
    'mcp_async_task_failures_total{tool="effect",reason="tool-error"} 1',
    'mcp_async_sweeps_total 1',
    'mcp_async_swept_tasks_total 2',
    'mcp_async_lease_losses_total 1',
    'mcp_async_circuit_open{tool="effect"} 1',
    'mcp_async_polls_total{answer="answered"} 1',
    'mcp_async_polls_total{answer="rate-limited"} 1',
    'mcp_async_task_duration_seconds_sum 6.75',
    'mcp_async_queue_depth 3',
    'mcp_async_running 2',
  ]) {
    expect(body).toContain(`${line}\n`);
  }
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
