import { describe, expect, test } from 'vitest';
import type { CheckerResult } from '../model/checker.ts';
import { indexHistory } from '../model/history-index.ts';
import { loadUnit } from '../model/registry.ts';
import {
  type BuilderOptions,
  createHistory,
  type HistoryBuilder,
  taskOf,
  WALL,
} from '../model/testing/history-builder.ts';
import { checkers } from './index.ts';

const T1 = taskOf(1);
const CANCELLED = { status: 'cancelled' } as const;

type Tell = (h: HistoryBuilder) => void;

async function judged(id: string, options: BuilderOptions, tell: Tell): Promise<CheckerResult> {
  const h = createHistory(options);
  tell(h);
  const checker = await loadUnit(checkers, 'checker', id);
  expect(checker.applicable(h.plan)).toBeNull();
  return checker.check({ plan: h.plan, history: indexHistory(h.plan, h.history()) });
}

async function reasonOf(id: string, options: BuilderOptions): Promise<string | null> {
  const checker = await loadUnit(checkers, 'checker', id);
  return checker.applicable(createHistory(options).plan);
}

/** Call 1 is accepted at 11 ms, with seq 6. */
const accept = (h: HistoryBuilder, more = {}) => h.ok(11, h.create(10, 1), { task: T1, ...more });

describe('late-effects', () => {
  const run = (tell: Tell, options: BuilderOptions = {}) => judged('late-effects', options, tell);

  test('nothing ended, nothing to judge', async () => {
    expect(await run((h) => void accept(h))).toEqual({
      valid: 'not-applicable',
      reason: 'no task that stands for a call alone was shown as ended',
      counts: { tasks: 0, skipped: 0, late: 0 },
      findings: [],
    });
  });
  test('an effect before the answer that shows the end is right', async () => {
    const result = await run((h) => {
      accept(h);
      h.commit(20, 1);
      h.done(31, h.get(30, 1, T1));
    });
    expect(result).toEqual({ valid: true, counts: { tasks: 1, skipped: 0, late: 0 }, findings: [] });
  });
  test('an effect after a read has shown the task as cancelled is a violation', async () => {
    const result = await run((h) => {
      accept(h);
      h.begin(12, 1);
      h.ok(21, h.cancel(20, 1, T1), { status: undefined });
      h.ok(31, h.get(30, 1, T1), CANCELLED);
      h.commit(40, 1);
    });
    expect(result).toEqual({
      valid: false,
      counts: { tasks: 1, skipped: 0, late: 1 },
      findings: [
        {
          invariant: 'S7',
          message:
            'call 1 (agent 1) was shown as cancelled at 0.031 s in boot 1, and its effect was committed at 0.040 s in boot 1 (the work began at 0.012 s in boot 1)',
          events: [15, 16],
        },
      ],
    });
  });
  test('an effect between the answer to a cancel and the first read may have been under way', async () => {
    const result = await run((h) => {
      accept(h);
      h.ok(21, h.cancel(20, 1, T1), CANCELLED);
      h.commit(22, 1);
      h.done(31, h.get(30, 1, T1));
    });
    expect(result.valid).toBe(true);
  });
  test('an effect before a read was answered, although after it was sent, is no violation', async () => {
    const result = await run((h) => {
      accept(h);
      const get = h.get(30, 1, T1);
      h.commit(31, 1);
      h.ok(32, get, CANCELLED);
    });
    expect(result.valid).toBe(true);
  });
  test('a second effect after the end is S3, not S7', async () => {
    const result = await run((h) => {
      accept(h);
      h.commit(20, 1);
      h.done(31, h.get(30, 1, T1));
      h.commit(40, 1);
    });
    expect(result.valid).toBe(true);
  });
  test('a call of which nobody knows how often it arrived is left out', async () => {
    const twice = await run((h) => {
      h.info(11, h.create(10, 1), 'timeout');
      h.ok(13, h.create(12, 1, { attempt: 2 }), { task: T1 });
      h.ok(31, h.get(30, 1, T1), CANCELLED);
      h.commit(40, 1);
    });
    expect(twice.counts).toEqual({ tasks: 0, skipped: 1, late: 0 });
    const copied = await run((h) => {
      const create = h.create(10, 1);
      h.frame(10, { rpcId: 1, action: 'dup', entries: ['F8#1'] });
      h.ok(11, create, { task: T1 });
      h.ok(31, h.get(30, 1, T1), CANCELLED);
      h.commit(40, 1);
    });
    expect(copied.counts).toEqual({ tasks: 0, skipped: 1, late: 0 });
  });
  test('where effects are counted, only one that came after the last final read is late', async () => {
    const facts = { effects: 'counts' } as const;
    const auditor = { agent: 'auditor', as: 1 } as const;
    const seenLate = await run(
      (h) => {
        accept(h);
        h.ok(31, h.get(30, 1, T1), CANCELLED);
        h.commit(40, 1);
        h.ok(51, h.get(50, 1, T1, auditor), CANCELLED);
      },
      { facts },
    );
    expect(seenLate.valid).toBe(true);
    const late = await run(
      (h) => {
        accept(h);
        h.ok(51, h.get(50, 1, T1, auditor), CANCELLED);
        h.commit(60, 1);
      },
      { facts },
    );
    expect(late.counts).toEqual({ tasks: 1, skipped: 0, late: 1 });
  });
  test('is not applicable without tasks or without effects', async () => {
    expect(await reasonOf('late-effects', { target: { dialect: 'blocking' } })).toMatch(/no task between/);
    expect(await reasonOf('late-effects', { facts: { effects: 'none' } })).toMatch(/cannot be observed/);
  });
});

