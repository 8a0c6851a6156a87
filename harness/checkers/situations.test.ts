import { expect, test } from 'vitest';
import { indexHistory } from '../model/history-index.ts';
import { type BuilderOptions, createHistory, type HistoryBuilder, taskOf } from '../model/testing/history-builder.ts';
import { situations } from './situations.ts';

type Tell = (h: HistoryBuilder) => void;
const T1 = taskOf(1);

const SEVERAL: BuilderOptions = { calls: 2, target: { processes: { servers: 2, workers: 0 } } };

function reached(id: string, tell: Tell, options: BuilderOptions = SEVERAL): number {
  const h = createHistory(options);
  tell(h);
  const situation = situations[id];
  if (!situation) throw new Error(`no situation ${id}`);
  expect(situation.applicable(h.plan.target)).toBeNull();
  return situation.find({ plan: h.plan, history: indexHistory(h.plan, h.history()) }).length;
}

const accept = (h: HistoryBuilder, call: number, atMs: number) =>
  h.ok(atMs + 1, h.create(atMs, call), { task: taskOf(call) });
const fetch = (h: HistoryBuilder, call: number, atMs: number) => h.done(atMs + 1, h.get(atMs, call, taskOf(call)));

/** An answer out of one of several processes, 1 ms after its request. */
function answeredBy(h: HistoryBuilder, process: string, of: number, more: { readonly task?: string } = {}): void {
  const inv = h.events[of];
  if (inv?.kind !== 'inv') throw new Error(`expected a request at ${of}`);
  const atMs = inv.t / 1e6 + 1;
  h.frame(atMs, { conn: inv.conn, rpcId: inv.rpcId, dir: 'in', type: 'response', process });
  h.add(atMs, { kind: 'ok', of, status: 'working', task: inv.task ?? T1, ...more });
}

/** Call 1 is shown waiting for input. */
const wait = (h: HistoryBuilder, atMs: number) =>
  h.ok(atMs + 1, h.get(atMs, 1, T1), { status: 'input_required', inputs: ['a'] });

