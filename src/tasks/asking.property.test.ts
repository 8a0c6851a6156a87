import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openMemoryStore } from '../stores/memory.ts';
import type { TaskStore } from '../stores/store.ts';
import { effect } from '../tools/effect.ts';
import type { Tool } from '../tools/tool.ts';
import type { InputAnswer, TaskRecord } from './task.ts';
import { distant } from './testing/distant-store.ts';
import { accepted, createKit, createRecordingLedger, type EngineKit, requestOf } from './testing/engine-kit.ts';
import { mortal } from './testing/mortal-store.ts';
import { isTerminal } from './transitions.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const SLA_MS = 8_000;
const TASKS = 2;

type Step =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'answer'; readonly task: number; readonly keys: readonly string[]; readonly approve: boolean }
  | { readonly do: 'cancel'; readonly task: number }
  | { readonly do: 'kill' }
  | { readonly do: 'drain' };

const task = fc.nat(TASKS - 1);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 20, 100, 400) }) },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('answer' as const),
        task,
        keys: fc.constantFrom(['a'], ['b', 'nonsense'], ['last'], ['a', 'b', 'last'], ['b', 'a']),
        approve: fc.nat(9).map((draw) => draw > 0),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), task }) },
    { weight: 1, arbitrary: fc.constant({ do: 'kill' as const }) },
    { weight: 1, arbitrary: fc.constant({ do: 'drain' as const }) },
  ),
  { minLength: 5, maxLength: 40 },
);

const distances = fc.record({ there: fc.constantFrom(0, 0, 3, 11), back: fc.constantFrom(0, 0, 2, 13) });

/** Asks two things at once and then a third, works a while, and acts if all was approved. */
const inquisitive: Tool = {
  ...effect,
  parse: (args) => ({ ok: true, value: Object(args) }),
  safeToRepeat: () => true,
  async run(args, context) {
    const token = String(args.token);
    const ask = (message: string) => ({ method: 'elicitation/create', params: { message } }) as const;
    const answers = { ...(await context.ask({ a: ask('a?'), b: ask('b?') })) };
    await context.sleep(30);
    Object.assign(answers, await context.ask({ last: ask('last?') }));
    const text = Object.values(answers).map((answer) => String(answer.action));
    if (text.some((action) => action !== 'accept')) return { isError: true, content: [{ type: 'text', text: 'no' }] };
    await context.effects.begin(token, context.effectKey);
    await context.sleep(200);
    await context.effects.commit(token, context.effectKey);
    return { content: [{ type: 'text', text: text.join() }] };
  },
};

interface Distance {
  readonly there: number;
  readonly back: number;
}

/** What the promise comes to, with time going on until it is settled. */
async function inTime<T>(promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const settled = () => {
    isSettled = true;
  };
  promise.then(settled, settled);
  for (let waitedMs = 0; !isSettled && waitedMs < 5_000; waitedMs++) await vi.advanceTimersByTimeAsync(1);
  if (!isSettled) throw new Error('expected an answer within 5 s');
  return promise;
}

/** Processes on one store, one after another, and the ledger that outlives them. */
class Processes {
  readonly effects = createRecordingLedger();
  readonly #store: TaskStore;
  #current: { readonly kit: EngineKit; die(): void } | undefined;

  readonly #distance: Distance;
  readonly #forbidden = new Map<string, number>();

  constructor(store: TaskStore, distance: Distance) {
    this.#store = store;
    this.#distance = distance;
  }

  /** From now on no effect of this token may be committed. */
  forbid(token: string): void {
    this.#forbidden.set(token, this.#commitsOf(token));
  }

  assertForbidden(): void {
    for (const [token, count] of this.#forbidden) expect([token, this.#commitsOf(token)]).toEqual([token, count]);
  }

  #commitsOf(token: string): number {
    return this.effects.committed.filter((committed) => committed === token).length;
  }

