import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { createSilentLog } from '../telemetry/log.ts';
import { messageOf } from '../usage-error.ts';
import { createAnswer } from './answering.ts';
import { createBreakers } from './breaker.ts';
import { createCallbacks } from './callbacks.ts';
import { createCancel } from './cancellation.ts';
import { createServerClock } from './clock.ts';
import { createDrain } from './draining.ts';
import { createEnding } from './ending.ts';
import { DEFAULT_LIMITS, type EngineEvent, type TaskEngineOptions } from './engine-options.ts';
import { createTaskHub } from './hub.ts';
import { createReading } from './reading.ts';
import { createRecovery } from './recovery.ts';
import { createSubmit } from './submission.ts';
import type { TaskEngine } from './task-engine.ts';
import { createTaskWriter } from './task-writer.ts';
import { createTicker } from './ticker.ts';
import { isTerminal } from './transitions.ts';
import { createTurns } from './turns.ts';
import { createWorker } from './worker.ts';

const RETRY_AFTER_MS_MAX = 30_000;

/** The engine over one store and one queue. Nothing happens before `start`. */
export function createTaskEngine(options: TaskEngineOptions): TaskEngine {
  const { store, queue, tools, effects, observe = () => {}, log = createSilentLog() } = options;
  const { clock = createServerClock(), role = 'both', isQueueShared = false } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const onError = (error: unknown, doing: string) => log.error({ error: messageOf(error) }, `failed while ${doing}`);
  const life = new AbortController();
  // Everybody who waits for a task listens to it: that they are many is no leak.
  setMaxListeners(0, life.signal);
  let phase: 'new' | 'open' | 'draining' | 'stopped' = 'new';

  const hub = createTaskHub((error) => onError(error, 'telling a listener'));
  const { release } = options;
  const callbacks = createCallbacks({ store, clock, sender: options.callbacks, life: life.signal, observe, onError });
  /** A task that has ended is told of at once; what fails then is tried again by the sweeps. */
  const seen = (event: EngineEvent) => {
    observe(event);
    if (event.type !== 'change' || event.after.callback === undefined || !isTerminal(event.after.state)) return;
    callbacks.attempt(event.after).catch((error) => onError(error, 'telling of the end of a task'));
  };
  const writer = createTaskWriter({ store, clock, hub, observe: seen, release });
  const name = `${process.pid}-${randomBytes(6).toString('hex')}`;
  const turns = createTurns();
  const { leaseMs } = limits;
  const breakers = createBreakers({ limits: limits.breaker, clock, observe });
  const worker = createWorker({ name, store, tools, effects, writer, clock, leaseMs, turns, breakers, log, onError });
  const ending = createEnding({ store, worker, writer, clock, turns });
  const recovery = createRecovery({ store, queue, tools, worker, ending, callbacks, clock, observe, onError });
  const reading = createReading({ store, clock, hub, life: life.signal, pollIntervalMs: limits.pollIntervalMs });
  const drainWork = createDrain({ queue, worker, recovery, clock, life: life.signal, onError });
  const ticker = createTicker(clock, onError);
  const retryAfterMs = () => {
    const { waiting, running } = queue.load();
    const waitMs = (worker.meanRunMs() * (waiting + 1)) / Math.max(1, running);
    return Math.round(Math.min(Math.max(waitMs, limits.pollIntervalMs), RETRY_AFTER_MS_MAX));
  };
  const isDraining = () => phase !== 'open';

  async function drain(withinMs: number): Promise<void> {
    if (phase === 'stopped') return;
    phase = 'draining';
    await drainWork(withinMs);
  }

  return {
    async start() {
      if (phase !== 'new') throw new Error(`an engine starts once; this one is ${phase}`);
      await store.presence?.announce(name);
      await recovery.recoverHeld();
      const runsWork = role !== 'server';
      if (runsWork) await recovery.fillQueue();
      phase = 'open';
      if (runsWork) queue.work((id) => worker.run(id));
      ticker.add('renewing leases', limits.sweepMs, async () => worker.heartbeat());
      ticker.add('sweeping', limits.sweepMs, () => recovery.sweep());
      ticker.add('reading again', limits.sweepMs, () => reading.reread((id) => worker.running.has(id)));
      ticker.add('looking after work', limits.rereadMs, () => worker.look());
      ticker.add('filling the queue', limits.rereadMs, async () => {
        if (phase === 'open' && runsWork) await recovery.fillQueue();
      });
      if (role === 'worker' && !isQueueShared) {
        ticker.add('picking up work', limits.pickUpMs, async () => {
          if (phase === 'open') await recovery.fillQueue();
        });
      }
    },
    submit: createSubmit({
      breakers,
      store,
      queue,
      tools,
      writer,
      hub,
      clock,
      limits,
      observe,
      release,
      isDraining,
      retryAfterMs,
    }),
    get: reading.get,
    wait: reading.wait,
    changed: reading.changed,
    cancel: createCancel({ ending, clock, life: life.signal }),
    answer: createAnswer({ writer, queue, clock }),
    list: reading.list,
    subscribe(principal, listener, ids = []) {
      const stops = [hub.subscribe(principal, listener), ...ids.map((id) => hub.follow(id, () => {}))];
      return () => {
        for (const stop of stops) stop();
      };
    },
    drain,
    async [Symbol.asyncDispose]() {
      if (phase === 'stopped') return;
      await drain(0);
      phase = 'stopped';
      life.abort(new Error('The server was shut down.'));
      await ticker[Symbol.asyncDispose]();
      await callbacks.settled();
      await queue[Symbol.asyncDispose]();
    },
  };
}
