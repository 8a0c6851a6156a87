import type { Benchmark } from '../../../harness/model/testing/benchmark.ts';
import type { TaskRecord } from '../../tasks/task.ts';
import { createKit, requestOf } from '../../tasks/testing/engine-kit.ts';
import { taskOf } from '../../tasks/testing/task-fixture.ts';
import type { TaskStore } from '../store.ts';

/** What the engine asks of a store, done with nothing but the driver, on tables or keys of the same making. */
export interface BareDriver {
  /** Looks for the key, then writes the record. */
  submit(record: TaskRecord & { readonly idempotencyKey: string }): Promise<unknown>;
  /** Reads a record that was submitted. */
  get(id: string): Promise<unknown>;
}

const AT_ONCE = 50; // As many clients: a store lives among several, and so does its pool.

/** `submit` and `get` of the engine over a store beside the bare driver. Close them before the store. */
export async function storeBenchmarks(
  name: string,
  store: TaskStore,
  bare: BareDriver,
): Promise<AsyncDisposable & { readonly benchmarks: readonly Benchmark[] }> {
  // Takes work in and runs none of it: there is room for all that is measured.
  const { engine } = await createKit({ store, role: 'server', waitingMax: Number.MAX_SAFE_INTEGER });
  const answer = await engine.submit(requestOf());
  if (answer.kind !== 'accepted') throw new Error(`expected a task, got ${answer.kind}`);
  const { task } = answer;
  const example = { ...taskOf({ ...task, id: 'bare', principal: 'bare' }), idempotencyKey: 'bare' };
  await bare.submit(example);
  let count = 0;
  const submit: Benchmark = {
    name: `submit over ${name}`,
    subject: atOnce(() => engine.submit(requestOf({ idempotencyKey: `key-${count++}` }))),
    baseline: {
      name: 'the bare driver’s look and insert',
      ...atOnce(() => bare.submit({ ...example, id: `bare-${count}`, idempotencyKey: `key-${count++}` })),
    },
    ratioMax: 4,
  };
  const get: Benchmark = {
    name: `get over ${name}`,
    subject: atOnce(() => engine.get(task.principal, task.id)),
    baseline: { name: 'the bare driver’s read', ...atOnce(() => bare.get(example.id)) },
    ratioMax: 3,
  };
  return { benchmarks: [submit, get], [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() };
}

function atOnce(run: () => Promise<unknown>): Benchmark['subject'] {
  return { unitCount: AT_ONCE, run: () => Promise.all(Array.from({ length: AT_ONCE }, run)) };
}
