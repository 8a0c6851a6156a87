import { describe, expect, test } from 'vitest';
import type { CheckerResult } from '../model/checker.ts';
import type { Event } from '../model/event.ts';
import { indexHistory } from '../model/history-index.ts';
import { loadUnit } from '../model/registry.ts';
import {
  type BuilderOptions,
  createHistory,
  type HistoryBuilder,
  keyOf,
  taskOf,
  tokenOf,
} from '../model/testing/history-builder.ts';
import { checkers } from './index.ts';

const T1 = taskOf(1);
const T2 = taskOf(2);

type Tell = (h: HistoryBuilder) => void;

async function judged(id: string, options: BuilderOptions, tell: Tell): Promise<CheckerResult> {
  const h = createHistory(options);
  tell(h);
  const checker = await loadUnit(checkers, 'checker', id);
  expect(checker.applicable(h.plan)).toBeNull();
  return checker.check({ plan: h.plan, history: indexHistory(h.plan, h.history()) });
}

/** Call 1 is accepted at 10 ms. Events: run 0, spawn 1, ready 2, create 3, its frames 4 and 5, ack 6. */
const accept = (h: HistoryBuilder, call = 1, atMs = 10) => h.ok(atMs + 1, h.create(atMs, call), { task: taskOf(call) });
const denyAt = (h: HistoryBuilder, atMs: number) => h.fail(atMs + 1, h.get(atMs, 1, T1), 'not-found', { code: -32602 });

describe('lost-tasks', () => {
  const run = (tell: Tell, options: BuilderOptions = {}) => judged('lost-tasks', options, tell);
  const counts = { tasks: 1, reads: 1, lost: 0, skipped: 0, expired: 0, sessionEnded: 0 };

  test('nothing accepted, nothing lost', async () => {
    expect(await run(() => {})).toEqual({ valid: true, counts: { ...counts, tasks: 0, reads: 0 }, findings: [] });
  });
  test('denied before any read found it is S1', async () => {
    const result = await run((h) => {
      accept(h);
      denyAt(h, 20);
    });
    expect(result).toEqual({
      valid: false,
      counts: { ...counts, lost: 1 },
      findings: [
        {
          invariant: 'S1',
          message: `call 1 (agent 1): task ${T1} was acked at 0.011 s in boot 1, was never found by a read and was denied at 0.021 s in boot 1`,
          events: [6, 7, 10],
        },
      ],
    });
  });
  test('denied after a read had found it is S2', async () => {
    const result = await run((h) => {
      accept(h);
      h.ok(16, h.get(15, 1, T1));
      h.boot(18);
      denyAt(h, 20);
      denyAt(h, 30);
    });
    expect(result.counts).toEqual({ ...counts, reads: 3, lost: 1 });
    expect(result.findings).toEqual([
      {
        invariant: 'S2',
        message: `call 1 (agent 1): task ${T1} was acked at 0.011 s in boot 1, was found at 0.016 s and was denied at 0.021 s in boot 2 (2 reads)`,
        events: [6, 10, 13, 16],
      },
    ]);
  });
  test.each(['timeout', 'reset', 'session-lost', 'refused'] as const)(
    'a read that ends as %s denies nothing',
    async (reason) => {
      const result = await run((h) => {
        accept(h);
        h.info(21, h.get(20, 1, T1), reason);
      });
      expect(result).toEqual({ valid: true, counts, findings: [] });
    },
  );
  test('a denial after the ttl has passed is expiry', async () => {
    const result = await run((h) => {
      h.ok(11, h.create(10, 1), { task: T1, ttlMs: 1000 });
      denyAt(h, 1100);
    });
    expect(result).toEqual({ valid: true, counts: { ...counts, expired: 1 }, findings: [] });
  });
  test('a denial before the longest ttl shown has passed is a loss', async () => {
    const result = await run((h) => {
      h.ok(11, h.create(10, 1), { task: T1, ttlMs: 5000 });
      h.ok(16, h.get(15, 1, T1), { ttlMs: 100 });
      denyAt(h, 1100);
    });
    expect(result.findings.map(({ invariant }) => invariant)).toEqual(['S2']);
  });
  test('a read that was sent before the receipt was out denies nothing', async () => {
    const result = await run((h) => {
      const create = h.create(10, 1);
      const read = h.get(10, 1, T1);
      h.ok(12, create, { task: T1 });
      h.fail(13, read, 'not-found');
    });
    expect(result.valid).toBe(true);
  });
  test('a target that promises nothing over a restart is not judged over one', async () => {
    const result = await run(
      (h) => {
        accept(h);
        h.boot(15);
        denyAt(h, 20);
      },
      { facts: { durable: false } },
    );
    expect(result).toEqual({
      valid: 'not-applicable',
      reason: 'this target does not promise to keep tasks over a restart, and every read came after one',
      counts: { ...counts, skipped: 1 },
      findings: [],
    });
  });
  test('a receipt that was on its way when the server was restarted is one of before', async () => {
    const result = await run(
      (h) => {
        const create = h.create(10, 1);
        h.kill(11, 'F12#1');
        h.boot(12);
        h.ok(13, create, { task: T1 });
        denyAt(h, 20);
      },
      { facts: { durable: false } },
    );
    expect([result.valid, result.counts.skipped]).toEqual(['not-applicable', 1]);
  });
  test('a target that promises nothing over a restart, and ends by itself, is judged all the same', async () => {
    const result = await run(
      (h) => {
        accept(h);
        h.add(14, { kind: 'proc', boot: 1, phase: 'exit', code: 1, by: 'server' });
        h.boot(15);
        denyAt(h, 20);
      },
      { facts: { durable: false } },
    );
    expect([result.valid, result.findings.map(({ invariant }) => invariant)]).toEqual([false, ['S1']]);
  });
  test('where tasks belong to a session, its end is no loss', async () => {
    const result = await run(
      (h) => {
        accept(h);
        h.info(16, h.get(15, 1, T1), 'session-lost');
        denyAt(h, 20);
      },
      { facts: { scope: 'session' } },
    );
    expect(result).toEqual({ valid: true, counts: { ...counts, reads: 2, sessionEnded: 1 }, findings: [] });
  });
  test('a hundred findings are listed and the rest is counted', async () => {
    const result = await run(
      (h) => {
        for (let call = 1; call <= 130; call += 1) accept(h, call, call);
        for (let call = 1; call <= 130; call += 1) h.fail(501, h.get(500, call, taskOf(call)), 'not-found');
      },
      { calls: 130 },
    );
    expect(result.counts.lost).toBe(130);
    expect(result.findings).toHaveLength(101);
    expect(result.findings.at(-1)).toEqual({
      invariant: 'S1',
      message: '30 more of this kind are not listed',
      events: [],
    });
  });
});

