import { expect, test } from 'vitest';
import { indexHistory } from './history-index.ts';
import { type BuilderOptions, createHistory, type HistoryBuilder, taskOf, WALL } from './testing/history-builder.ts';

const T1 = taskOf(1);

function index(tell: (h: HistoryBuilder) => void, options: BuilderOptions = {}) {
  const h = createHistory(options);
  tell(h);
  return indexHistory(h.plan, h.history());
}

const iso = (ms: number) => new Date(WALL + ms).toISOString();
const expiry = (createdAt: string | undefined, ttlMs: number | null) =>
  index((h) => {
    h.ok(50, h.create(10, 1), { task: T1, ttlMs, ...(createdAt === undefined ? {} : { createdAt }) });
  }).tasks.get(T1)?.expiresT;

test('a task expires its ttl after the server says it was created, to the millisecond', () => {
  expect(expiry(iso(40), 1000)).toBe(1_039_000_000);
});
test('a server whose clock is ahead cannot put the deadline later than its call allows', () => {
  expect(expiry(iso(9_000), 1000)).toBe(1_010_000_000);
});
test('a wall clock that is set ahead brings every deadline so much nearer, and one that is set back none', () => {
  const jumped = (ms: number) =>
    index((h) => {
      h.ok(50, h.create(10, 1), { task: T1, ttlMs: 1000, createdAt: iso(40) });
      h.add(60, { kind: 'fault', id: 'F23', entry: 'F23#1', phase: 'verified', evidence: { ms } });
    }).tasks.get(T1)?.expiresT;
  expect(jumped(300)).toBe(739_000_000);
  expect(jumped(-300)).toBe(1_039_000_000);
});
test('without a date, or with one that cannot be read, it counts from when the call was first sent', () => {
  expect(expiry(undefined, 1000)).toBe(1_010_000_000);
  expect(expiry('yesterday', 1000)).toBe(1_010_000_000);
});
test('a server that shows no ttl keeps what it was set to, counted from when the call was first sent', () => {
  const target = { ...createHistory().plan.target, settings: { ttlMs: 1000 } };
  const set = (settings: boolean) => {
    const h = createHistory({ target: { ...target, facts: { ...target.facts, settings } } });
    h.ok(50, h.create(10, 1), { task: T1 });
    return indexHistory(h.plan, h.history()).tasks.get(T1)?.expiresT;
  };
  expect(set(true)).toBe(1_010_000_000);
  expect(set(false)).toBe(Number.POSITIVE_INFINITY);
});
test('without a limit it never expires', () => {
  expect(expiry(iso(40), null)).toBe(Number.POSITIVE_INFINITY);
});

test('a read belongs to the task that was asked for, whatever the answer says', () => {
  const history = index((h) => {
    h.ok(11, h.create(10, 1), { task: T1 });
    h.done(21, h.get(20, 1, T1), { task: 'another' });
  });
  expect([...history.tasks.keys()]).toEqual([T1]);
  expect(history.tasks.get(T1)?.settled?.event.seq).toBe(10);
});

test('a notification that comes before the receipt gets its owner from the receipt', () => {
  const history = index(
    (h) => {
      const create = h.create(10, 2);
      h.add(11, { kind: 'push', conn: 'a2', task: T1, status: 'working' });
      h.ok(12, create, { task: T1 });
    },
    { calls: 2, agents: 2 },
  );
  expect(history.tasks.get(T1)?.owner).toBe(2);
});

test('a boot that a fault ended is a strike at the moment the fault began; other exits are not', () => {
  const history = index((h) => {
    h.fault(20, 'F12#1', 'start');
    h.add(25, { kind: 'proc', boot: 1, phase: 'exit', signal: 'SIGKILL', by: 'F12#1' });
    h.boot(30);
    h.add(40, { kind: 'proc', boot: 2, phase: 'exit', code: 1, by: 'server' });
    h.boot(50);
    h.add(60, { kind: 'proc', boot: 3, phase: 'exit', code: 0, by: 'harness' });
  });
  expect(history.strikes.map(({ entry, fault, boot, t, seq }) => ({ entry, fault, boot, t, seq }))).toEqual([
    { entry: 'F12#1', fault: 'F12', boot: 1, t: 20_000_000, seq: 3 },
  ]);
  expect([0, 1, 4, 5, 7, 8].map((seq) => history.bootAt(seq))).toEqual([0, 1, 1, 2, 2, 3]);
});

test('frames are found by connection and id, with its type', () => {
  const history = index((h) => {
    h.ok(11, h.create(10, 1), { task: T1 });
    h.frame(12, { rpcId: '1', dir: 'in', type: 'response' });
    h.frame(13, { rpcId: 1, conn: 'a2' });
    h.frame(14, { rpcId: 1, dir: 'in', type: 'request' });
  });
  const [create] = history.exchanges;
  expect(create && history.framesOf(create.inv).map(({ seq }) => seq)).toEqual([4, 5]);
});

test('a run without an end was interrupted', () => {
  expect(index(() => {}).interrupted).toBe(true);
  expect(index((h) => h.note(1, 'end')).interrupted).toBe(false);
});