describe('broken-cancels', () => {
  const options: BuilderOptions = { call: { cancelAfterMs: 100 } };
  const run = (tell: Tell) => judged('broken-cancels', options, tell);
  const counts = { tasks: 1, overruled: 0, revived: 0, lateEffects: 0 };

  test('nothing was cancelled', async () => {
    expect(await run((h) => void accept(h))).toEqual({
      valid: 'not-applicable',
      reason: 'no cancel was sent in this run',
      counts: { ...counts, tasks: 0 },
      findings: [],
    });
  });
  test('whatever a task that was running ends as is right', async () => {
    for (const status of ['cancelled', 'completed', 'failed'] as const) {
      const result = await run((h) => {
        accept(h);
        h.ok(21, h.cancel(20, 1, T1), { status: undefined });
        h.ok(23, h.get(22, 1, T1), { status: 'working' });
        h.ok(31, h.get(30, 1, T1), { status });
        h.ok(41, h.get(40, 1, T1), { status });
      });
      expect(result).toEqual({ valid: true, counts, findings: [] });
    }
  });
  test('a cancel that overrules an ending somebody has seen is a violation', async () => {
    const result = await run((h) => {
      accept(h);
      h.done(16, h.get(15, 1, T1));
      h.ok(21, h.cancel(20, 1, T1), { status: undefined });
      h.ok(31, h.get(30, 1, T1), CANCELLED);
    });
    expect(result).toEqual({
      valid: false,
      counts: { ...counts, overruled: 1 },
      findings: [
        {
          invariant: 'S20',
          message: `call 1 (agent 1): task ${T1} was shown as completed at 0.016 s in boot 1, was cancelled after that at 0.020 s, and was shown as cancelled at 0.031 s in boot 1`,
          events: [10, 11, 18],
        },
      ],
    });
  });
  test('a read that was sent before the cancel may still show what was', async () => {
    const result = await run((h) => {
      accept(h);
      const early = h.get(14, 1, T1);
      h.done(16, h.get(15, 1, T1));
      h.ok(21, h.cancel(20, 1, T1), { status: undefined });
      h.ok(22, early, { status: 'working' });
    });
    expect(result.valid).toBe(true);
  });
  test('a cancelled task that completes later is a violation', async () => {
    const result = await run((h) => {
      accept(h);
      h.ok(21, h.cancel(20, 1, T1), { status: undefined });
      h.ok(31, h.get(30, 1, T1), CANCELLED);
      h.done(41, h.get(40, 1, T1));
    });
    expect(result.counts).toEqual({ ...counts, revived: 1 });
    expect(result.valid).toBe(false);
  });
  test('what a cancel that nobody knows about did shows in the reads alone', async () => {
    const result = await run((h) => {
      accept(h);
      h.info(21, h.cancel(20, 1, T1), 'timeout');
      h.fail(23, h.cancel(22, 1, T1), 'refused', { code: -32602 });
      h.ok(31, h.get(30, 1, T1), CANCELLED);
    });
    expect(result).toEqual({ valid: true, counts, findings: [] });
  });
  test('an effect after the task was shown as cancelled is a violation', async () => {
    const result = await run((h) => {
      accept(h);
      h.ok(21, h.cancel(20, 1, T1), { status: undefined });
      h.ok(31, h.get(30, 1, T1), CANCELLED);
      h.commit(40, 1);
    });
    expect(result.counts).toEqual({ ...counts, lateEffects: 1 });
    expect(result.valid).toBe(false);
  });
  test('is not applicable where nothing can be or is cancelled', async () => {
    expect(await reasonOf('broken-cancels', {})).toBe('no call of this plan is cancelled');
    expect(await reasonOf('broken-cancels', { facts: { cancel: false } })).toMatch(/no way to cancel/);
    expect(await reasonOf('broken-cancels', { target: { dialect: 'blocking' } })).toMatch(/no task between/);
  });
});

