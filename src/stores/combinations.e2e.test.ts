// Every store with every queue: real processes on the real engines, stopped, killed and with clocks that disagree.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { QUEUES } from '../queues/index.ts';
import { type ConnectionOptions, connectionSchema, type Engine } from './connection.ts';
import { STORES } from './index.ts';
import { type Combination, combinations, combinationTable, isUsual } from './testing/combinations.ts';
import { connectionTo, engineNeeds } from './testing/engine.ts';
import type { EngineOrder } from './testing/engine-order.ts';
import {
  type BundledProgram,
  bundleProgram,
  type EngineProcess,
  ended,
  look,
  startEngineProcess,
  submit,
  type TaskView,
} from './testing/engine-process.ts';

const LEASE_MS = 3_000; // A machine that does much else at once lets a process stand still for a second.
const MANY = 100; // The stores' own tests have thousands; here each is a life of a task in two processes.

let program: BundledProgram;
beforeAll(async () => {
  program = await bundleProgram('engine-program');
});

vi.setConfig({ maxConcurrency: 4 });
const rows = combinations(engineNeeds);
const isWhole = process.env.CLAIMCHECK_COMBINATIONS === 'all';
const tried = rows.filter((row) => row.leftOut === '' && (isWhole || isUsual(row)));
const later = rows.filter((row) => row.leftOut === '' && !tried.includes(row));
const passed = new Map<Combination, number>();
afterAll(() => {
  program[Symbol.dispose]();
  const tested = new Map([...passed].map(([row, count]) => [row, `${count} passed`]));
  process.stdout.write(`\n${combinationTable(rows, tested)}\n\n`);
});

test.skipIf(!isWhole && later.length > 0)(
  'every other store with every other queue (needs some minutes more: npm run combinations)',
  () => {
    expect(later).toEqual([]);
  },
);

