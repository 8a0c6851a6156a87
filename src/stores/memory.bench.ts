import type { Benchmark, OpenBenchmarks } from '../../harness/model/testing/benchmark.ts';
import { repeatedInTurn } from '../../harness/model/testing/benchmark.ts';
import type { TaskRecord } from '../tasks/task.ts';
import { taskOf } from '../tasks/testing/task-fixture.ts';
import { openMemoryStore } from './memory.ts';
import type { TaskStore } from './store.ts';

const FEW = 100;
const MANY = 100_000;

/** What a task costs a store in memory that holds a hundred thousand of them, beside one that holds a hundred. */
export const openBenchmarks: OpenBenchmarks = async () => {
  const few = await filled(FEW);
  const many = await filled(MANY);
  const scans: Benchmark = {
    name: `four scans of ${MANY} tasks in memory`,
    subject: repeatedInTurn(100, () => scan(many)),
    baseline: { name: `of ${FEW}`, ...repeatedInTurn(100, () => scan(few)) },
    ratioMax: 4,
  };
  const lives: Benchmark = {
    name: `a task's writes among ${MANY} in memory`,
    subject: repeatedInTurn(100, () => live(many)),
    baseline: { name: `among ${FEW}`, ...repeatedInTurn(100, () => live(few)) },
    ratioMax: 100, // Most of it is memory that no cache holds; a walk through them all would be a thousand.
  };
  return {
    benchmarks: [scans, lives],
    async [Symbol.asyncDispose]() {
      await few[Symbol.asyncDispose]();
      await many[Symbol.asyncDispose]();
    },
  };
};

const idOf = (number: number) => String(number * 7_919).padStart(32, '0'); // Not in the order of creation.

/** A store of settled tasks, of which ten wait and ten run. */
async function filled(taskCount: number): Promise<TaskStore> {
  const store = await openMemoryStore();
  for (let number = 0; number < taskCount; number++) {
    const task = taskOf({ id: idOf(number), principal: `principal-${number % 10}`, createdAt: 1_000 + number });
    const left = taskCount - number;
    if (left <= 10) await store.insert(task);
    else if (left <= 20) await store.insert(runningFrom(task));
    else await store.insert({ ...task, state: 'cancelled' });
  }
  return store;
}

async function scan(store: TaskStore): Promise<void> {
  await store.due(1_000, 200);
  await store.queued({ limit: 200 });
  await store.held({ limit: 200 });
  await store.list('principal-3', { limit: 10 });
}

async function live(store: TaskStore): Promise<void> {
  const task = taskOf({ id: 'new', createdAt: 50_000 });
  await store.insert(task);
  await store.replace(runningFrom(task), 1);
  await store.replace({ ...task, state: 'cancelled', version: 3 }, 2);
  await store.remove(task.id, 3);
}

function runningFrom(task: TaskRecord): TaskRecord {
  return { ...task, state: 'running', version: 2, lease: { worker: 'w', untilMs: task.createdAt + 10_000 } };
}