describe('duplicate-effects', () => {
  const run = (tell: Tell, options: BuilderOptions = {}) => judged('duplicate-effects', options, tell);

  test('no commit, no finding', async () => {
    const counts = { calls: 0, doubled: 0, violations: 0, hazards: 0 };
    expect(await run(() => {})).toEqual({ valid: true, counts, findings: [] });
  });
  test('two commits under one key, the receipt lost in between', async () => {
    const result = await run((h) => {
      const lost = h.create(10, 1);
      h.commit(20, 1);
      h.frame(21, { rpcId: 1, dir: 'in', type: 'response', action: 'cut', entries: ['F5#7'] });
      h.info(22, lost, 'reset');
      h.boot(30);
      h.ok(41, h.create(40, 1, { attempt: 2 }), { task: T1 });
      h.commit(50, 1);
    });
    expect(result).toEqual({
      valid: false,
      counts: { calls: 1, doubled: 1, violations: 1, hazards: 0 },
      findings: [
        {
          invariant: 'S3',
          message:
            'call 1 (agent 1) committed at 0.020 s in boot 1 and again at 0.050 s in boot 2, under its idempotency key; ' +
            'its reply was lost by F5#7',
          events: [5, 14],
        },
      ],
    });
  });
  test('without a key, one commit for each delivery is a hazard', async () => {
    const result = await run(
      (h) => {
        h.info(12, h.create(10, 1), 'timeout');
        h.frame(15, { rpcId: 1, action: 'dup', entries: ['F8#1'] });
        h.ok(21, h.create(20, 1, { attempt: 2 }), { task: T1 });
        for (const atMs of [30, 31, 32]) h.commit(atMs, 1);
      },
      { facts: { key: false } },
    );
    expect(result).toEqual({
      valid: true,
      counts: { calls: 1, doubled: 1, violations: 0, hazards: 1 },
      findings: [],
      warnings: [
        {
          invariant: 'S3',
          message:
            'call 1 (agent 1) committed at 0.030 s in boot 1 and again at 0.031 s in boot 1, 0.032 s in boot 1, for 3 deliveries; ' +
            'its request was delivered twice by F8#1',
          events: [11, 12, 13],
        },
      ],
    });
  });
  test.each([
    ['a single delivery', (h: HistoryBuilder) => accept(h)],
    [
      'an attempt that was refused and one that was not',
      (h: HistoryBuilder) => {
        h.fail(9, h.create(8, 1), 'full');
        accept(h);
      },
    ],
    [
      'an attempt whose request never arrived and one that did',
      (h: HistoryBuilder) => {
        h.add(8, { kind: 'inv', op: 'create', call: 1, attempt: 1, agent: 1, conn: 'a1', rpcId: 99 });
        h.frame(8, { rpcId: 99, action: 'drop', entries: ['F4#1'] });
        h.info(9, 3, 'timeout');
        accept(h);
      },
    ],
  ])('without a key, two commits for %s violate', async (_, tell) => {
    const result = await run(
      (h) => {
        tell(h);
        h.commit(50, 1);
        h.commit(60, 1);
      },
      { facts: { key: false } },
    );
    expect(result.valid).toBe(false);
    expect(result.counts).toEqual({ calls: 1, doubled: 1, violations: 1, hazards: 0 });
  });
  test('work that its client asked for in an earlier run counts as asked for', async () => {
    const client = { label: null, earlier: { [tokenOf(1)]: 1 } };
    const tell = (commits: number) => (h: HistoryBuilder) => {
      accept(h);
      for (let n = 0; n < commits; n += 1) h.commit(30 + n, 1);
    };
    const options = { facts: { key: false }, plan: { client } };
    expect((await run(tell(2), options)).counts).toEqual({ calls: 1, doubled: 1, violations: 0, hazards: 1 });
    expect((await run(tell(3), options)).counts).toEqual({ calls: 1, doubled: 1, violations: 1, hazards: 0 });
  });
  test('a retry with a new key may commit once a key', async () => {
    const tell = (commits: number) => (h: HistoryBuilder) => {
      h.info(12, h.create(10, 1), 'timeout');
      h.ok(21, h.create(20, 1, { key: 'another' }), { task: T1 });
      for (let n = 0; n < commits; n += 1) h.commit(30 + n, 1);
    };
    expect((await run(tell(2))).counts).toEqual({ calls: 1, doubled: 1, violations: 0, hazards: 1 });
    expect((await run(tell(3))).counts).toEqual({ calls: 1, doubled: 1, violations: 1, hazards: 0 });
  });
  test('a target that says at-least-once has hazards only', async () => {
    const result = await run(
      (h) => {
        accept(h);
        h.commit(20, 1);
        h.commit(30, 1);
      },
      { facts: { delivery: 'at-least-once' } },
    );
    expect([result.valid, result.counts.hazards]).toEqual([true, 1]);
  });
});

describe('missing-effects', () => {
  const run = (tell: Tell, options: BuilderOptions = {}) => judged('missing-effects', options, tell);

  test('no success is nothing to judge', async () => {
    const result = await run((h) => accept(h));
    expect(result).toEqual({
      valid: 'not-applicable',
      reason: 'no call ended as a success',
      counts: { successes: 0, missing: 0 },
      findings: [],
    });
  });
  test('a success whose work began and was not committed', async () => {
    const result = await run((h) => {
      accept(h);
      h.begin(15, 1);
      h.done(21, h.get(20, 1, T1));
    });
    expect(result).toEqual({
      valid: false,
      counts: { successes: 1, missing: 1 },
      findings: [
        {
          invariant: 'S4',
          message:
            'call 1 (agent 1) was shown as completed at 0.021 s in boot 1, but its effect was never committed ' +
            '(the work began at 0.015 s in boot 1)',
          events: [7, 11],
        },
      ],
    });
  });
  test.each([
    ['a result that says isError', { isError: true }],
    ['a failed status', { status: 'failed', error: { code: -1, message: 'no' } } as const],
    ['a cancelled status', { status: 'cancelled' } as const],
  ])('%s needs no effect', async (_, more) => {
    const result = await run((h) => {
      accept(h);
      h.done(21, h.get(20, 1, T1), more);
    });
    expect(result.valid).toBe('not-applicable');
  });
  test('effects that are only counted are judged at the end', async () => {
    const result = await run(
      (h) => {
        accept(h);
        h.done(21, h.get(20, 1, T1));
      },
      { facts: { effects: 'counts' } },
    );
    expect(result.valid).toBe('unknown');
  });
});

