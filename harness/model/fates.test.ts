import { expect, test } from 'vitest';
import { countFates, fatesOf } from './fates.ts';
import { indexHistory } from './history-index.ts';
import { type BuilderOptions, createHistory, type HistoryBuilder, taskOf } from './testing/history-builder.ts';
import { FATES } from './verdict.ts';

const T1 = taskOf(1);

function fateOf(tell: (h: HistoryBuilder) => void, options: BuilderOptions = {}) {
  const h = createHistory(options);
  tell(h);
  const [first] = fatesOf(h.plan, indexHistory(h.plan, h.history()));
  return [first?.fate, first?.events];
}

/** Events: run 0, spawn 1, ready 2, create 3, its frames 4 and 5, ack 6. */
const accept = (h: HistoryBuilder) => h.ok(11, h.create(10, 1), { task: T1 });
const fetch = (h: HistoryBuilder) => h.done(21, h.get(20, 1, T1));
const audit = (h: HistoryBuilder, atMs: number) => h.get(atMs, 1, T1, { agent: 'auditor', as: 1 });

test('leaked: another agent was given its token', () => {
  const tell = (h: HistoryBuilder) => {
    accept(h);
    fetch(h);
    h.ok(31, h.create(30, 2), { task: taskOf(2), status: 'completed', result: {}, echo: 'token-0001' });
  };
  expect(fateOf(tell, { calls: 2, agents: 2 })).toEqual(['leaked', [14]]);
  expect(fateOf(tell, { calls: 2, agents: 2, facts: { scope: 'process' } })).toEqual(['settled-ok', [10]]);
});

test('wrong: its agent was given another token', () => {
  expect(
    fateOf((h) => {
      accept(h);
      h.done(21, h.get(20, 1, T1), { echo: 'token-0002' });
    }),
  ).toEqual(['wrong', [10]]);
});

test('doubled: its effect was committed twice, even where that is allowed', () => {
  const tell = (h: HistoryBuilder) => {
    accept(h);
    h.commit(12, 1);
    h.commit(13, 1);
    fetch(h);
  };
  expect(fateOf(tell)).toEqual(['doubled', [7, 8]]);
});

test('lost: its agent was told that there is no such task', () => {
  expect(
    fateOf((h) => {
      accept(h);
      h.fail(21, h.get(20, 1, T1), 'not-found');
    }),
  ).toEqual(['lost', [10]]);
});

test('lost: only the final read found it gone, and its agent had nothing yet', () => {
  const tell = (hasFetched: boolean) => (h: HistoryBuilder) => {
    accept(h);
    if (hasFetched) fetch(h);
    h.fail(41, audit(h, 40), 'not-found');
    h.note(42, 'end');
  };
  expect(fateOf(tell(false))).toEqual(['lost', [10]]);
  expect(fateOf(tell(true))).toEqual(['settled-ok', [10]]);
});

test('stuck: still working when its time had run out', () => {
  expect(
    fateOf((h) => {
      accept(h);
      h.ok(11_000, h.get(10_990, 1, T1));
    }),
  ).toEqual(['stuck', [6, 10]]);
});

test('expired: kept to its ttl and never fetched', () => {
  expect(
    fateOf((h) => {
      h.ok(11, h.create(10, 1), { task: T1, ttlMs: 1000 });
      h.fail(1_101, h.get(1_100, 1, T1), 'not-found');
    }),
  ).toEqual(['expired', [6, 10]]);
});

test('unread: the final read shows what its agent never fetched', () => {
  expect(
    fateOf((h) => {
      accept(h);
      h.add(15, { kind: 'quit', agent: 1, call: 1, why: 'attempts used' });
      h.done(41, audit(h, 40));
    }),
  ).toEqual(['unread', [11]]);
});

test('unread: a status without the result is not the outcome', () => {
  expect(
    fateOf((h) => {
      accept(h);
      h.ok(21, h.get(20, 1, T1), { status: 'completed' });
    }),
  ).toEqual(['unread', [10]]);
});

test.each([
  ['failed', { status: 'failed' } as const],
  ['cancelled', { status: 'cancelled' } as const],
  ['isError', { isError: true }],
])('settled-failed: %s', (_, more) => {
  expect(
    fateOf((h) => {
      accept(h);
      h.done(21, h.get(20, 1, T1), more);
    }),
  ).toEqual(['settled-failed', [10]]);
});

test('settled-ok: its agent has the result, by a read or by a notification, or at once', () => {
  expect(
    fateOf((h) => {
      accept(h);
      fetch(h);
    }),
  ).toEqual(['settled-ok', [10]]);
  expect(
    fateOf((h) => {
      accept(h);
      h.add(20, { kind: 'push', conn: 'a1', task: T1, status: 'completed', result: {}, echo: 'token-0001' });
    }),
  ).toEqual(['settled-ok', [7]]);
  expect(fateOf((h) => h.done(11, h.create(10, 1)), { target: { dialect: 'blocking' } })).toEqual(['settled-ok', [6]]);
});

test('orphaned: nobody has its receipt, and it was done', () => {
  expect(
    fateOf((h) => {
      h.info(12, h.create(10, 1), 'reset');
      h.commit(20, 1);
      h.note(30, 'end');
    }),
  ).toEqual(['orphaned', [6]]);
});

test('refused: every attempt was turned down', () => {
  expect(
    fateOf((h) => {
      h.fail(11, h.create(10, 1), 'full');
      h.note(30, 'end');
    }),
  ).toEqual(['refused', [6]]);
});

test('void: nobody knows, and nothing came of it', () => {
  expect(
    fateOf((h) => {
      h.fail(11, h.create(10, 1), 'full');
      h.info(22, h.create(20, 1), 'timeout');
      h.note(30, 'end');
    }),
  ).toEqual(['void', [3, 7]]);
});

test('open: the run ended before its time was up', () => {
  expect(fateOf((h) => accept(h))).toEqual(['open', [3]]);
  expect(fateOf((h) => h.info(12, h.create(10, 1), 'timeout'))).toEqual(['open', [3]]);
  expect(fateOf(() => {})).toEqual(['open', []]);
});

test('counts come in the order of the fates and add up', () => {
  const fates = [...FATES].reverse().map((fate, index) => ({ call: index + 1, fate, events: [] }));
  expect(Object.entries(countFates(fates))).toEqual(FATES.map((fate) => [fate, 1]));
  expect(countFates([])).toEqual({});
});
