import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { TaskQueue } from '../queues/queue.ts';
import type { EngineEvent } from '../tasks/engine-options.ts';
import type { TaskRecord } from '../tasks/task.ts';
import { isTerminal } from '../tasks/transitions.ts';
import { createRecentWindow } from './recent-window.ts';
import type { StoreUsage } from './store-meter.ts';

/** What the server counts, in a registry of its own. */
export interface ServerMetrics {
  observe(event: EngineEvent): void;
  /** Somebody asked how a task stands; `isRefused`: more often than it may. */
  poll(isRefused: boolean): void;
  alert(id: string, isRaised: boolean): void;
  /** Prometheus text, for /metrics. */
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
  /** What the alerts look at, of the last minutes. */
  snapshot(): MetricsSnapshot;
}

export interface MetricsSnapshot {
  /** Tasks that ended within the window, and those of them that ended badly (error outcome, or isError). */
  readonly endedCount: number;
  readonly failedCount: number;
  /** Mean time from the call to the end, of the tasks that ended within the window; 0: none did. */
  readonly meanDurationMs: number;
  /** Calls within the window that were refused because the queue was full. */
  readonly refusedCount: number;
  readonly waitingCount: number;
  readonly runningCount: number;
}

export interface MetricsOptions {
  readonly load: TaskQueue['load'];
  /** Default: nobody counts. */
  readonly storeUsage?: () => StoreUsage;
  readonly now: () => number;
  readonly windowMs: number;
}

/** Counts nothing, for a server that nobody watches. */
export function createSilentMetrics(): ServerMetrics {
  const counts = { endedCount: 0, failedCount: 0, meanDurationMs: 0, refusedCount: 0 };
  return {
    observe() {},
    poll() {},
    alert() {},
    text: async () => ({ contentType: Registry.PROMETHEUS_CONTENT_TYPE, body: '' }),
    snapshot: () => ({ ...counts, waitingCount: 0, runningCount: 0 }),
  };
}

const PREFIX = 'mcp_async';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

export function createServerMetrics({ load, storeUsage, now, windowMs }: MetricsOptions): ServerMetrics {
  const registry = new Registry();
  const window = createRecentWindow(windowMs, now);
  const series = createSeries([registry], load);
  if (storeUsage !== undefined) showStoreUsage([registry], storeUsage);

  function count(before: TaskRecord | null, after: TaskRecord): void {
    const { tool } = after;
    if (before === null) series.submitted.inc({ tool });
    else if (before.state === 'queued' && after.state === 'running' && after.runs === 1) {
      series.queueWait.observe((after.updatedAt - after.createdAt) / 1_000);
    } else if (before.state === 'running' && after.state === 'queued') series.released.inc({ tool });
    if (isTerminal(after.state)) end(after);
  }

  function end(task: TaskRecord): void {
    const { tool } = task;
    const lastedMs = task.updatedAt - task.createdAt;
    const reason = failureReason(task);
    series.ended.inc({ tool, outcome: outcomeOf(task) });
    if (reason !== undefined) series.failed.inc({ tool, reason });
    series.duration.observe(lastedMs / 1_000);
    if (task.startedAt !== null) series.service.observe((task.updatedAt - task.startedAt) / 1_000);
    window.add('ended');
    window.add('lastedMs', lastedMs);
    if (reason !== undefined) window.add('failed');
  }

  return {
    observe(event) {
      switch (event.type) {
        case 'change':
          return count(event.before, event.after);
        case 'repeated':
          return series.repeated.inc();
        case 'removed':
          return series.removed.inc();
        case 'swept':
          series.sweeps.inc();
          return series.swept.inc(event.taskCount);
        case 'callback':
          return series.callbacks.inc({ answer: event.answer });
        case 'lease-lost':
          return series.leaseLosses.inc();
        case 'circuit':
          return series.circuits.set({ tool: event.tool }, event.state === 'closed' ? 0 : 1);
        case 'refused':
          series.refused.inc({ reason: event.reason });
          if (event.reason === 'full') window.add('refused');
      }
    },
    poll: (isRefused) => series.polls.inc({ answer: isRefused ? 'rate-limited' : 'answered' }),
    alert: (id, isRaised) => series.alerts.set({ alert: id }, isRaised ? 1 : 0),
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
    snapshot() {
      const { waiting, running } = load();
      const { ended, failed, refused, lastedMs } = window.sums();
      return {
        endedCount: ended,
        failedCount: failed,
        meanDurationMs: ended === 0 ? 0 : lastedMs / ended,
        refusedCount: refused,
        waitingCount: waiting,
        runningCount: running,
      };
    },
  };
}