describe('phantom-effects', () => {
  const run = (tell: Tell, options: BuilderOptions = {}) => judged('phantom-effects', options, tell);

  test('what was asked for in an earlier run of a client is no stranger, and not early', async () => {
    const client = { label: null, earlier: { [tokenOf(1)]: 1, before: 1 } };
    const result = await run(
      (h) => {
        h.commit(5, 1);
        h.commit(6, 1, { token: 'before', call: null });
        h.commit(7, 1, { token: 'stranger', call: null });
        accept(h);
      },
      { plan: { client } },
    );
    expect(result.counts).toEqual({ commits: 3, strangers: 1, early: 0 });
  });

  test('a commit of no call, one before the call, one of a call never sent, one in order', async () => {
    const result = await run(
      (h) => {
        h.commit(5, 1);
        h.commit(6, 1, { token: 'stranger', call: null });
        accept(h);
        h.commit(30, 1);
        h.commit(40, 2);
      },
      { calls: 2 },
    );
    expect(result).toEqual({
      valid: false,
      counts: { commits: 4, strangers: 1, early: 2 },
      findings: [
        {
          invariant: 'S5',
          message: 'the effect of call 1 was committed at 0.005 s in boot 1, before the call was sent at 0.010 s',
          events: [3, 5],
        },
        {
          invariant: 'S5',
          message:
            'an effect with the token stranger, which no call of this run has, was committed at 0.006 s in boot 1',
          events: [4],
        },
        {
          invariant: 'S5',
          message: 'the effect of call 2 was committed at 0.040 s in boot 1, but the call was never sent',
          events: [10],
        },
      ],
    });
  });
  test('where effects are only counted, their order says nothing', async () => {
    const result = await run(
      (h) => {
        h.commit(5, 1);
        accept(h);
      },
      { facts: { effects: 'counts' } },
    );
    expect(result).toEqual({ valid: true, counts: { commits: 1, strangers: 0, early: 0 }, findings: [] });
  });
});

describe('effects-after-refusal', () => {
  const run = (tell: Tell) => judged('effects-after-refusal', {}, tell);

  test('nothing refused is nothing to judge', async () => {
    expect((await run((h) => accept(h))).valid).toBe('not-applicable');
  });
  test('refused twice, then done', async () => {
    const result = await run((h) => {
      h.fail(11, h.create(10, 1), 'full');
      h.fail(21, h.create(20, 1), 'full');
      h.commit(30, 1);
    });
    expect(result).toEqual({
      valid: false,
      counts: { refused: 1, violations: 1 },
      findings: [
        {
          invariant: 'S6',
          message:
            'call 1 (agent 1) was refused at 0.011 s in boot 1 (full, 2 attempts), yet its effect was committed at 0.030 s in boot 1',
          events: [6, 10, 11],
        },
      ],
    });
  });
  test('one attempt that nobody knows about explains the effect', async () => {
    const result = await run((h) => {
      h.info(11, h.create(10, 1), 'timeout');
      h.fail(21, h.create(20, 1), 'full');
      h.commit(30, 1);
    });
    expect(result.valid).toBe('not-applicable');
  });
});

describe('wrong-results', () => {
  const run = (tell: Tell, options: BuilderOptions = { calls: 2 }) => judged('wrong-results', options, tell);

  test('no result to compare is unknown', async () => {
    expect((await run((h) => accept(h))).valid).toBe('unknown');
  });
  test('the result of another call, a stranger’s token, none at all', async () => {
    const result = await run((h) => {
      accept(h);
      h.done(21, h.get(20, 1, T1), { echo: 'token-0002' });
      h.done(31, h.get(30, 1, T1), { echo: 'whose' });
      h.done(41, h.get(40, 1, T1), { echo: null });
      h.done(51, h.get(50, 1, T1));
    });
    expect(result).toEqual({
      valid: false,
      counts: { results: 4, wrong: 3 },
      findings: [
        {
          invariant: 'S8',
          message: 'call 1 (agent 1) was given the result of call 2 at 0.021 s in boot 1',
          events: [10],
        },
        {
          invariant: 'S8',
          message: 'call 1 (agent 1) was given a result with the token whose, which no call has at 0.031 s in boot 1',
          events: [14],
        },
        {
          invariant: 'S8',
          message: 'call 1 (agent 1) was given a result without any token at 0.041 s in boot 1',
          events: [18],
        },
      ],
    });
  });
  test.each([{ isError: true }, { status: 'working' } as const, { status: 'failed' } as const])(
    'no good result, nothing to compare: %o',
    async (more) => {
      const result = await run((h) => {
        accept(h);
        h.done(21, h.get(20, 1, T1), { ...more, echo: null });
        h.done(31, h.get(30, 1, T1));
      });
      expect(result).toEqual({ valid: true, counts: { results: 1, wrong: 0 }, findings: [] });
    },
  );
  test('calls that are meant to fail are left out', async () => {
    const result = await run(
      (h) => {
        accept(h);
        h.done(21, h.get(20, 1, T1), { echo: null });
      },
      { call: { tool: 'failing' } },
    );
    expect(result.valid).toBe('unknown');
  });
});

