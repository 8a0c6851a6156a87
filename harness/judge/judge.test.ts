import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Checker } from '../model/checker.ts';
import type { Plan } from '../model/plan.ts';
import { createHistory, type HistoryBuilder, taskOf } from '../model/testing/history-builder.ts';
import type { Validity } from '../model/verdict.ts';
import { judge, judgeDirectory } from './judge.ts';

/** One agent, one call, one kill in between, everything right. */
function survivor(): HistoryBuilder {
  const kill = {
    entry: 'F12#1',
    fault: 'F12',
    name: 'kill',
    trigger: { kind: 'time', atMs: 50 },
    options: {},
  } as const;
  const h = createHistory({ faults: [kill], plan: { mustReach: ['kill-after-ack'], thresholds: ['lost == 0'] } });
  h.ok(12, h.create(10, 1), { task: taskOf(1) });
  h.begin(20, 1);
  h.kill(50, 'F12#1');
  h.boot(60);
  h.fault(61, 'F12#1', 'stop');
  h.begin(65, 1);
  h.commit(100, 1);
  h.done(120, h.get(110, 1, taskOf(1)));
  h.add(121, { kind: 'know', task: taskOf(1), call: 1, agent: 1 });
  h.finish(200, [[1, taskOf(1)]]);
  return h;
}

test('a run in which everything holds is valid', async () => {
  const h = survivor();
  const verdict = await judge({ plan: h.plan, history: h.history() });
  expect(Object.fromEntries(verdict.checkers.map(({ id, valid }) => [id, valid]))).toEqual({
    'broken-cancels': 'not-applicable',
    'broken-keys': 'not-applicable',
    'changed-terminal': true,
    conservation: true,
    'crossed-keys': 'not-applicable',
    'duplicate-effects': true,
    'early-expiry': 'not-applicable',
    'effects-after-refusal': 'not-applicable',
    'fault-coverage': true,
    'late-effects': true,
    'leaked-tasks': 'not-applicable',
    'lost-tasks': true,
    'malformed-replies': true,
    'missing-effects': true,
    'phantom-effects': true,
    'repeated-ids': true,
    'repeated-questions': 'not-applicable',
    'shifting-dates': 'not-applicable',
    'slow-recovery': true,
    'status-regress': true,
    'unequal-pushes': 'not-applicable',
    'unpaired-replies': true,
    'unsettled-tasks': true,
    'wrong-results': true,
  });
  const { valid, exitCode, fates, phantom, thresholds, faults, durationMs, replay, target } = verdict;
  expect({ valid, exitCode, fates, phantom, thresholds, faults, durationMs, replay, target }).toEqual({
    valid: true,
    exitCode: 0,
    fates: { 'settled-ok': 1 },
    phantom: 0,
    thresholds: [{ expression: 'lost == 0', valid: true, value: 0 }],
    faults: [{ id: 'F12', name: 'kill', planned: 1, verified: 1 }],
    durationMs: 203,
    replay: 'claimcheck replay plan.json',
    target: {
      kind: 'reference',
      server: null,
      dialect: 'tasks-2026-07-28',
      transport: 'http',
      store: 'sqlite',
      queue: 'local',
      agents: 1,
      backoff: 'server-hint',
      load: 'closed',
    },
  });
  expect(verdict.coverage.filter(({ required }) => required)).toEqual([
    {
      id: 'kill-after-ack',
      title: 'Killed while a task with a receipt was not seen settled',
      required: true,
      reached: 1,
      first: 8,
    },
  ]);
});

/** The same right run under another plan: what is demanded changes, what happened does not. */
async function exitOf(more: Partial<Plan>, tell: (h: HistoryBuilder) => void = () => {}): Promise<[Validity, number]> {
  const h = survivor();
  tell(h);
  const verdict = await judge({ plan: { ...h.plan, ...more }, history: h.history() });
  return [verdict.valid, verdict.exitCode];
}