  get engine(): EngineKit['engine'] {
    if (this.#current === undefined) throw new Error('no process runs');
    return this.#current.kit.engine;
  }

  async start(): Promise<void> {
    const { there, back } = this.#distance;
    const { store, die } = mortal({ ...distant(this.#store, there, back), [Symbol.asyncDispose]: async () => {} });
    const tools = new Map([['effect', inquisitive]]);
    const kit = await inTime(
      createKit({ store, tools, effects: this.effects, limits: { slaMs: SLA_MS, leaseMs: 1_000 } }),
    );
    this.#current = { kit, die };
  }

  async end(how: 'kill' | 'drain'): Promise<void> {
    const ended = this.#current;
    if (ended === undefined) return;
    if (how === 'kill') ended.die();
    const closed = ended.kit.engine[Symbol.asyncDispose]();
    // A dead process ends in its own time; nothing that it does arrives anywhere.
    if (how === 'drain') await Promise.all([closed, vi.advanceTimersByTimeAsync(2_100)]);
    this.#current = undefined;
  }
}

const answerOf = (approve: boolean): InputAnswer => ({
  kind: 'result',
  result: { action: approve ? 'accept' : 'decline' },
});

/** A look never contradicts the look before it: what was asked stays asked, what was answered stays answered, an end stays. */
function assertFollows(before: TaskRecord, after: TaskRecord): void {
  if (isTerminal(before.state)) expect(after).toEqual(before);
  const expected = before.inputs.map((input, index) => ({
    ...input,
    answer: input.answer ?? after.inputs[index]?.answer,
  }));
  expect(after.inputs.slice(0, before.inputs.length)).toEqual(expected);
}

test('whatever is answered, cancelled, killed and drained: every task ends, as its answers say, and nothing is asked twice', async () => {
  await fc.assert(
    fc.asyncProperty(steps, distances, async (sequence, distance) => {
      const processes = new Processes(await openMemoryStore(), distance);
      await processes.start();
      const tasks = await inTime(
        Promise.all(
          Array.from({ length: TASKS }, (_, index) =>
            accepted(processes.engine, requestOf({ token: `t${index}`, answerable: ['elicitation/create'] })),
          ),
        ),
      );
      const seen = new Map(tasks.map((record) => [record.id, record]));
      const idOf = (index: number) => tasks[index]?.id ?? '';
      for (const step of sequence) {
        if (step.do === 'wait') await vi.advanceTimersByTimeAsync(step.ms);
        if (step.do === 'cancel') {
          const { kind } = await inTime(processes.engine.cancel('alice', idOf(step.task)));
          if (kind === 'cancelled') processes.forbid(`t${step.task}`);
        }
        if (step.do === 'answer') {
          const answers = step.keys.map((key) => [key, answerOf(step.approve)] as const);
          await inTime(processes.engine.answer('alice', idOf(step.task), Object.fromEntries(answers)));
        }
        if (step.do === 'kill' || step.do === 'drain') {
          await processes.end(step.do);
          await processes.start();
        }
        for (const before of seen.values()) {
          const after = await inTime(processes.engine.get('alice', before.id));
          if (after === undefined) throw new Error(`task ${before.id} is lost`);
          assertFollows(before, after);
          seen.set(after.id, after);
        }
      }
      await vi.advanceTimersByTimeAsync(SLA_MS + 3_000);
      processes.assertForbidden();
      for (const { id } of tasks)
        assertEnded(await inTime(processes.engine.get('alice', id)), processes.effects.committed);
      await Promise.all([processes.end('drain'), vi.advanceTimersByTimeAsync(5_000)]);
    }),
    { numRuns: 60 },
  );
});

function assertEnded(record: TaskRecord | undefined, committed: readonly string[]): void {
  if (record === undefined) throw new Error('a task is lost');
  expect(isTerminal(record.state)).toBe(true);
  const keys = record.inputs.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  const commits = committed.filter((token) => token === record.arguments.token).length;
  const approved = record.inputs.filter(({ answer }) => answer?.kind === 'result' && answer.result.action === 'accept');
  if (commits > 0) expect(approved).toHaveLength(3);
  expect(commits).toBeLessThanOrEqual(1);
  if (record.outcome?.kind !== 'result') return;
  expect(commits).toBe(record.outcome.result.isError === true ? 0 : 1);
  expect(record.inputs.every(({ answer }) => answer !== null)).toBe(true);
}