function createSeries(registers: Registry[], load: MetricsOptions['load']) {
  const count = (name: string, help: string, labels: readonly string[] = []) =>
    new Counter({ name: `${PREFIX}_${name}_total`, help, labelNames: [...labels], registers });
  const seconds = (name: string, help: string) =>
    new Histogram({ name: `${PREFIX}_${name}_seconds`, help, buckets: SECONDS, registers });
  const state = (name: string, help: string, labels: readonly string[]) =>
    new Gauge({ name: `${PREFIX}_${name}`, help, labelNames: [...labels], registers });
  gauge(registers, 'queue_depth', 'Tasks that wait in this process', () => load().waiting);
  gauge(registers, 'running', 'Tasks that run in this process', () => load().running);
  return {
    submitted: count('tasks_submitted', 'Tasks recorded', ['tool']),
    repeated: count('calls_repeated', 'Calls answered with the task of their idempotency key'),
    refused: count('calls_refused', 'Calls refused, by the reason', ['reason']),
    ended: count('tasks_ended', 'Tasks that reached a final state', ['tool', 'outcome']),
    failed: count('task_failures', 'Tasks that ended badly, by the reason', ['tool', 'reason']),
    released: count('tasks_released', 'Tasks handed back to be run again', ['tool']),
    removed: count('tasks_removed', 'Records removed after their time to live'),
    polls: count('polls', 'Requests that ask how a task stands', ['answer']),
    callbacks: count('callbacks', 'Attempts to tell the end of a task to where its caller wants it', ['answer']),
    sweeps: count('sweeps', 'Looks for what is due'),
    swept: count('swept_tasks', 'Tasks that a look for what is due has ended, handed back or removed'),
    leaseLosses: count('lease_losses', 'Tasks taken from a worker that had not renewed its lease'),
    queueWait: seconds('queue_wait', 'From the call to the first start'),
    service: seconds('task_service', 'From the first start to the final state'),
    duration: seconds('task_duration', 'From the call to the final state'),
    circuits: state('circuit_open', 'What this tool depends on is left alone (1), or not (0)', ['tool']),
    alerts: state('alert', 'This alert is raised (1), or not (0)', ['alert']),
  };
}

/** Counted elsewhere, and only read when somebody looks. */
function showStoreUsage(registers: Registry[], usage: () => StoreUsage): void {
  new Counter({
    name: `${PREFIX}_store_operations_total`,
    help: 'Operations asked of the store',
    labelNames: ['operation'],
    registers,
    collect() {
      this.reset();
      for (const [operation, count] of Object.entries(usage().operations)) this.inc({ operation }, count);
    },
  });
  if (usage().byteCount === null) return;
  new Counter({
    name: `${PREFIX}_store_written_bytes_total`,
    help: 'Bytes of task records handed to the store',
    registers,
    collect() {
      this.reset();
      this.inc(usage().byteCount ?? 0);
    },
  });
}

function outcomeOf(task: TaskRecord): 'cancelled' | 'error' | 'tool-error' | 'result' {
  if (task.outcome === null) return 'cancelled';
  if (task.outcome.kind === 'error') return 'error';
  return task.outcome.result.isError === true ? 'tool-error' : 'result';
}

const REASONS: ReadonlySet<unknown> = new Set([
  ...['timed-out', 'interrupted', 'no-such-tool', 'tool-crashed'],
  ...['unavailable', 'cannot-ask', 'not-answered'],
]);

/** Why it ended badly; undefined: it did not. What a tool threw itself is one reason, whatever it says: labels are few. */
function failureReason({ outcome }: TaskRecord): string | undefined {
  if (outcome === null) return undefined;
  if (outcome.kind === 'result') return outcome.result.isError === true ? 'tool-error' : undefined;
  const { reason } = Object(outcome.error.data);
  return REASONS.has(reason) ? String(reason) : 'thrown';
}

function gauge(registers: Registry[], name: string, help: string, read: () => number): Gauge {
  return new Gauge({
    name: `${PREFIX}_${name}`,
    help,
    registers,
    collect() {
      this.set(read());
    },
  });
}