describe('exit codes', () => {
  test('a situation that must be reached and was not', async () => {
    expect(await exitOf({ mustReach: ['cancel-won'] })).toEqual(['unknown', 2]);
  });
  test('a threshold that fails, and one without evidence', async () => {
    expect(await exitOf({ thresholds: ['settled-ok == 2'] })).toEqual([true, 3]);
    expect(await exitOf({ thresholds: ['detection-lag.p99 < 1s'] })).toEqual([true, 2]);
    expect(await exitOf({ thresholds: ['settled-ok == 2', 'detection-lag.p99 < 1s'] })).toEqual([true, 3]);
  });
  test('a planned fault that never struck', async () => {
    const { faults } = survivor().plan;
    const second = {
      entry: 'F5#1',
      fault: 'F5',
      name: 'reply-lost',
      trigger: { kind: 'time', atMs: 1 },
      options: {},
    } as const;
    expect(await exitOf({ faults: [...faults, second] })).toEqual(['unknown', 2]);
  });
  test('a violation outweighs a missed threshold and an unknown', async () => {
    const twice = (h: HistoryBuilder) => h.commit(300, 1);
    expect(await exitOf({ mustReach: ['cancel-won'], thresholds: ['lost == 1'] }, twice)).toEqual([false, 1]);
  });
  test('books that do not balance are our own fault', async () => {
    expect(await exitOf({}, (h) => h.info(300, 3, 'timeout'))).toEqual([false, 70]);
  });
  test('an interrupted run says so before anything else', async () => {
    expect(await exitOf({}, (h) => h.note(300, 'interrupted'))).toEqual([true, 130]);
    const twice = (h: HistoryBuilder) => {
      h.note(300, 'interrupted');
      h.commit(301, 1);
    };
    expect(await exitOf({}, twice)).toEqual([false, 130]);
  });
});

test('a run in which nothing happened proves nothing', async () => {
  const h = createHistory();
  h.note(10, 'end');
  const verdict = await judge({ plan: h.plan, history: h.history() });
  expect([verdict.valid, verdict.exitCode, verdict.fates]).toEqual(['unknown', 2, { void: 1 }]);
  const valid = verdict.checkers.filter((checker) => checker.valid === true).map(({ id }) => id);
  expect(valid).toEqual(['conservation']);
  expect(verdict.checkers.find(({ id }) => id === 'lost-tasks')).toEqual({
    id: 'lost-tasks',
    title: 'Tasks with a receipt can be found until they expire',
    invariants: ['S1', 'S2'],
    valid: 'unknown',
    reason: 'no call was accepted; no task was read',
    counts: {},
    findings: [],
  });
});

test('a checker that throws is unknown and takes no other with it', async () => {
  const meta = { title: 'T', description: 'D', invariants: ['S0'], requires: [], judges: 'server' } as const;
  const broken: Checker = {
    meta: { ...meta, id: 'broken' },
    applicable: () => null,
    check() {
      throw new Error('no index 7');
    },
  };
  const good: Checker = {
    meta: { ...meta, id: 'a-good-one' },
    applicable: () => null,
    check: () => ({ valid: true, counts: { b: 1, a: 2 }, findings: [] }),
  };
  const h = survivor();
  const verdict = await judge({ plan: h.plan, history: h.history(), checkers: [broken, good] });
  expect(verdict.checkers).toEqual([
    { id: 'a-good-one', title: 'T', invariants: ['S0'], valid: true, counts: { a: 2, b: 1 }, findings: [] },
    {
      id: 'broken',
      title: 'T',
      invariants: ['S0'],
      valid: 'unknown',
      reason: 'the checker failed: no index 7',
      counts: {},
      findings: [],
    },
  ]);
  expect([verdict.valid, verdict.exitCode]).toEqual(['unknown', 2]);
});