/** Each row: what reaches it how often, and what comes close and does not. */
const CASES: readonly (readonly [id: string, count: number, hit: Tell, miss: Tell, options?: BuilderOptions])[] = [
  [
    'store-lost-a-task',
    1,
    (h) => {
      accept(h, 1, 10);
      h.add(20, { kind: 'note', topic: 'engine', data: { phase: 'exit' } });
      h.fail(31, h.get(30, 1, T1), 'not-found');
    },
    (h) => {
      h.add(5, { kind: 'note', topic: 'engine', data: { phase: 'exit' } });
      accept(h, 1, 10);
      h.fail(31, h.get(30, 1, T1), 'not-found');
    },
    {
      calls: 2,
      target: { store: 'redis', services: [{ id: 'redis', uses: ['store'], given: null, losesTail: true }] },
    },
  ],
  [
    'circuit-refused',
    1,
    (h) => {
      h.fail(11, h.create(10, 1), 'unavailable');
    },
    (h) => {
      accept(h, 1, 10);
      h.fail(31, h.get(30, 1, T1), 'unavailable');
    },
  ],
  [
    'circuit-closed-again',
    1,
    (h) => {
      h.fail(11, h.create(10, 1), 'unavailable');
      accept(h, 2, 20);
      fetch(h, 2, 30);
    },
    (h) => {
      accept(h, 2, 10);
      fetch(h, 2, 20);
      h.fail(31, h.create(30, 1), 'unavailable');
    },
  ],
  [
    'poll-refused',
    1,
    (h) => {
      accept(h, 1, 10);
      h.fail(31, h.get(30, 1, T1), 'rate-limited');
    },
    (h) => {
      h.fail(11, h.create(10, 1), 'rate-limited');
      accept(h, 2, 20);
      fetch(h, 2, 30);
    },
  ],
  [
    'kill-between-effect-commit-and-ack',
    1,
    (h) => {
      const create = h.create(10, 1);
      h.commit(20, 1);
      h.kill(30, 'F12#1');
      h.info(31, create, 'reset');
    },
    (h) => {
      const create = h.create(10, 1);
      h.begin(20, 1);
      h.kill(30, 'F12#1');
      h.info(31, create, 'reset');
      accept(h, 2, 40);
    },
  ],
  [
    'kill-mid-work',
    1,
    (h) => {
      accept(h, 1, 10);
      h.begin(20, 1);
      h.kill(30, 'F12#1');
    },
    (h) => {
      accept(h, 1, 10);
      h.begin(20, 1);
      h.commit(25, 1);
      h.kill(30, 'F12#1');
    },
  ],
  [
    'kill-after-ack',
    2,
    (h) => {
      accept(h, 1, 10);
      accept(h, 2, 20);
      h.kill(30, 'F12#1');
    },
    (h) => {
      accept(h, 1, 10);
      fetch(h, 1, 20);
      h.kill(30, 'F12#1');
      accept(h, 2, 40);
    },
  ],
  [
    'input-over-restart',
    1,
    (h) => {
      accept(h, 1, 10);
      wait(h, 12);
      h.kill(15, 'F12#1');
      h.boot(20);
      h.ok(31, h.update(30, 1, T1, ['a']));
    },
    (h) => {
      accept(h, 1, 10);
      wait(h, 12);
      h.ok(14, h.update(13, 1, T1, ['a']));
      h.kill(15, 'F12#1');
      h.boot(20);
      fetch(h, 1, 30);
    },
  ],
  [
    'input-required',
    1,
    (h) => {
      accept(h, 1, 10);
      wait(h, 12);
      h.ok(14, h.update(13, 1, T1, ['a']));
    },
    (h) => {
      accept(h, 1, 10);
      wait(h, 12);
      h.info(14, h.update(13, 1, T1, ['a']), 'reset');
    },
  ],
  [
    'read-served-by-later-boot',
    1,
    (h) => {
      accept(h, 1, 10);
      h.boot(20);
      fetch(h, 1, 30);
    },
    (h) => {
      accept(h, 1, 10);
      fetch(h, 1, 15);
      h.boot(20);
      h.info(31, h.get(30, 1, T1), 'timeout');
    },
  ],
  [
    'drain-with-work-in-flight',
    1,
    (h) => {
      accept(h, 1, 10);
      h.kill(20, 'F13#1');
    },
    (h) => {
      accept(h, 1, 10);
      fetch(h, 1, 15);
      h.kill(20, 'F13#1');
    },
  ],
  [
    'fault-overlaps-work',
    1,
    (h) => {
      h.create(10, 1);
      h.fault(20, 'F1#1', 'start');
      h.fault(21, 'F1#1', 'verified');
    },
    (h) => {
      h.fault(5, 'F1#1', 'start');
      accept(h, 1, 10);
      fetch(h, 1, 15);
      h.fault(20, 'F1#1', 'verified');
    },
  ],
  [
    'lost-receipt-retried',
    1,
    (h) => {
      h.info(12, h.create(10, 1), 'reset');
      accept(h, 1, 20);
    },
    (h) => {
      h.fail(12, h.create(10, 1), 'full');
      accept(h, 1, 20);
      h.ok(31, h.create(30, 1, { probe: true }), { task: T1 });
    },
  ],
  [
    'effect-before-lost-receipt',
    1,
    (h) => {
      const create = h.create(10, 1);
      h.commit(20, 1);
      h.frame(21, { rpcId: 1, dir: 'in', type: 'response', action: 'cut', entries: ['F5#1'] });
      h.info(22, create, 'reset');
    },
    (h) => {
      const create = h.create(10, 1);
      h.frame(21, { rpcId: 1, dir: 'in', type: 'response', action: 'cut', entries: ['F5#1'] });
      h.info(22, create, 'reset');
      accept(h, 2, 30);
      h.commit(40, 2);
    },
  ],
  [
    'duplicate-delivered',
    1,
    (h) => h.frame(10, { action: 'dup', rpcId: 1 }),
    (h) => h.frame(10, { action: 'dup', rpcId: 1, dir: 'in', type: 'response' }),
  ],
  [
    'duplicate-probe-answered',
    1,
    (h) => h.ok(31, h.create(30, 1, { probe: true }), { task: T1 }),
    (h) => h.info(31, h.create(30, 1, { probe: true }), 'timeout'),
  ],
  [
    'gateway-gave-up',
    1,
    (h) => {
      h.info(20, h.create(10, 1), 'http', { http: 424, gateway: true });
      h.commit(30, 1);
    },
    (h) => {
      h.info(20, h.create(10, 1), 'http', { http: 424, gateway: true });
      h.info(40, h.create(30, 2), 'http', { http: 503 });
      h.commit(50, 2);
    },
  ],
  [
    'expiry-seen',
    1,
    (h) => {
      h.ok(11, h.create(10, 1), { task: T1, ttlMs: 100 });
      h.fail(211, h.get(210, 1, T1), 'not-found');
    },
    (h) => {
      h.ok(11, h.create(10, 1), { task: T1, ttlMs: 100 });
      h.fail(51, h.get(50, 1, T1), 'not-found');
    },
  ],
  [
    'out-of-order-completion',
    1,
    (h) => {
      accept(h, 1, 10);
      accept(h, 2, 20);
      fetch(h, 2, 30);
      fetch(h, 1, 40);
    },
    (h) => {
      accept(h, 1, 10);
      accept(h, 2, 20);
      fetch(h, 1, 30);
      fetch(h, 2, 40);
    },
  ],
  [
    'result-after-moving-on',
    1,
    (h) => {
      accept(h, 1, 10);
      h.add(30, { kind: 'act', agent: 1, from: 15e6, to: 30e6 });
      fetch(h, 1, 40);
      h.add(42, { kind: 'know', agent: 1, call: 1, task: T1 });
    },
    (h) => {
      accept(h, 1, 10);
      fetch(h, 1, 20);
      h.add(22, { kind: 'know', agent: 1, call: 1, task: T1 });
      h.add(30, { kind: 'act', agent: 1, from: 25e6, to: 30e6 });
    },
  ],
  [
    'several-tasks-per-agent',
    1,
    (h) => {
      accept(h, 1, 10);
      accept(h, 2, 20);
    },
    (h) => {
      accept(h, 1, 10);
      h.ok(21, h.create(20, 1), { task: T1 });
    },
  ],
  [
    'concurrent-tasks',
    1,
    (h) => {
      accept(h, 1, 10);
      accept(h, 2, 20);
    },
    (h) => {
      accept(h, 1, 10);
      fetch(h, 1, 15);
      accept(h, 2, 20);
    },
  ],
  [
    'every-operation-answered',
    2,
    (h) => {
      accept(h, 1, 10);
      fetch(h, 1, 15);
    },
    (h) => {
      accept(h, 1, 10);
      h.info(21, h.get(20, 1, T1), 'timeout');
    },
  ],
  [
    'cancel-won',
    1,
    (h) => {
      accept(h, 1, 10);
      h.ok(21, h.cancel(20, 1, T1));
      h.ok(31, h.get(30, 1, T1), { status: 'cancelled' });
    },
    (h) => {
      accept(h, 1, 10);
      h.ok(21, h.cancel(20, 1, T1), { status: 'cancelled' });
      fetch(h, 1, 30);
    },
  ],
  [
    'cancel-lost',
    1,
    (h) => {
      accept(h, 1, 10);
      h.fail(21, h.cancel(20, 1, T1), 'refused');
      fetch(h, 1, 30);
    },
    (h) => {
      accept(h, 1, 10);
      h.ok(21, h.cancel(20, 1, T1));
      h.ok(31, h.get(30, 1, T1), { status: 'cancelled' });
      accept(h, 2, 40);
      fetch(h, 2, 50);
    },
  ],
  [
    'work-taken-over',
    1,
    (h) => {
      h.boot(1);
      h.begin(10, 1);
      h.boot(20);
      h.begin(30, 1);
      h.begin(40, 2);
    },
    (h) => {
      h.boot(1);
      h.begin(10, 1);
      h.kill(15, 'F12#1');
      h.boot(20);
      h.begin(30, 1);
    },
  ],
  [
    'trespass-answered',
    1,
    (h) => {
      accept(h, 1, 10);
      h.fail(21, h.get(20, 1, T1, { agent: 2, conn: 'a2', trespass: true }), 'not-found');
    },
    (h) => {
      accept(h, 1, 10);
      h.fail(16, h.get(15, 1, T1), 'not-found');
      h.info(21, h.get(20, 1, T1, { agent: 2, conn: 'a2', trespass: true }), 'timeout');
    },
  ],
  [
    'read-through-another-process',
    1,
    (h) => {
      answeredBy(h, 'server-1', h.create(10, 1), { task: T1 });
      answeredBy(h, 'server-2', h.get(20, 1, T1));
    },
    (h) => {
      answeredBy(h, 'server-1', h.create(10, 1), { task: T1 });
      answeredBy(h, 'server-1', h.get(20, 1, T1));
      fetch(h, 1, 30);
    },
  ],
  ['effects-observed', 1, (h) => h.commit(10, 1), (h) => h.begin(10, 1)],
];