describe('changed-terminal', () => {
  const run = (tell: Tell, options: BuilderOptions = {}) => judged('changed-terminal', options, tell);

  test('the same result in another order of keys, with other _meta, is the same', async () => {
    const result = await run((h) => {
      accept(h);
      h.done(21, h.get(20, 1, T1), { result: { a: 1, b: [{ c: 1, d: 2 }], _meta: { at: 1 } } });
      h.done(31, h.get(30, 1, T1), { result: { b: [{ d: 2, c: 1 }], a: 1, _meta: { at: 2 } } });
    });
    expect(result).toEqual({ valid: true, counts: { tasks: 1, sightings: 2, changed: 0 }, findings: [] });
  });
  test('another status and another result', async () => {
    const result = await run((h) => {
      accept(h);
      h.done(21, h.get(20, 1, T1), { result: { a: 1 } });
      h.boot(25);
      h.done(31, h.get(30, 1, T1), { result: { a: 2 }, status: 'cancelled' });
    });
    expect(result.counts).toEqual({ tasks: 1, sightings: 2, changed: 1 });
    expect(result.findings).toEqual([
      {
        invariant: 'S9',
        message: `call 1 (agent 1): the status of task ${T1} was completed at 0.021 s in boot 1 and cancelled at 0.031 s in boot 2`,
        events: [10, 16],
      },
      {
        invariant: 'S9',
        message: `call 1 (agent 1): the result of task ${T1} was {"a":1} at 0.021 s in boot 1 and {"a":2} at 0.031 s in boot 2`,
        events: [10, 16],
      },
    ]);
  });
  test('what a cancel answers, and what was not terminal, is not compared', async () => {
    const result = await run((h) => {
      accept(h);
      h.ok(16, h.cancel(15, 1, T1), { status: 'cancelled' });
      h.ok(18, h.get(17, 1, T1));
      h.done(21, h.get(20, 1, T1));
    });
    expect(result).toEqual({ valid: true, counts: { tasks: 1, sightings: 1, changed: 0 }, findings: [] });
  });
  test('tasks/result of 2025-11-25 carries no status of its own', async () => {
    const result = await run(
      (h) => {
        accept(h);
        h.ok(21, h.get(20, 1, T1), { status: 'failed' });
        h.done(31, h.get(30, 1, T1, { op: 'result' }), { status: 'completed', isError: true });
      },
      { target: { dialect: 'tasks-2025-11-25' } },
    );
    expect(result.valid).toBe(true);
  });
  test('an internal error of tasks/result may be the server’s and not the task’s', async () => {
    const read = (code: number) =>
      run(
        (h) => {
          accept(h);
          const asked = { op: 'result' } as const;
          h.ok(21, h.get(20, 1, T1, asked), { status: 'failed', error: { code, message: 'Internal error' } });
          h.ok(31, h.get(30, 1, T1, asked), { status: 'failed', error: { code: 1001, message: 'thrown' } });
        },
        { target: { dialect: 'tasks-2025-11-25' } },
      );
    expect((await read(-32603)).valid).toBe(true);
    expect((await read(1002)).valid).toBe(false);
  });

  test('in 2025-11-25 the word that a task is gone is no other outcome once its time has passed', async () => {
    const readAt = (atMs: number) =>
      run(
        (h) => {
          h.ok(10, h.create(1, 1), {
            task: T1,
            status: 'working',
            createdAt: '2026-01-01T00:00:00.000Z',
            ttlMs: 1000,
          });
          const result = (at: number) => h.get(at, 1, T1, { op: 'result' });
          h.ok(21, result(20), { status: 'cancelled', error: { code: -32000, message: 'Cancelled' } });
          h.ok(atMs + 1, result(atMs), { status: 'cancelled', error: { code: -32602, message: 'Task not found' } });
        },
        { target: { dialect: 'tasks-2025-11-25' } },
      );
    expect((await readAt(5000)).valid).toBe(true);
    expect((await readAt(100)).valid).toBe(false);
  });
});

describe('status-regress', () => {
  const run = (tell: Tell) => judged('status-regress', {}, tell);

  test('working after completed', async () => {
    const result = await run((h) => {
      accept(h);
      h.done(21, h.get(20, 1, T1));
      h.ok(31, h.get(30, 1, T1), { status: 'working' });
    });
    expect(result).toEqual({
      valid: false,
      counts: { tasks: 1, reads: 2, regressed: 1 },
      findings: [
        {
          invariant: 'S10',
          message: `call 1 (agent 1): task ${T1} was completed at 0.021 s in boot 1 and working again at 0.031 s in boot 1, in a read sent at 0.030 s`,
          events: [10, 11, 14],
        },
      ],
    });
  });
  test('reads that overlap may differ, and input_required may go back to working', async () => {
    const result = await run((h) => {
      accept(h);
      h.ok(13, h.get(12, 1, T1), { status: 'input_required' });
      h.ok(15, h.get(14, 1, T1), { status: 'working' });
      const early = h.get(20, 1, T1);
      h.done(22, h.get(21, 1, T1));
      h.ok(23, early, { status: 'working' });
    });
    expect(result).toEqual({ valid: true, counts: { tasks: 1, reads: 4, regressed: 0 }, findings: [] });
  });
});

describe('repeated-ids', () => {
  const run = (ids: readonly string[], tell: Tell = () => {}) =>
    judged('repeated-ids', { calls: Math.max(ids.length, 2) }, (h) => {
      for (const [index, id] of ids.entries())
        h.ok(index * 10 + 11, h.create(index * 10 + 10, index + 1), { task: id });
      tell(h);
    });
  const uuid = (n: number) => {
    const hex = taskOf(n);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  };

  test('a server that answers directly has no ids', async () => {
    expect((await run([])).valid).toBe('not-applicable');
  });
  test('UUIDs of version 4 are good', async () => {
    const result = await run(Array.from({ length: 20 }, (_, n) => uuid(n + 1)));
    expect(result.valid).toBe(true);
    expect(result.warnings).toBeUndefined();
    expect(result.counts.randomBits).toBeGreaterThanOrEqual(112);
  });
  test('one id for two calls', async () => {
    const result = await run([T1, T1]);
    expect(result.findings).toEqual([
      {
        invariant: 'S12',
        message: `the task id ${T1} was given to call 1 (agent 1) at 0.011 s in boot 1 and to call 2 (agent 1) at 0.021 s in boot 1`,
        events: [6, 10],
      },
    ]);
  });
  test('the same id for a retry of the same call is not a repeat', async () => {
    const result = await run([T1], (h) => h.ok(31, h.create(30, 1, { attempt: 2 }), { task: T1 }));
    expect(result.valid).toBe(true);
  });
  test.each([
    [['task-1', 'task-2', 'task-3']],
    [['1001', '1007', '1012', '1013']],
    [['job_9', 'job_10', 'job_1', 'job_2']],
  ])('%s count up', async (ids) => {
    const result = await run(ids);
    expect(result.findings.map(({ message }) => message)).toEqual([
      `task ids count up and can be guessed: ${ids.slice(0, 3).join(', ')}`,
    ]);
  });
  test('short ids are a warning', async () => {
    const result = await run(['a81f03bc', '77f0c2de', '05be61aa', 'd7719e03']);
    expect(result.valid).toBe(true);
    expect(result.warnings).toEqual([
      {
        invariant: 'S12',
        message: 'task ids look like 32 random bits, fewer than 112: a81f03bc, 77f0c2de, 05be61aa',
        events: [6, 10, 14],
      },
    ]);
  });
});

