/** Waiting for work for a while, on behalf of a caller who will take a receipt otherwise. */
import { createServerClock } from '../tasks/clock.ts';
import type { TaskRecord } from '../tasks/task.ts';
import type { DialectOptions } from './dialect.ts';
import type { MethodCall } from './dispatch.ts';
import type { AcceptedCall } from './tool-call.ts';
import { isTerminal, reportProgress } from './waiting.ts';

/**
 * The task once it has ended or asks for something, or as it was taken on when `withinMs` have passed or the server goes
 * down: its receipt is good in any case, since the task is durable. A caller who cancels meanwhile has no receipt to come
 * back with, so the work is stopped too, unless the call carried an idempotency key. Rejects when the caller is gone.
 */
export async function waitWithin(
  withinMs: number,
  options: DialectOptions,
  { task, isNew, hasKey, params, context }: AcceptedCall & MethodCall,
): Promise<TaskRecord> {
  if (isTerminal(task) || withinMs <= 0) return task;
  const { engine, clock = createServerClock() } = options;
  const { principal, signal } = context;
  const patience = new AbortController();
  const over = AbortSignal.any([signal, patience.signal]);
  const stopReporting = reportProgress(engine, task, params, context);
  clock.sleep(withinMs, over).then(
    () => patience.abort(OVER),
    () => {}, // The wait below has ended before it.
  );
  try {
    return (await engine.wait(principal, task.id, over)) ?? task;
  } catch (thrown) {
    if (signal.aborted && signal.reason === 'cancelled' && isNew && !hasKey) {
      await engine.cancel(principal, task.id, 'the caller cancelled its request');
    }
    const isReceiptWanted = patience.signal.aborted || signal.reason === 'shutdown';
    if (!isReceiptWanted) throw thrown;
    return task;
  } finally {
    patience.abort(OVER);
    stopReporting();
  }
}

// Made once: an abort without a reason makes an exception with a stack each time.
const OVER = new Error('the grace window is over');