for (const [id, count, hit, miss, options] of CASES) {
  test(id, () => {
    expect(reached(id, hit, options)).toBe(count);
    expect(reached(id, miss, options)).toBe(0);
  });
}

test('every situation has a case, an id of its own, and words', () => {
  expect(CASES.map(([id]) => id).sort()).toEqual(Object.keys(situations));
  for (const [id, { meta }] of Object.entries(situations)) {
    expect(meta.id).toBe(id);
    expect(meta.title.length * meta.description.length).toBeGreaterThan(0);
  }
});

test('work after the restart is not the work that was killed', () => {
  const tell = (h: HistoryBuilder) => {
    accept(h, 1, 10);
    h.begin(20, 1);
    h.kill(30, 'F12#1');
    h.boot(40);
    h.begin(50, 1);
    h.commit(60, 1);
    fetch(h, 1, 70);
    accept(h, 2, 80);
    h.kill(90, 'F12#2');
  };
  expect(reached('kill-mid-work', tell)).toBe(1);
  expect(reached('kill-after-ack', tell)).toBe(2);
});

test.each([
  [
    'kill-mid-work',
    { facts: { process: false } },
    'the harness did not start this server, so it cannot stop or kill it',
  ],
  ['kill-mid-work', { facts: { effects: 'none' } }, 'the effects of this target cannot be observed'],
  ['kill-mid-work', { facts: { effects: 'counts' } }, 'the effects of this target can be counted, not ordered'],
  ['cancel-won', { facts: { cancel: false } }, 'this target has no way to cancel'],
  [
    'concurrent-tasks',
    { target: { dialect: 'blocking' } },
    'this dialect answers with the result itself: there is no task between receipt and result',
  ],
] as const)('%s cannot be reached with %o', (id, options, reason) => {
  expect(situations[id]?.applicable(createHistory(options).plan.target)).toBe(reason);
});

test('a task that is read waiting in two boots crossed the restart without an answer', () => {
  const tell: Tell = (h) => {
    accept(h, 1, 10);
    wait(h, 12);
    h.kill(15, 'F12#1');
    h.boot(20);
    wait(h, 30);
  };
  expect(reached('input-over-restart', tell)).toBe(1);
});