describe('broken-keys', () => {
  const run = (tell: Tell, options: BuilderOptions = { calls: 2 }) => judged('broken-keys', options, tell);

  test('a key that was answered once shows nothing', async () => {
    const result = await run((h) => {
      h.info(9, h.create(8, 1), 'timeout');
      accept(h);
    });
    expect(result).toEqual({
      valid: 'not-applicable',
      reason: 'no key was sent and answered twice in this run',
      counts: { keys: 1, answeredTwice: 0, violations: 0 },
      findings: [],
    });
  });
  test('the same task for the same key', async () => {
    const result = await run((h) => {
      accept(h);
      h.ok(31, h.create(30, 1, { probe: true }), { task: T1 });
    });
    expect(result).toEqual({ valid: true, counts: { keys: 1, answeredTwice: 1, violations: 0 }, findings: [] });
  });
  test('another task for the same key', async () => {
    const result = await run((h) => {
      accept(h);
      h.boot(20);
      h.ok(31, h.create(30, 1, { probe: true }), { task: T2 });
    });
    expect(result.findings).toEqual([
      {
        invariant: 'S13',
        message: `call 1 (agent 1) was given ${T1} at 0.011 s in boot 1 and, under the same key, ${T2} at 0.031 s in boot 2`,
        events: [6, 12],
      },
    ]);
  });
  test('a result in place of a receipt, or a receipt in place of a result, is no other task', async () => {
    const result = await run((h) => {
      accept(h);
      h.ok(31, h.create(30, 1, { probe: true }), { status: 'completed', result: { content: [] } });
    });
    expect(result).toEqual({ valid: true, counts: { keys: 1, answeredTwice: 1, violations: 0 }, findings: [] });
  });
  test('another task for a new key is right', async () => {
    const result = await run((h) => {
      accept(h);
      h.ok(31, h.create(30, 1, { key: 'new' }), { task: T2 });
    });
    expect(result.valid).toBe('not-applicable');
  });
  test('another call under the same key must be refused', async () => {
    const tell = (isRefused: boolean) => (h: HistoryBuilder) => {
      accept(h);
      const second = h.create(30, 2, { key: keyOf(1) });
      if (isRefused) h.fail(31, second, 'conflict');
      else h.ok(31, second, { task: T1 });
    };
    expect((await run(tell(true))).valid).toBe('not-applicable');
    expect((await run(tell(false))).findings.map(({ message }) => message)).toEqual([
      `call 2 (agent 1) used the key of call 1 with other arguments and was given ${T1} at 0.031 s in boot 1 instead of a conflict`,
    ]);
  });
  test('agents with principals of their own may use the same key', async () => {
    const result = await run(
      (h) => {
        accept(h);
        h.ok(31, h.create(30, 2, { key: keyOf(1) }), { task: T2 });
      },
      { calls: 2, agents: 2 },
    );
    expect(result.valid).toBe('not-applicable');
  });
});

describe('unpaired-replies', () => {
  const run = (tell: Tell) => judged('unpaired-replies', {}, tell);
  const response = { dir: 'in', type: 'response' } as const;

  test('answered twice', async () => {
    const result = await run((h) => {
      accept(h);
      h.frame(15, { ...response, rpcId: 1 });
    });
    expect(result).toEqual({
      valid: false,
      counts: { requests: 1, answers: 2, repeated: 1, unknown: 0, withoutId: 0 },
      findings: [
        {
          invariant: 'S16',
          message:
            'request 1 on a1 was delivered 1 time and answered 2 times: first at 0.011 s in boot 1, again at 0.015 s in boot 1',
          events: [5, 7],
        },
      ],
    });
  });
  test('delivered twice, answered twice', async () => {
    const result = await run((h) => {
      h.create(10, 1);
      h.frame(11, { rpcId: 1, action: 'dup', entries: ['F8#1'] });
      h.frame(15, { ...response, rpcId: 1 });
      h.frame(16, { ...response, rpcId: 1, action: 'drop', entries: ['F8#1'] });
    });
    expect(result).toEqual({
      valid: true,
      counts: { requests: 1, answers: 2, repeated: 0, unknown: 0, withoutId: 0 },
      findings: [],
    });
  });
  test('an id nobody sent, an id of another type, and the same id on another connection', async () => {
    const result = await run((h) => {
      accept(h);
      h.frame(15, { ...response, rpcId: 77 });
      h.frame(16, { ...response, rpcId: '1' });
      h.frame(17, { ...response, rpcId: 1, conn: 'a2' });
    });
    expect(result.findings.map(({ message }) => message)).toEqual([
      'an answer with the number id 77 came on a1 at 0.015 s in boot 1, which no request on this connection had',
      'an answer with the string id "1" came on a1 at 0.016 s in boot 1; the request had the number 1',
      'an answer with the number id 1 came on a2 at 0.017 s in boot 1, which no request on this connection had',
    ]);
  });
  test('an answer to a request that never arrived', async () => {
    const result = await run((h) => {
      h.frame(10, { rpcId: 5, action: 'drop', entries: ['F4#1'] });
      h.frame(11, { ...response, rpcId: 5 });
    });
    expect(result.counts.repeated).toBe(1);
  });
  test('no answer, a null id, and the gateway’s answer are no violation', async () => {
    const result = await run((h) => {
      h.create(10, 1);
      h.frame(11, { ...response, rpcId: null });
      h.frame(12, { ...response, rpcId: 1, http: 424, entries: ['F31#1'] });
      h.frame(13, { ...response, rpcId: 1, action: 'drop', entries: ['F31#1'] });
    });
    expect(result.valid).toBe(true);
    expect(result.warnings?.map(({ message }) => message)).toEqual([
      'an answer without an id came on a1 at 0.011 s in boot 1',
    ]);
  });
});

describe('malformed-replies', () => {
  const run = (tell: Tell) => judged('malformed-replies', {}, tell);

  test('nothing validated is unknown', async () => {
    const result = await run((h) => h.info(11, h.create(10, 1), 'timeout'));
    expect(result.valid).toBe('unknown');
  });
  test('a bad shape, an unreadable answer, a stray line', async () => {
    const result = await run((h) => {
      h.ok(11, h.create(10, 1), { task: T1, shape: ['createdAt is not ISO 8601', 'ttlMs is negative'] });
      h.info(21, h.get(20, 1, T1), 'garbled', { message: '<html>' });
      h.frame(30, { conn: 'stdio-b1', dir: 'in', type: 'garbage', text: 'Listening' });
    });
    expect(result).toEqual({
      valid: false,
      counts: { replies: 1, malformed: 1, garbage: 2 },
      findings: [
        {
          invariant: 'S17',
          message: 'the answer to create of call 1 at 0.011 s in boot 1: createdAt is not ISO 8601 (and 1 more)',
          events: [3, 6],
        },
        {
          invariant: 'S17',
          message: 'the answer to get of call 1 at 0.021 s in boot 1 cannot be read: <html>',
          events: [7, 9],
        },
        {
          invariant: 'S17',
          message: 'the server wrote a line that is no message at 0.030 s in boot 1: Listening',
          events: [10],
        },
      ],
    });
  });
  test('what a fault cut, or a boot that ended, is not held against the server', async () => {
    const result = await run((h) => {
      accept(h);
      h.frame(20, { rpcId: 9, dir: 'in', type: 'response', action: 'cut', entries: ['F5#1'] });
      h.add(20, { kind: 'inv', op: 'get', call: 1, attempt: 1, agent: 1, conn: 'a1', rpcId: 9, task: T1 });
      h.info(21, h.events.length - 1, 'garbled');
      const read = h.get(30, 1, T1);
      h.kill(31, 'F12#1');
      h.info(32, read, 'garbled');
    });
    expect(result).toEqual({ valid: true, counts: { replies: 1, malformed: 0, garbage: 0 }, findings: [] });
  });
});