describe('early-expiry', () => {
  const run = (tell: Tell) => judged('early-expiry', {}, tell);
  const counts = { tasks: 1, expired: 0, kept: 0, early: 0, shrunk: 0 };
  const kept = (ttlMs: number) => ({ ttlMs, createdAt: new Date(WALL + 10).toISOString() });
  const denyAt = (h: HistoryBuilder, atMs: number) =>
    h.fail(atMs + 1, h.get(atMs, 1, T1), 'not-found', { code: -32602 });

  test('a run that ends before any retention shows nothing', async () => {
    const result = await run((h) => {
      accept(h, kept(60_000));
      denyAt(h, 500);
    });
    expect(result).toEqual({
      valid: 'not-applicable',
      reason: 'the retention of no task ended within this run',
      counts: { ...counts, tasks: 0 },
      findings: [],
    });
  });
  test('denied after its time, or served longer, is as promised', async () => {
    const gone = await run((h) => {
      accept(h, kept(1000));
      denyAt(h, 1010);
    });
    expect(gone).toEqual({ valid: true, counts: { ...counts, expired: 1 }, findings: [] });
    const served = await run((h) => {
      accept(h, kept(1000));
      h.done(1100, h.get(1099, 1, T1), kept(1000));
    });
    expect(served).toEqual({ valid: true, counts: { ...counts, kept: 1 }, findings: [] });
  });
  test('denied before its time is a violation', async () => {
    const result = await run((h) => {
      accept(h, kept(1000));
      denyAt(h, 500);
      h.note(2000, 'end');
    });
    expect(result).toEqual({
      valid: false,
      counts: { ...counts, early: 1 },
      findings: [
        {
          invariant: 'S21',
          message: `call 1 (agent 1): task ${T1} was promised until 1.009 s and was denied at 0.501 s in boot 1, 508 ms before`,
          events: [6, 7, 10],
        },
      ],
    });
  });
  test('a read that nobody answered denies nothing', async () => {
    const result = await run((h) => {
      accept(h, kept(1000));
      h.info(501, h.get(500, 1, T1), 'timeout');
      h.note(2000, 'end');
    });
    expect(result).toEqual({ valid: true, counts, findings: [] });
  });
  test('a later, shorter ttl makes an early denial a warning once that one has passed', async () => {
    const shrunk = (deniedMs: number) =>
      run((h) => {
        accept(h, kept(1000));
        h.ok(101, h.get(100, 1, T1), kept(400));
        denyAt(h, deniedMs);
        h.note(2000, 'end');
      });
    const later = await shrunk(500);
    expect({ valid: later.valid, counts: later.counts, warned: later.warnings?.length }).toEqual({
      valid: true,
      counts: { ...counts, shrunk: 1 },
      warned: 1,
    });
    expect((await shrunk(300)).valid).toBe(false);
  });
  test('a task that a restart lost is not one that expired', async () => {
    const result = await run((h) => {
      accept(h, kept(1000));
      h.boot(300);
      denyAt(h, 500);
      h.note(2000, 'end');
    });
    expect(result).toEqual({ valid: true, counts, findings: [] });
  });
});