test('what the target makes impossible is shown and leaves the verdict alone', async () => {
  const h = survivor();
  const reason = 'no process';
  const plan: Plan = {
    ...h.plan,
    notApplicable: [
      { kind: 'fault', id: 'F13', name: 'drain', reason },
      { kind: 'situation', id: 'cancel-won', reason },
      { kind: 'threshold', id: 'recovery-time.max < 1s', reason },
      { kind: 'checker', id: 'slow-recovery', reason },
    ],
  };
  const verdict = await judge({ plan, history: h.history() });
  expect([verdict.valid, verdict.exitCode]).toEqual([true, 0]);
  expect(verdict.faults).toEqual([
    { id: 'F12', name: 'kill', planned: 1, verified: 1 },
    { id: 'F13', name: 'drain', planned: 0, verified: 0, applicable: false, reason },
  ]);
  expect(verdict.thresholds).toContainEqual({
    expression: 'recovery-time.max < 1s',
    valid: 'unknown',
    value: null,
    applicable: false,
    reason,
  });
  expect(verdict.coverage.find(({ id }) => id === 'cancel-won')).toEqual({
    id: 'cancel-won',
    title: 'A cancel came in time and the task ended as cancelled',
    required: false,
    reached: 0,
    first: null,
    applicable: false,
    reason,
  });
  expect(verdict.checkers.find(({ id }) => id === 'slow-recovery')?.reason).toBe(reason);
});

describe('a saved run', () => {
  const saved = async (files: (h: HistoryBuilder, text: string) => Record<string, string | Buffer>) => {
    const directory = await mkdtemp(join(tmpdir(), 'claimcheck-judge-'));
    const h = survivor();
    const text = h.events.map((event) => `${JSON.stringify(event)}\n`).join('');
    for (const [name, content] of Object.entries(files(h, text))) await writeFile(join(directory, name), content);
    return { directory, h, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
  };
  const planText = (h: HistoryBuilder) => JSON.stringify(h.plan);

  test('is judged as the run itself was, plain or packed', async () => {
    for (const files of [
      (h: HistoryBuilder, text: string) => ({ 'plan.json': planText(h), 'history.jsonl': text }),
      (h: HistoryBuilder, text: string) => ({ 'plan.json': planText(h), 'history.jsonl.gz': gzipSync(text) }),
    ]) {
      await using run = await saved(files);
      const { h, directory } = run;
      const verdict = await judgeDirectory(directory);
      expect(verdict).toEqual(await judge({ plan: h.plan, history: h.history(), directory }));
      expect(verdict.replay).toBe(`claimcheck replay ${directory}`);
    }
  });
  test('that was cut in the middle of a line is judged up to there', async () => {
    await using run = await saved((h, text) => ({ 'plan.json': planText(h), 'history.jsonl': text.slice(0, -20) }));
    const verdict = await judgeDirectory(run.directory);
    expect([verdict.interrupted, verdict.exitCode, verdict.valid]).toEqual([true, 130, true]);
  });
  test('without a history, without a plan, or with a plan of something else is refused', async () => {
    await using bare = await saved((h) => ({ 'plan.json': planText(h) }));
    await expect(judgeDirectory(bare.directory)).rejects.toThrow(/holds no history; expected .*history\.jsonl or/);
    await using planless = await saved((_, text) => ({ 'history.jsonl': text }));
    await expect(judgeDirectory(planless.directory)).rejects.toThrow(
      /plan\.json cannot be read; expected the plan of a run/,
    );
    await using strange = await saved((_, text) => ({ 'plan.json': '{"schema":"x"}', 'history.jsonl': text }));
    await expect(judgeDirectory(strange.directory)).rejects.toThrow(/expected a plan with schema claimcheck\/plan@1/);
  });
});

test('a run that could not be started is unknown in everything, and says why', async () => {
  const h = survivor();
  const whole = h.history();
  const stamp = { t: 1, wall: 1 };
  const events = [
    ...whole.events.slice(0, 1),
    { seq: 1, ...stamp, kind: 'note', topic: 'unmet', text: 'the profile requires Node >=99' } as const,
    { seq: 2, ...stamp, kind: 'note', topic: 'end' } as const,
  ];
  const verdict = await judge({ plan: h.plan, history: { ...whole, events } });
  const { valid, exitCode, interrupted, notRun, thresholds } = verdict;
  const reason = 'the profile requires Node >=99';
  expect({ valid, exitCode, interrupted, notRun, thresholds }).toEqual({
    valid: 'unknown',
    exitCode: 2,
    interrupted: false,
    notRun: reason,
    thresholds: [{ expression: 'lost == 0', valid: 'unknown', value: null, reason }],
  });
  expect(new Set(verdict.checkers.map((checker) => `${checker.valid}: ${checker.reason}`))).toEqual(
    new Set([`unknown: ${reason}`]),
  );
});
