// What a store that keeps no log has forgotten when it died is not held against the server, and all the rest is.
import { describe, expect, test } from 'vitest';
import type { CheckerResult } from '../model/checker.ts';
import { indexHistory } from '../model/history-index.ts';
import type { PlannedService } from '../model/plan.ts';
import { loadUnit } from '../model/registry.ts';
import { createHistory, type HistoryBuilder, keyOf, taskOf } from '../model/testing/history-builder.ts';
import { checkers } from './index.ts';
import { situations } from './situations.ts';

type Tell = (h: HistoryBuilder) => void;
const FRAIL: PlannedService = { id: 'redis', uses: ['store'], given: null, losesTail: true };
const FIRM: PlannedService = { id: 'redis', uses: ['store'], given: null };
const QUEUE_ONLY: PlannedService = { ...FRAIL, uses: ['queue'] };
const T1 = taskOf(1);
const T2 = taskOf(2);

const accept = (h: HistoryBuilder, atMs = 10, task = T1) =>
  h.ok(atMs + 1, h.create(atMs, 1, { key: keyOf(1) }), { task });
const die = (h: HistoryBuilder, atMs: number) =>
  h.add(atMs, { kind: 'note', topic: 'engine', data: { engine: 'redis', phase: 'exit', by: 'F21#1' } });

function historyOf(service: PlannedService, tell: Tell) {
  const h = createHistory({ target: { store: 'redis', services: [service] } });
  tell(h);
  return { plan: h.plan, history: indexHistory(h.plan, h.history()) };
}

async function judged(id: string, service: PlannedService, tell: Tell): Promise<CheckerResult> {
  const input = historyOf(service, tell);
  const checker = await loadUnit(checkers, 'checker', id);
  expect(checker.applicable(input.plan)).toBeNull();
  return checker.check(input);
}

/** Each row: the checker, the invariant, and a story that breaks it over the death of the store. */
const STORIES: readonly (readonly [id: string, invariant: string, earlier: Tell, later: Tell])[] = [
  ['lost-tasks', 'S1', (h) => accept(h), (h) => h.fail(31, h.get(30, 1, T1), 'not-found', { code: -32602 })],
  [
    'status-regress',
    'S10',
    (h) => {
      accept(h);
      h.done(16, h.get(15, 1, T1));
    },
    (h) => h.ok(31, h.get(30, 1, T1), { status: 'working' }),
  ],
  [
    'changed-terminal',
    'S9',
    (h) => {
      accept(h);
      h.done(16, h.get(15, 1, T1));
    },
    (h) => h.ok(31, h.get(30, 1, T1), { status: 'failed', error: { code: -1, message: 'x' } }),
  ],
  [
    'shifting-dates',
    'S11',
    (h) => {
      accept(h);
      const dates = { createdAt: '2026-01-01T00:00:00Z', lastUpdatedAt: '2026-01-01T00:00:09Z' };
      h.ok(16, h.get(15, 1, T1), { status: 'working', ...dates });
    },
    (h) => {
      const dates = { createdAt: '2026-01-01T00:00:00Z', lastUpdatedAt: '2026-01-01T00:00:02Z' };
      h.ok(31, h.get(30, 1, T1), { status: 'working', ...dates });
    },
  ],
  ['broken-keys', 'S13', (h) => accept(h), (h) => accept(h, 30, T2)],
  [
    'duplicate-effects',
    'S3',
    (h) => {
      accept(h);
      h.commit(15, 1);
    },
    (h) => h.commit(31, 1),
  ],
  [
    'late-effects',
    'S7',
    (h) => {
      accept(h);
      h.ok(16, h.get(15, 1, T1), { status: 'failed', error: { code: -1, message: 'x' } });
    },
    (h) => h.commit(31, 1),
  ],
];

describe.each(STORIES)('%s', (id, invariant, earlier, later) => {
  const told = (death: Tell) => (h: HistoryBuilder) => {
    earlier(h);
    death(h);
    later(h);
  };
  const shown = (result: CheckerResult) => result.findings.map((finding) => finding.invariant);

  test('holds over the death of a store that keeps no log', async () => {
    expect(
      shown(
        await judged(
          id,
          FRAIL,
          told((h) => die(h, 20)),
        ),
      ),
    ).toEqual([]);
  });

  test('is broken over the death of a store that keeps one, and where only the queue keeps none', async () => {
    for (const service of [FIRM, QUEUE_ONLY]) {
      expect(
        shown(
          await judged(
            id,
            service,
            told((h) => die(h, 20)),
          ),
        ),
      ).toEqual([invariant]);
    }
  });

  test('is broken where no store died between', async () => {
    const early: Tell = (h) => die(h, 5);
    const story: Tell = (h) => {
      early(h);
      earlier(h);
      later(h);
    };
    expect(shown(await judged(id, FRAIL, story))).toEqual([invariant]);
  });
});

test('a read that waited in the server for the store to come back is one of after', async () => {
  const story: Tell = (h) => {
    accept(h);
    const read = h.get(15, 1, T1);
    die(h, 20);
    h.fail(31, read, 'not-found', { code: -32602 });
  };
  expect((await judged('lost-tasks', FRAIL, story)).counts).toMatchObject({ skipped: 1, lost: 0 });
});

test('a task that went with its store is excused from settling, and counted', async () => {
  const story: Tell = (h) => {
    accept(h);
    die(h, 20);
    h.fail(31, h.get(30, 1, T1), 'not-found', { code: -32602 });
    h.finish(40, []);
  };
  expect((await judged('unsettled-tasks', FRAIL, story)).counts.excused).toBe(1);
  expect(await judged('lost-tasks', FRAIL, story)).toMatchObject({
    valid: 'not-applicable',
    reason: 'this store does not promise to keep its newest writes when it dies, and every read came after a death',
    counts: { skipped: 1, lost: 0 },
  });
  expect(situations['store-lost-a-task']?.find(historyOf(FRAIL, story))).toHaveLength(1);
  expect(situations['store-lost-a-task']?.find(historyOf(FIRM, story))).toHaveLength(0);
});
