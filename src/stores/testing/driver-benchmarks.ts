import { randomBytes } from 'node:crypto';
import type { Benchmark, Timed } from '../../../harness/model/testing/benchmark.ts';
import { openLocalQueue } from '../../queues/local.ts';
import { createTaskEngine } from '../../tasks/engine.ts';
import type { TaskRecord } from '../../tasks/task.ts';
import { encodeTask } from '../../tasks/task-record.ts';
import { createMemoryLedger } from '../../tools/effect-ledger.ts';
import { createTools } from '../../tools/index.ts';
import type { TaskStore } from '../store.ts';

/** What a program does that keeps a record by itself, with nothing but the driver of the store's engine. */
export interface BareDriver {
  /** Reads a record by its id. */
  get(id: string): Promise<unknown>;
  /** Looks whether the key is taken, then writes the record and the key so that they are both there or neither. */
  submit(record: { readonly id: string; readonly key: string; readonly text: string }): Promise<unknown>;
}

const AT_ONCE = 50; // As many clients: a store lives among several, and so does its pool.
const ROUNDS = 4;
const GET_RATIO_MAX = 3;
const SUBMIT_RATIO_MAX = 4;

/** The engine's `get` and `submit` on a store, beside the same done with its driver alone on the same server in the same run. */
export async function driverBenchmarks(
  name: string,
  store: TaskStore,
  bare: BareDriver,
): Promise<{ readonly benchmarks: readonly Benchmark[] } & AsyncDisposable> {
  const idleMs = 3_600_000; // Nothing is to be swept or run while something is timed.
  const engine = createTaskEngine({
    store,
    queue: await openLocalQueue({ concurrency: 0, waitingMax: 1e7 }),
    tools: createTools(),
    effects: createMemoryLedger(),
    limits: { sweepMs: idleMs, rereadMs: idleMs },
  });
  await engine.start();
  const submit = async (): Promise<TaskRecord> => {
    const key = randomBytes(16).toString('hex');
    const call = { tool: 'effect', arguments: { token: key, ms: 600, mode: 'repeatable' }, maxWaitMs: null };
    const answer = await engine.submit({ principal: 'alice', idempotencyKey: key, ...call });
    if (answer.kind !== 'accepted') throw new Error(`expected the task to be accepted, got ${answer.kind}`);
    return answer.task;
  };
  const task = await submit();
  const text = encodeTask(task);
  const known = fresh();
  await bare.submit({ ...known, text });
  return {
    benchmarks: [
      {
        name: `get, ${name}`,
        subject: atOnce(() => engine.get('alice', task.id)),
        baseline: { name: 'of the driver alone', ...atOnce(() => bare.get(known.id)) },
        ratioMax: GET_RATIO_MAX,
      },
      {
        name: `submit, ${name}`,
        subject: atOnce(submit),
        baseline: { name: 'of the driver alone', ...atOnce(() => bare.submit({ ...fresh(), text })) },
        ratioMax: SUBMIT_RATIO_MAX,
      },
    ],
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

function fresh() {
  return { id: randomBytes(16).toString('hex'), key: randomBytes(16).toString('hex') };
}

function atOnce(call: () => Promise<unknown>): Timed {
  return {
    unitCount: AT_ONCE * ROUNDS,
    async run() {
      for (let round = 0; round < ROUNDS; round++) await Promise.all(Array.from({ length: AT_ONCE }, call));
    },
  };
}
