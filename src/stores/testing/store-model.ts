import fc from 'fast-check';
import { dueAt } from '../../tasks/due.ts';
import type { TaskRecord } from '../../tasks/task.ts';
import { taskOf } from '../../tasks/testing/task-fixture.ts';
import type { TaskStore } from '../store.ts';

/** One call to a store, with small pools of values so that calls meet. */
export type StoreCall =
  | { readonly type: 'insert'; readonly task: TaskRecord }
  | { readonly type: 'replace'; readonly task: TaskRecord; readonly expectedVersion: number }
  | { readonly type: 'remove'; readonly id: string; readonly expectedVersion: number }
  | { readonly type: 'read'; readonly nowMs: number; readonly limit: number };

const ids = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(32));
const versions = fc.integer({ min: 1, max: 3 });

const inputs = fc.record({
  key: fc.string(),
  request: fc.record({
    method: fc.constantFrom('elicitation/create' as const, 'sampling/createMessage' as const),
    params: fc.constant({ message: 'Which?' }),
  }),
  askedAt: fc.constant(1_000),
  answer: fc.constantFrom(
    null,
    { kind: 'result' as const, result: { action: 'accept', content: { approve: true } } },
    { kind: 'error' as const, error: { code: -1, message: 'no' } },
  ),
});

const tasks = fc
  .record({
    id: fc.constantFrom(...ids),
    principal: fc.constantFrom('alice', 'bob', 'ålice\u{1F600}'),
    idempotencyKey: fc.constantFrom(null, 'k', 'K', "o'k", '\u{1F511}'),
    state: fc.constantFrom('queued', 'running', 'input_required', 'settled', 'cancelled'),
    createdAt: fc.constantFrom(1_000, 1_001, 2_000),
    deadlineAt: fc.constantFrom(3_000, 5_000),
    ttlMs: fc.constantFrom(null, 1_000, 3_000_000_000),
    version: versions,
    arguments: fc.dictionary(fc.string(), fc.jsonValue()),
    answerable: fc.constantFrom([], ['elicitation/create' as const]),
    inputs: fc.array(inputs, { maxLength: 2 }),
  })
  .map((parts) => taskOf({ ...parts, lease: parts.state === 'running' ? { worker: 'w', untilMs: 2_500 } : null }))
  // A record goes through JSON in most stores: what JSON cannot carry cannot come from a client either.
  .map((task) => ({ ...task, arguments: JSON.parse(JSON.stringify(task.arguments)) }));

export const storeCalls: fc.Arbitrary<readonly StoreCall[]> = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant('insert' as const), task: tasks }),
    fc.record({ type: fc.constant('replace' as const), task: tasks, expectedVersion: versions }),
    fc.record({ type: fc.constant('remove' as const), id: fc.constantFrom(...ids), expectedVersion: versions }),
    fc.record({
      type: fc.constant('read' as const),
      nowMs: fc.constantFrom(0, 2_000, 2_500, 9_999_999_999),
      limit: fc.integer({ min: 1, max: 5 }),
    }),
  ),
  { maxLength: 40 },
);

/** What a store should answer, the slow and obvious way. */
export class StoreModel {
  readonly #records = new Map<string, TaskRecord>();

  answer(call: StoreCall): unknown {
    const held = this.#records.get('id' in call ? call.id : 'task' in call ? call.task.id : '');
    switch (call.type) {
      case 'insert': {
        const { principal, idempotencyKey } = call.task;
        const holder = [...this.#records.values()].find(
          (task) => idempotencyKey !== null && task.idempotencyKey === idempotencyKey && task.principal === principal,
        );
        if (holder !== undefined && held === undefined) return { kind: 'key-taken', task: holder };
        if (held !== undefined) return holder === undefined ? 'throws' : 'either';
        this.#records.set(call.task.id, call.task);
        return { kind: 'inserted' };
      }
      case 'replace':
        if (held?.version !== call.expectedVersion) return false;
        this.#records.set(call.task.id, merged(held, call.task));
        return true;
      case 'remove':
        if (held?.version !== call.expectedVersion) return false;
        return this.#records.delete(call.id);
      case 'read':
        return this.#read(call.nowMs, call.limit);
    }
  }

  #read(nowMs: number, limit: number): unknown {
    const all = [...this.#records.values()].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    const due = all.filter((task) => (dueAt(task) ?? Number.POSITIVE_INFINITY) <= nowMs);
    return {
      byId: Object.fromEntries(ids.map((id) => [id, this.#records.get(id)])),
      alice: all
        .filter((task) => task.principal === 'alice')
        .toReversed()
        .slice(0, limit),
      due: due.sort((a, b) => (dueAt(a) ?? 0) - (dueAt(b) ?? 0)).slice(0, limit),
      queued: all.filter((task) => task.state === 'queued').slice(0, limit),
      held: all.filter((task) => task.lease !== null).slice(0, limit),
    };
  }
}

/** The call on a real store, in the shape of the model's answer. */
export async function ask(store: TaskStore, model: TaskRecord | undefined, call: StoreCall): Promise<unknown> {
  switch (call.type) {
    case 'insert':
      return store.insert(call.task).catch(() => 'throws');
    case 'replace':
      return store.replace(model === undefined ? call.task : merged(model, call.task), call.expectedVersion);
    case 'remove':
      return store.remove(call.id, call.expectedVersion);
    case 'read': {
      const { nowMs, limit } = call;
      const found = await Promise.all(ids.map(async (id) => [id, await store.get(id)]));
      return {
        byId: Object.fromEntries(found),
        alice: await store.list('alice', { limit }),
        due: await store.due(nowMs, limit),
        queued: await store.queued({ limit }),
        held: await store.held({ limit }),
      };
    }
  }
}

/** What never changes of a record stays as it was. */
function merged(held: TaskRecord, next: TaskRecord): TaskRecord {
  const { id, principal, idempotencyKey, createdAt } = held;
  return { ...next, id, principal, idempotencyKey, createdAt };
}