describe('unsettled-tasks', () => {
  const kill = { entry: 'F12#1', fault: 'F12', name: 'kill', trigger: { kind: 'time', atMs: 1 }, options: {} } as const;
  const run = (tell: Tell, options: BuilderOptions = { faults: [kill] }) => judged('unsettled-tasks', options, tell);
  const counts = { tasks: 1, settled: 0, unsettled: 0, seenLate: 0, unproven: 0, excused: 0 };

  test('seen settled in time', async () => {
    const result = await run((h) => {
      accept(h);
      h.done(9_000, h.get(8_990, 1, T1));
    });
    expect(result).toEqual({ valid: true, counts: { ...counts, settled: 1 }, findings: [] });
  });
  test('still working after its time', async () => {
    const result = await run((h) => {
      accept(h);
      h.ok(9_000, h.get(8_990, 1, T1));
      h.ok(10_030, h.get(10_020, 1, T1));
    });
    expect(result).toEqual({
      valid: false,
      counts: { ...counts, unsettled: 1 },
      findings: [
        {
          invariant: 'L1',
          message: `call 1 (agent 1): task ${T1} was acked at 0.011 s in boot 1, had until 10.011 s to settle and was still working at 10.030 s in boot 1`,
          events: [6, 14],
        },
      ],
    });
  });
  test('the time counts from the restart, not from a receipt before it', async () => {
    const result = await run((h) => {
      accept(h);
      h.boot(5_000);
      h.ok(10_030, h.get(10_020, 1, T1));
      h.done(14_000, h.get(13_990, 1, T1));
    });
    expect(result.valid).toBe(true);
  });
  test('a fault on a single message moves nothing', async () => {
    const trigger = { kind: 'message', direction: 'reply', op: 'create', call: 1, attempt: 1 } as const;
    const result = await run(
      (h) => {
        accept(h);
        h.fault(5_000, 'F5#1', 'stop');
        h.ok(10_030, h.get(10_020, 1, T1));
      },
      { faults: [{ entry: 'F5#1', fault: 'F5', name: 'reply-lost', trigger, options: {} }] },
    );
    expect(result.valid).toBe(false);
  });
  test('what is undone after the drain moves nothing', async () => {
    const result = await run((h) => {
      accept(h);
      h.note(5_000, 'drained');
      h.fault(5_000, 'F12#1', 'stop');
      h.ok(10_030, h.get(10_020, 1, T1));
    });
    expect(result.valid).toBe(false);
  });
  test('never looked at after its time is unknown', async () => {
    const result = await run((h) => {
      accept(h);
      h.ok(5_010, h.get(5_000, 1, T1));
      h.info(10_030, h.get(10_020, 1, T1), 'timeout');
    });
    expect(result).toEqual({
      valid: 'unknown',
      reason: '1 task was neither seen settled nor looked at after the time allowed',
      counts: { ...counts, unproven: 1 },
      findings: [],
    });
  });
  test('first seen settled after its time is a warning', async () => {
    const result = await run((h) => {
      accept(h);
      h.ok(9_010, h.get(9_000, 1, T1));
      h.done(12_010, h.get(12_000, 1, T1));
    });
    expect([result.valid, result.counts.seenLate, result.warnings?.length]).toEqual([true, 1, 1]);
  });
  const asks = (h: HistoryBuilder, atMs: number, inputs = ['a']) =>
    h.ok(atMs + 1, h.get(atMs, 1, T1), { status: 'input_required', inputs });
  test('a task that waits for an answer its agent owes is not the server’s to settle', async () => {
    const result = await run((h) => {
      accept(h);
      asks(h, 20, ['a', 'b']);
      h.ok(31, h.update(30, 1, T1, ['a']));
      h.info(41, h.update(40, 1, T1, ['b']), 'reset');
      asks(h, 10_100, ['b']);
    });
    expect(result).toEqual({ valid: true, counts: { ...counts, excused: 1 }, findings: [] });
  });
  test('an answered task that goes on waiting is unsettled, counted from the answer', async () => {
    const tell = (readMs: number) => (h: HistoryBuilder) => {
      accept(h);
      asks(h, 20);
      h.ok(3_001, h.update(3_000, 1, T1, ['a']));
      asks(h, readMs);
    };
    expect((await run(tell(12_900))).valid).toBe('unknown');
    const late = await run(tell(13_100));
    expect(late.valid).toBe(false);
    expect(late.findings[0]?.message).toMatch(/had until 13.001 s to settle and was still input_required at 13.101 s/);
  });
  test('where the question comes on the fetch, its agent has done its part by opening that', async () => {
    const target = { dialect: 'tasks-2025-11-25' } as const;
    const tell = (isOpened: boolean) => (h: HistoryBuilder) => {
      accept(h);
      h.ok(21, h.get(20, 1, T1), { status: 'input_required' });
      if (isOpened) {
        const seq = h.add(30, {
          kind: 'inv',
          op: 'result',
          call: 1,
          attempt: 1,
          task: T1,
          agent: 1,
          conn: 'a1',
          rpcId: 90,
        });
        h.info(9_000, seq, 'timeout');
      }
      h.ok(10_200, h.get(10_100, 1, T1), { status: 'input_required' });
    };
    expect((await run(tell(true), { target })).valid).toBe(false);
    expect((await run(tell(false), { target })).counts.excused).toBe(1);
  });
  test('a task that was denied belongs to S1 and S2', async () => {
    const result = await run((h) => {
      accept(h);
      denyAt(h, 20);
      h.ok(10_030, h.get(10_020, 1, T1));
    });
    expect(result).toEqual({ valid: true, counts: { ...counts, excused: 1 }, findings: [] });
  });
});

