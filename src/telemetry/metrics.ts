import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { TaskQueue } from '../queues/queue.ts';
import type { EngineEvent } from '../tasks/engine-options.ts';
import type { TaskRecord } from '../tasks/task.ts';
import { isTerminal } from '../tasks/transitions.ts';
import { createFailureWindow } from './failure-window.ts';

/** What the server counts, in a registry of its own. */
export interface ServerMetrics {
  observe(event: EngineEvent): void;
  /** Somebody asked how a task stands; `isRefused`: more often than it may. */
  poll(isRefused: boolean): void;
  /** Prometheus text, for /metrics. */
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
  /** What the alerts look at, of the last minutes. */
  snapshot(): MetricsSnapshot;
}

export interface MetricsSnapshot {
  /** Tasks that ended within the window, and those of them that ended badly (error outcome, or isError). */
  readonly endedCount: number;
  readonly failedCount: number;
  /** Calls within the window that were refused because the queue was full. */
  readonly refusedCount: number;
  readonly waitingCount: number;
  readonly runningCount: number;
}

export interface MetricsOptions {
  readonly load: TaskQueue['load'];
  readonly now: () => number;
  readonly windowMs: number;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

export function createServerMetrics({ load, now, windowMs }: MetricsOptions): ServerMetrics {
  const registry = new Registry();
  const registers = [registry];
  const submitted = counter(registers, 'submitted', 'Tasks recorded', ['tool']);
  const repeated = counter(registers, 'repeated', 'Calls answered with the task of their idempotency key', []);
  const refused = counter(registers, 'refused', 'Calls refused', ['reason']);
  const ended = counter(registers, 'ended', 'Tasks that reached a final state', ['tool', 'outcome']);
  const released = counter(registers, 'released', 'Tasks handed back to be run again', ['tool']);
  const polls = counter(registers, 'polls', 'Requests that ask how a task stands', ['answer']);
  const removed = counter(registers, 'removed', 'Records removed after their time to live', []);
  const queueWait = histogram(registers, 'queue_wait_seconds', 'From the call to the first start');
  const service = histogram(registers, 'service_seconds', 'From the first start to the final state');
  gauge(registers, 'waiting', 'Tasks that wait in this process', () => load().waiting);
  gauge(registers, 'running', 'Tasks that run in this process', () => load().running);
  const window = createFailureWindow(windowMs, now);

  function count(before: TaskRecord | null, after: TaskRecord): void {
    const { tool } = after;
    if (before === null) submitted.inc({ tool });
    else if (before.state === 'queued' && after.state === 'running' && after.runs === 1) {
      queueWait.observe((after.updatedAt - after.createdAt) / 1_000);
    } else if (before.state === 'running' && after.state === 'queued') released.inc({ tool });
    if (!isTerminal(after.state)) return;
    const outcome = outcomeOf(after);
    ended.inc({ tool, outcome });
    window.add(outcome === 'error' || outcome === 'tool-error' ? 'failed' : 'ended');
    if (after.startedAt !== null) service.observe((after.updatedAt - after.startedAt) / 1_000);
  }

  return {
    observe(event) {
      if (event.type === 'change') count(event.before, event.after);
      else if (event.type === 'repeated') repeated.inc();
      else if (event.type === 'removed') removed.inc();
      else {
        refused.inc({ reason: event.reason });
        if (event.reason === 'full') window.add('refused');
      }
    },
    poll: (isRefused) => polls.inc({ answer: isRefused ? 'rate-limited' : 'answered' }),
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
    snapshot() {
      const { waiting, running } = load();
      const { ended: well, failed, refused: turnedAway } = window.counts();
      return {
        endedCount: well + failed,
        failedCount: failed,
        refusedCount: turnedAway,
        waitingCount: waiting,
        runningCount: running,
      };
    },
  };
}

function outcomeOf(task: TaskRecord): 'cancelled' | 'error' | 'tool-error' | 'result' {
  if (task.outcome === null) return 'cancelled';
  if (task.outcome.kind === 'error') return 'error';
  return task.outcome.result.isError === true ? 'tool-error' : 'result';
}

function counter<Label extends string>(
  registers: Registry[],
  name: string,
  help: string,
  labelNames: readonly Label[],
): Counter<Label> {
  return new Counter({ name: `claimcheck_tasks_${name}_total`, help, labelNames: [...labelNames], registers });
}

function histogram(registers: Registry[], name: string, help: string): Histogram {
  return new Histogram({ name: `claimcheck_task_${name}`, help, buckets: SECONDS, registers });
}

function gauge(registers: Registry[], name: string, help: string, read: () => number): Gauge {
  return new Gauge({
    name: `claimcheck_tasks_${name}`,
    help,
    registers,
    collect() {
      this.set(read());
    },
  });
}