// Most of it is waiting, so the tests of one combination run side by side.
describe.each(tried)('$store with $queue', { concurrent: true }, (row) => {
  const isShared = STORES[row.store]?.meta.durable === true;
  afterEach(({ task }) => {
    if (task.result?.state !== 'fail') passed.set(row, (passed.get(row) ?? 0) + 1);
  });

  test('fifty calls with one key at once are one task with one effect', async () => {
    await using place = await openPlace(row, program);
    const { start, committed } = place;
    const first = await start();
    const second = isShared ? await start() : first;
    const calls = Array.from({ length: 50 }, (_, number) =>
      submit(number % 2 === 0 ? first : second, { token: 'same', ms: 50, key: 'k' }),
    );
    const answers = await Promise.all(calls);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await ended(second, answers[0]?.id ?? '')).toMatchObject({ state: 'settled', outcome: { kind: 'result' } });
    expect(committed('same')).toBe(1);
  });

  test('a hundred tasks are each done once, and all of them can be listed', async () => {
    await using place = await openPlace(row, program);
    const { start, tokensCommitted } = place;
    const first = await start();
    const second = isShared ? await start() : first;
    const engines = [first, second];
    const ids: string[] = [];
    for (let from = 0; from < MANY; from += 50) {
      const batch = Array.from({ length: 50 }, (_, number) => {
        const engine = engines[number % 2] ?? first;
        return submit(engine, { token: `many-${from + number}`, ms: 0 });
      });
      ids.push(...(await Promise.all(batch)).map(({ id }) => id));
    }
    // A hundred who wait at once would have each process read a hundred records a second.
    await until(async () => tokensCommitted().length >= MANY);
    const tasks: TaskView[] = [];
    for (let from = 0; from < MANY; from += 20) {
      const other = engines[(from / 20) % 2] ?? first;
      tasks.push(...(await Promise.all(ids.slice(from, from + 20).map((id) => ended(other, id)))));
    }
    // How often each was run says how busy the machine is: a process that stands still for longer than a lease loses its work.
    expect(tasks.filter(({ outcome }) => outcome?.kind !== 'result')).toEqual([]);
    expect(tokensCommitted()).toHaveLength(MANY);
    expect(new Set(tokensCommitted()).size).toBe(MANY);
    const found = await second.ask({ do: 'list', principal: 'alice', limit: MANY });
    expect(found).toMatchObject({ tasks: expect.objectContaining({ length: MANY }) });
  });

  test('a result of 1 MiB comes back whole', async () => {
    await using place = await openPlace(row, program);
    const { start } = place;
    const engine = await start();
    const { id } = await submit(engine, { token: 'large', ms: 0, tool: 'large' });
    const task = await ended(engine, id);
    const text = task.outcome?.kind === 'result' ? task.outcome.result.content[0]?.text : undefined;
    expect(text).toBe('é'.repeat(524_288));
  });

  test('a task outlives its time to live by nothing, and then its key is free', async () => {
    await using place = await openPlace(row, program);
    const { start } = place;
    const engine = await start();
    const work = { token: 'short', ms: 0, key: 'k', ttlMs: 12_000 };
    const first = await submit(engine, work);
    await ended(engine, first.id);
    expect(await submit(engine, work)).toEqual({ id: first.id, isNew: false });
    await until(async () => (await look(engine, first.id)) === undefined);
    const second = await submit(engine, work);
    expect([second.isNew, second.id === first.id]).toEqual([true, false]);
  });

  test('work that is longer than its lease keeps it by its heartbeat', async () => {
    await using place = await openPlace(row, program);
    const { start, committed } = place;
    // Longer than any stand-still of a machine that does much else.
    const leaseMs = 2 * LEASE_MS;
    const first = await start({ leaseMs });
    const second = isShared ? await start({ leaseMs }) : first;
    const { id } = await submit(first, { token: 'long', ms: leaseMs * 1.5 });
    expect(await ended(second, id)).toMatchObject({ state: 'settled', runs: 1, fence: 1, outcome: { kind: 'result' } });
    expect(committed('long')).toBe(1);
  });

  // One memory is one process's: what several processes share is asked of the stores that promise it.
  if (!isShared) return;
  describe('in several processes', () => {
    test('a task of one is read, cancelled and awaited through another', async () => {
      await using place = await openPlace(row, program);
      const { start, committed } = place;
      const first = await start();
      const second = await start();
      const { id } = await submit(first, { token: 'cancelled', ms: 4_000 });
      await until(async () => (await look(second, id))?.state === 'running');
      expect(await second.ask({ do: 'cancel', principal: 'alice', id })).toMatchObject({ kind: 'cancelled' });
      expect(await ended(first, id)).toMatchObject({ state: 'cancelled' });
      await pause(4_500);
      expect(committed('cancelled')).toBe(0);
      expect(await look(first, id)).toMatchObject({ state: 'cancelled' });
    });

    test('all that a killed process ran or had waiting is done by another, once; what may not be repeated ends with the truth', async () => {
      await using place = await openPlace(row, program);
      const { start, committed, begun } = place;
      const first = await start({ concurrency: 4 });
      const work = Array.from({ length: 8 }, (_, number) => ({ token: `killed-${number}`, ms: 3_000 }));
      const plain = await submit(first, { token: 'plain', ms: 60_000, mode: 'plain' });
      const tasks = await Promise.all(work.map((one) => submit(first, one)));
      await until(async () => begun('plain') && begun('killed-0'));
      await first.kill();
      const second = await start();
      const ends = await Promise.all(tasks.map(({ id }) => ended(second, id)));
      expect(ends.map(({ state, outcome }) => [state, outcome?.kind])).toEqual(work.map(() => ['settled', 'result']));
      expect(ends.some(({ runs }) => runs > 1)).toBe(true);
      expect(await ended(second, plain.id)).toMatchObject({
        ...{ state: 'settled', runs: 1 },
        outcome: { kind: 'error', error: { data: { reason: 'interrupted' } } },
      });
      expect([...work.map(({ token }) => committed(token)), committed('plain')]).toEqual([...work.map(() => 1), 0]);
      expect(await submit(second, { token: 'killed-0', ms: 3_000 })).toEqual({
        id: tasks[0]?.id,
        isNew: false,
      });
    });

    test('a process that was stopped for longer than its lease commits and changes nothing when it goes on', async () => {
      await using place = await openPlace(row, program);
      const { start, committed, begun } = place;
      const first = await start();
      const again = await submit(first, { token: 'again', ms: 5_000 });
      const plain = await submit(first, { token: 'plain', ms: 5_000, mode: 'plain' });
      await until(async () => begun('again') && begun('plain'));
      await first.pause();
      const second = await start();
      const ends = await Promise.all([again, plain].map(({ id }) => ended(second, id)));
      expect(ends[0]).toMatchObject({ state: 'settled', runs: 2, fence: 2, outcome: { kind: 'result' } });
      expect(ends[1]).toMatchObject({ outcome: { kind: 'error', error: { data: { reason: 'interrupted' } } } });
      first.resume();
      await pause(4_000); // Its work would be over at once: the time has gone by.
      expect([committed('again'), committed('plain')]).toEqual([1, 0]);
      expect(await Promise.all([again, plain].map(({ id }) => look(first, id)))).toEqual(ends);
    });

    test('clocks that disagree by more than a lease cost repeats, and no task and no second effect', async () => {
      await using place = await openPlace(row, program);
      const { start, committed } = place;
      const ahead = await start({ skewMs: 4 * LEASE_MS });
      const behind = await start({ skewMs: -4 * LEASE_MS });
      const work = Array.from({ length: 6 }, (_, number) => ({ token: `skewed-${number}`, ms: 600 }));
      const made = await Promise.all(work.map((one, number) => submit(number % 2 === 0 ? ahead : behind, one)));
      const ends = await Promise.all(made.map(({ id }) => ended(ahead, id)));
      expect(ends.map(({ state, outcome }) => [state, outcome?.kind])).toEqual(work.map(() => ['settled', 'result']));
      expect(work.map(({ token }) => committed(token))).toEqual(work.map(() => 1));
      expect(await Promise.all(made.map(({ id }) => look(behind, id)))).toEqual(ends);
    });
  });
});