describe('slow-recovery', () => {
  const run = (tell: Tell) => judged('slow-recovery', {}, tell);

  test('no restart is nothing to judge', async () => {
    expect((await run((h) => accept(h))).valid).toBe('not-applicable');
  });
  test('back, answering and settling', async () => {
    const result = await run((h) => {
      h.kill(5, 'F12#1');
      h.boot(6);
      accept(h);
      h.done(21, h.get(20, 1, T1));
    });
    expect(result).toEqual({
      valid: true,
      counts: { restarts: 1, ready: 1, answered: 1, settledNew: 1 },
      findings: [],
    });
  });
  test('back and answering, while a fault keeps every answer', async () => {
    const result = await run((h) => {
      h.kill(5, 'F12#1');
      h.boot(6);
      const create = h.create(10, 1);
      h.frame(20, { rpcId: 1, dir: 'in', type: 'response', action: 'hold' });
      h.info(6_000, create, 'timeout');
      h.note(7_000, 'end');
    });
    expect(result).toMatchObject({ valid: true, counts: { answered: 1 }, findings: [] });
  });
  test('back, and asked nothing that arrives', async () => {
    const result = await run((h) => {
      h.kill(5, 'F12#1');
      h.boot(6);
      const lost = h.add(10, { kind: 'inv', op: 'create', call: 1, attempt: 1, agent: 1, conn: 'a1', rpcId: 'x' });
      h.frame(10, { rpcId: 'x', dir: 'out', type: 'request', action: 'drop' });
      h.info(6_000, lost, 'timeout');
      h.note(7_000, 'end');
    });
    expect(result.findings).toEqual([]);
    expect(result.counts).toMatchObject({ restarts: 1, answered: 0 });
  });
  test('back and silent', async () => {
    const result = await run((h) => {
      h.kill(5, 'F12#1');
      h.boot(6);
      h.info(6_000, h.create(10, 1), 'timeout');
      h.note(7_000, 'end');
    });
    expect(result.findings.map(({ message }) => message)).toEqual([
      'boot 2 was first asked at 0.010 s and nothing was answered; 5000 ms were allowed',
    ]);
  });
  test('never ready', async () => {
    const result = await run((h) => {
      h.kill(5, 'F12#1');
      h.add(6, { kind: 'proc', boot: 2, pid: 3, phase: 'spawn' });
      h.note(6_000, 'end');
    });
    expect(result.findings).toEqual([
      { invariant: 'L2', message: 'boot 2, started at 0.006 s, was never ready; 5000 ms were allowed', events: [6] },
    ]);
  });
  test('ready and silent', async () => {
    const result = await run((h) => {
      h.kill(5, 'F12#1');
      h.boot(6);
      h.info(4_000, h.create(10, 1), 'timeout');
      h.info(8_000, h.create(5_000, 1), 'timeout');
    });
    expect(result.findings.map(({ message }) => message)).toEqual([
      'boot 2 was first asked at 0.010 s and nothing was answered; 5000 ms were allowed',
    ]);
  });
  test('the first new task is still running after its time, and was looked at', async () => {
    const tell = (isLookedAt: boolean) => (h: HistoryBuilder) => {
      h.kill(5, 'F12#1');
      h.boot(6);
      accept(h);
      if (isLookedAt) h.ok(10_030, h.get(10_020, 1, T1));
      h.note(10_040, 'end');
    };
    expect((await run(tell(true))).findings.map(({ message }) => message)).toEqual([
      'boot 2 took its first new task at 0.011 s and had settled none by 10.011 s',
    ]);
    expect((await run(tell(false))).findings).toEqual([]);
  });
  test('killed again before its time is not judged', async () => {
    const result = await run((h) => {
      h.boot(6);
      h.info(15, h.create(10, 1), 'reset');
      h.kill(20, 'F12#2');
      h.boot(30);
      h.ok(41, h.create(40, 1), { task: T1 });
    });
    expect(result).toEqual({
      valid: true,
      counts: { restarts: 2, ready: 2, answered: 1, settledNew: 0 },
      findings: [],
    });
  });
  test('restarted and never asked is unknown', async () => {
    expect((await run((h) => h.boot(6))).valid).toBe('unknown');
  });
});

describe('conservation', () => {
  const run = (tell: Tell, options: BuilderOptions = {}) => judged('conservation', options, tell);
  const messages = async (tell: Tell, options?: BuilderOptions) =>
    (await run(tell, options)).findings.map(({ message }) => message);

  test('a whole run balances', async () => {
    const result = await run((h) => {
      accept(h);
      h.done(21, h.get(20, 1, T1));
      h.finish(30, [[1, T1]]);
    });
    expect(result).toEqual({
      valid: true,
      counts: { calls: 1, fates: 1, requests: 4, ends: 4, tasks: 1 },
      findings: [],
    });
  });
  test('two ends, and an end of nothing', async () => {
    const tell = (h: HistoryBuilder) => {
      const create = h.create(10, 1);
      h.ok(11, create, { task: T1 });
      h.info(12, create, 'timeout');
      h.info(13, 1, 'timeout');
    };
    expect(await messages(tell)).toEqual([
      'an end at 0.012 s belongs to no open request (of 3)',
      'an end at 0.013 s belongs to no open request (of 1)',
    ]);
  });
  test('a request without an end in a run that ended', async () => {
    const tell = (h: HistoryBuilder) => {
      h.create(10, 1);
      h.note(20, 'end');
    };
    expect(await messages(tell)).toEqual(['create of call 1, sent at 0.010 s, never ended although the run did']);
    expect(await messages((h) => h.create(10, 1))).toEqual([]);
  });
  test('no final read, a foreign agent, a result of nobody’s task, time going back', async () => {
    const tell = (h: HistoryBuilder) => {
      accept(h);
      h.ok(13, h.get(12, 1, T1, { agent: 2 }));
      h.add(14, { kind: 'know', task: 'other', call: 1, agent: 1 });
      h.note(13, 'audit');
      h.note(15, 'end');
    };
    expect(await messages(tell, { agents: 2 })).toEqual([
      'time went back from 0.014 s to 0.013 s',
      'get of call 1 was sent as agent 2, planned is agent 1',
      'call 1 knows the result of task other, which it was never given',
      `task ${T1} was acked at 0.011 s and has no final read`,
    ]);
  });
});

