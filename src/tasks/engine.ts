import { randomBytes } from 'node:crypto';
import { createSilentLog } from '../telemetry/log.ts';
import { messageOf } from '../usage-error.ts';
import { createServerClock } from './clock.ts';
import { isExpired } from './due.ts';
import { DEFAULT_LIMITS, type TaskEngineOptions } from './engine-options.ts';
import { createTaskHub } from './hub.ts';
import { createReading } from './reading.ts';
import { createRecovery } from './recovery.ts';
import { createSubmit } from './submission.ts';
import type { TaskRecord } from './task.ts';
import type { CancelAnswer, TaskEngine } from './task-engine.ts';
import { createTaskWriter } from './task-writer.ts';
import { createTicker } from './ticker.ts';
import { createWorker } from './worker.ts';

const STOP_MS_MAX = 2_000; // Work that does not heed its abort signal is left behind after this long.
const RETRY_AFTER_MS_MAX = 30_000;

/** The engine over one store and one queue. Nothing happens before `start`. */
export function createTaskEngine(options: TaskEngineOptions): TaskEngine {
  const { store, queue, tools, effects, observe = () => {}, log = createSilentLog() } = options;
  const clock = options.clock ?? createServerClock();
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const onError = (error: unknown, doing: string) => log.error({ error: messageOf(error) }, `failed while ${doing}`);
  const hub = createTaskHub((error) => onError(error, 'telling a listener'));
  const writer = createTaskWriter({ store, clock, hub, observe });
  const name = `${process.pid}-${randomBytes(6).toString('hex')}`;
  const worker = createWorker({ name, store, tools, effects, writer, clock, leaseMs: limits.leaseMs, onError });
  const recovery = createRecovery({ store, queue, tools, worker, writer, clock, onError });
  const life = new AbortController();
  const reading = createReading({ store, clock, hub, life: life.signal });
  const ticker = createTicker(clock, onError);
  let phase: 'new' | 'open' | 'draining' | 'stopped' = 'new';

  const submit = createSubmit({
    ...{ store, queue, tools, writer, hub, clock, limits, observe },
    isDraining: () => phase !== 'open',
    retryAfterMs: () => {
      const { waiting, running } = queue.load();
      const waitMs = (worker.meanRunMs() * (waiting + 1)) / Math.max(1, running);
      return Math.round(Math.min(Math.max(waitMs, limits.pollIntervalMs), RETRY_AFTER_MS_MAX));
    },
  });

  async function start(): Promise<void> {
    if (phase !== 'new') throw new Error(`an engine starts once; this one is ${phase}`);
    await store.presence?.announce(name);
    await recovery.recoverHeld();
    await recovery.fillQueue();
    phase = 'open';
    queue.work((id) => worker.run(id));
    ticker.add('renewing leases', limits.sweepMs, async () => worker.heartbeat());
    ticker.add('sweeping', limits.sweepMs, () => recovery.sweep());
    ticker.add('reading again', limits.rereadMs, async () => {
      await reading.reread((id) => worker.running.has(id));
      if (phase === 'open') await recovery.fillQueue();
    });
  }

  async function cancel(principal: string, id: string, reason?: string): Promise<CancelAnswer> {
    const isVisible = (task: TaskRecord) => task.principal === principal && !isExpired(task, clock.now());
    const work = worker.running.get(id);
    const message = reason === undefined || reason === '' ? 'Cancelled by the client.' : `Cancelled: ${reason}`;
    const change = () => writer.change(id, (task) => (isVisible(task) ? { type: 'cancel', message } : undefined));
    const answer = await (work === undefined ? change() : work.exclusive(change));
    if (answer.kind === 'gone' || !isVisible(answer.task)) return { kind: 'unknown' };
    if (answer.kind === 'unchanged') return { kind: 'already-terminal', task: answer.task };
    // It may have been claimed while we wrote: whoever runs it here now stops.
    (work ?? worker.running.get(id))?.stop(message);
    return { kind: 'cancelled', task: answer.task };
  }

  async function drain(withinMs: number): Promise<void> {
    if (phase === 'stopped') return;
    if (phase === 'open') phase = 'draining';
    queue.pause();
    await settled(withinMs);
    for (const id of worker.running.keys()) {
      await recovery.handBack(id, 'The server was shut down while this was running.').catch((error) => {
        onError(error, `handing back task ${id}`);
      });
    }
    for (const work of worker.running.values()) work.stop('The server was shut down.');
    await settled(STOP_MS_MAX);
  }

  /** Resolves when nothing runs, or after `withinMs`. */
  async function settled(withinMs: number): Promise<void> {
    const giveUpAt = clock.now() + withinMs;
    while (queue.load().running > 0 && clock.now() < giveUpAt) {
      await clock.sleep(Math.min(10, Math.max(1, giveUpAt - clock.now())), life.signal).catch(() => {});
      if (life.signal.aborted) return;
    }
  }

  return {
    start,
    submit,
    ...{ get: reading.get, wait: reading.wait, list: reading.list },
    cancel,
    subscribe: (principal, listener) => hub.subscribe(principal, listener),
    drain,
    async [Symbol.asyncDispose]() {
      if (phase === 'stopped') return;
      await drain(0);
      phase = 'stopped';
      life.abort(new Error('The server was shut down.'));
      await ticker[Symbol.asyncDispose]();
      await queue[Symbol.asyncDispose]();
    },
  };
}