interface Place extends AsyncDisposable {
  start(parts?: Partial<EngineOrder>): Promise<EngineProcess>;
  /** How often the effect of that token was committed. */
  committed(token: string): number;
  tokensCommitted(): readonly string[];
  begun(token: string): boolean;
}

/** An empty store and queue for any number of processes, and the ledger they share. */
async function openPlace({ store, queue }: Combination, bundle: BundledProgram): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-place-'));
  const ledger = join(directory, 'ledger.jsonl');
  const storeConnection = await connectionOf(STORES[store]?.meta.engine);
  const queueConnection = await connectionOf(QUEUES[queue]?.meta.engine);
  const usual = { skewMs: 0, leaseMs: LEASE_MS, concurrency: 20 };
  const order = { store, queue, directory, storeConnection, queueConnection, ...usual };
  const started: EngineProcess[] = [];
  const tokens = (wanted: string) => lines(ledger).flatMap(({ token, phase }) => (phase === wanted ? [token] : []));
  return {
    async start(parts = {}) {
      const engine = await startEngineProcess(bundle, { ...order, ...parts }, ledger);
      started.push(engine);
      return engine;
    },
    committed: (token) => tokens('commit').filter((one) => one === token).length,
    tokensCommitted: () => tokens('commit'),
    begun: (token) => tokens('begin').includes(token),
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((engine) => engine[Symbol.asyncDispose]()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function connectionOf(engine: Engine | undefined): Promise<ConnectionOptions> {
  return engine === undefined ? connectionSchema.parse({}) : connectionTo(engine);
}

function lines(ledger: string): readonly { readonly token: string; readonly phase: string }[] {
  if (!existsSync(ledger)) return [];
  return readFileSync(ledger, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 900; attempt++) {
    if (await holds()) return;
    await pause(200);
  }
  throw new Error('expected it to happen within three minutes');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