describe('fault-coverage', () => {
  const faults = [1, 2, 3].map((n) => {
    const entry = `F12#${n}`;
    return { entry, fault: 'F12', name: 'kill', trigger: { kind: 'time', atMs: n }, options: {} } as const;
  });

  test('every entry verified', async () => {
    const result = await judged('fault-coverage', { faults }, (h) => {
      for (const { entry } of faults) h.kill(10, entry);
    });
    expect(result).toEqual({ valid: true, counts: { planned: 3, verified: 3, started: 3 }, findings: [] });
  });
  test('one never struck, one without proof', async () => {
    const result = await judged('fault-coverage', { faults }, (h) => {
      h.kill(10, 'F12#1');
      h.fault(20, 'F12#2', 'start');
    });
    expect(result).toEqual({
      valid: 'unknown',
      reason: '2 of 3 planned faults were not seen to bite: F12#2 (struck, no proof), F12#3 (never struck)',
      counts: { planned: 3, verified: 1, started: 2 },
      findings: [],
    });
  });
  test.each([
    { code: null, signal: 'SIGKILL' },
    { code: 137, signal: null },
  ])('somebody else killed the server (%o): the run is void', async (exit) => {
    const result = await judged('fault-coverage', { faults }, (h) => {
      for (const { entry } of faults) h.kill(10, entry);
      h.add(500, { kind: 'proc', boot: 1, phase: 'exit', by: 'server', ...exit });
    });
    expect(result).toMatchObject({ valid: 'unknown', reason: expect.stringContaining('the run is void') });
  });
  test('some that nobody counts on: only the others are missed', async () => {
    const loose = faults.map((fault, index) => (index === 0 ? fault : { ...fault, mayMiss: true as const }));
    const counts = { planned: 3, verified: 1, started: 1 };
    const one = (entry: string) => judged('fault-coverage', { faults: loose }, (h) => h.kill(10, entry));
    expect(await one('F12#1')).toEqual({ valid: true, counts, findings: [] });
    expect(await one('F12#2')).toMatchObject({
      valid: 'unknown',
      reason: '1 of 3 planned faults were not seen to bite: F12#1 (never struck)',
      counts,
    });
  });
  test('none of those that nobody counts on', async () => {
    const loose = faults.map((fault) => ({ ...fault, mayMiss: true as const }));
    expect(await judged('fault-coverage', { faults: loose }, () => {})).toEqual({
      valid: 'not-applicable',
      reason: 'no fault had to bite, and none did',
      counts: { planned: 3, verified: 0, started: 0 },
      findings: [],
    });
  });
});

test('every checker is where its id says, and is not fooled by the order of object keys', async () => {
  for (const [id, line] of Object.entries(checkers)) {
    const checker = await line.load();
    expect(checker.meta.id).toBe(id);
    expect(checker.meta.title.length * checker.meta.description.length).toBeGreaterThan(0);
    expect(checker.meta.invariants.length).toBeGreaterThan(0);
  }
});

test('checkers do not change what they read', async () => {
  const h = createHistory();
  accept(h);
  h.done(21, h.get(20, 1, T1));
  h.finish(30, [[1, T1]]);
  const before: readonly Event[] = structuredClone(h.events);
  const history = indexHistory(h.plan, h.history());
  for (const line of Object.values(checkers)) {
    const checker = await line.load();
    const input = { plan: h.plan, history };
    expect(checker.check(input)).toEqual(checker.check(input));
  }
  expect(h.events).toEqual(before);
});

describe('repeated-questions', () => {
  const options: BuilderOptions = { call: { tool: 'asking' } };
  const run = (tell: Tell) => judged('repeated-questions', options, tell);
  const counts = { keys: 1, reads: 0, changed: 0, returned: 0 };
  const asks = (h: HistoryBuilder, atMs: number, sha = 'one') =>
    h.ok(atMs + 1, h.get(atMs, 1, T1), { status: 'input_required', inputs: ['a'], inputShas: { a: sha } });
  const answer = (h: HistoryBuilder, atMs: number) => h.ok(atMs + 1, h.update(atMs, 1, T1, ['a']));
  const works = (h: HistoryBuilder, atMs: number) => h.ok(atMs + 1, h.get(atMs, 1, T1));

  test('nothing asked is unknown: the calls were there to ask', async () => {
    const result = await run((h) => {
      accept(h);
      works(h, 20);
    });
    expect(result).toEqual({
      valid: 'unknown',
      reason: 'no read showed what a task asks for',
      counts: { ...counts, keys: 0 },
      findings: [],
    });
  });
  test('asked, answered and gone', async () => {
    const result = await run((h) => {
      accept(h);
      asks(h, 20);
      answer(h, 30);
      works(h, 40);
      works(h, 50);
    });
    expect(result).toEqual({ valid: true, counts: { ...counts, reads: 3 }, findings: [] });
  });
  test('an acknowledged answer may take a while to show', async () => {
    const result = await run((h) => {
      accept(h);
      asks(h, 20);
      answer(h, 30);
      asks(h, 40);
      works(h, 50);
    });
    expect(result.valid).toBe(true);
  });
  test('back after it had gone is a question asked twice', async () => {
    const result = await run((h) => {
      accept(h);
      asks(h, 20);
      answer(h, 30);
      works(h, 40);
      asks(h, 50);
    });
    expect(result).toEqual({
      valid: false,
      counts: { ...counts, reads: 3, returned: 1 },
      findings: [
        {
          invariant: 'S19',
          message: `task ${T1} was answered for the key a at 0.031 s in boot 1, did not ask for it at 0.041 s in boot 1 and asked again at 0.051 s in boot 1`,
          events: [14, 18, 22],
        },
      ],
    });
  });
  test('a read that was already on its way when the key went is no return', async () => {
    const result = await run((h) => {
      accept(h);
      asks(h, 20);
      answer(h, 30);
      const early = h.get(35, 1, T1);
      works(h, 36);
      h.ok(45, early, { status: 'input_required', inputs: ['a'], inputShas: { a: 'one' } });
    });
    expect(result.valid).toBe(true);
  });
  test('an answer that nobody knows about proves no return', async () => {
    const result = await run((h) => {
      accept(h);
      asks(h, 20);
      h.info(31, h.update(30, 1, T1, ['a']), 'reset');
      works(h, 40);
      asks(h, 50);
    });
    expect(result.valid).toBe(true);
  });
  test('another request under the same key', async () => {
    const result = await run((h) => {
      accept(h);
      asks(h, 20);
      asks(h, 30, 'two');
    });
    expect(result).toEqual({
      valid: false,
      counts: { ...counts, reads: 2, changed: 1 },
      findings: [
        {
          invariant: 'S19',
          message: `task ${T1} asked one thing under the key a at 0.021 s in boot 1 and another at 0.031 s in boot 1`,
          events: [10, 14],
        },
      ],
    });
  });
  test('is judged only where tasks ask by keys', async () => {
    const checker = await loadUnit(checkers, 'checker', 'repeated-questions');
    expect(checker.applicable(createHistory().plan)).toMatch(/^no call of this plan/);
    const target = { dialect: 'tasks-2025-11-25' } as const;
    expect(checker.applicable(createHistory({ ...options, target }).plan)).toMatch(/has no key$/);
  });
});