describe('shifting-dates', () => {
  const run = (tell: Tell) => judged('shifting-dates', {}, tell);
  const at = (ms: number) => new Date(WALL + ms).toISOString();
  const dated = (createdMs: number, updatedMs: number) => ({ createdAt: at(createdMs), lastUpdatedAt: at(updatedMs) });
  const counts = { tasks: 1, dates: 3, moved: 0 };

  test('a server that shows no date is not judged', async () => {
    expect(await run((h) => void accept(h))).toEqual({
      valid: 'not-applicable',
      reason: 'no answer shows when a task was created',
      counts: { tasks: 0, dates: 0, moved: 0 },
      findings: [],
    });
  });
  test('one date of creation, written in two ways, and later and later updates', async () => {
    const result = await run((h) => {
      accept(h, dated(10, 10));
      h.ok(21, h.get(20, 1, T1), { ...dated(10, 15), createdAt: at(10).replace('Z', '+00:00') });
      h.ok(31, h.get(30, 1, T1), dated(10, 15));
    });
    expect(result).toEqual({ valid: true, counts, findings: [] });
  });
  test('another date of creation is a violation', async () => {
    const result = await run((h) => {
      accept(h, dated(10, 10));
      h.ok(21, h.get(20, 1, T1), dated(10, 15));
      h.ok(31, h.get(30, 1, T1), dated(11, 15));
    });
    expect(result).toEqual({
      valid: false,
      counts: { ...counts, moved: 1 },
      findings: [
        {
          invariant: 'S11',
          message: `call 1 (agent 1): task ${T1} was created at ${at(10)}, as it was said at 0.011 s in boot 1, and at ${at(11)}, as it was said at 0.031 s in boot 1`,
          events: [6, 14],
        },
      ],
    });
  });
  test('an update that goes back is a violation, unless both reads were under way at once', async () => {
    const back = await run((h) => {
      accept(h, dated(10, 10));
      h.ok(21, h.get(20, 1, T1), dated(10, 18));
      h.ok(31, h.get(30, 1, T1), dated(10, 15));
    });
    expect({ valid: back.valid, events: back.findings.map(({ events }) => events) }).toEqual({
      valid: false,
      events: [[10, 11, 14]],
    });
    const crossed = await run((h) => {
      accept(h, dated(10, 10));
      const early = h.get(19, 1, T1);
      h.ok(21, h.get(20, 1, T1), dated(10, 18));
      h.ok(22, early, dated(10, 15));
    });
    expect(crossed.valid).toBe(true);
  });
  test('where a fault set the clock it is a warning', async () => {
    const result = await run((h) => {
      accept(h, dated(10, 10));
      h.ok(21, h.get(20, 1, T1), dated(10, 18));
      h.fault(25, 'F23#1', 'verified');
      h.ok(31, h.get(30, 1, T1), dated(10, 15));
    });
    expect({ valid: result.valid, counts: result.counts, warned: result.warnings?.length }).toEqual({
      valid: true,
      counts: { ...counts, moved: 1 },
      warned: 1,
    });
  });
  test('a read that nobody answered says nothing of dates', async () => {
    const result = await run((h) => {
      accept(h, dated(10, 10));
      h.info(21, h.get(20, 1, T1), 'timeout');
    });
    expect(result).toEqual({ valid: true, counts: { tasks: 1, dates: 1, moved: 0 }, findings: [] });
  });
});
