import { describe, expect, test } from 'vitest';
import type { CalibrationRow } from '../model/calibration.ts';
import { indexHistory } from '../model/history-index.ts';
import { VIRTUAL_DEFAULTS } from '../model/plan.ts';
import { createHistory, taskOf } from '../model/testing/history-builder.ts';
import { type Compared, compareTimes } from './calibration.ts';
import { type Observation, observe } from './calibration-observation.ts';
import { judge } from './judge.ts';

interface Story {
  /** Receipt after so many ms. */
  readonly ackMs?: number;
  /** Round trip of a poll. */
  readonly readMs?: number;
  /** Work ends so many ms after the call was sent. */
  readonly workMs?: number;
  /** The polls, ms after the receipt. */
  readonly pollsMs?: readonly number[];
  /** The last poll finds this. */
  readonly ending?: 'completed' | 'failed';
}

const FIXED = { id: 'fixed', options: { intervalMs: 500 } };
const REAL = { ackMs: 30, readMs: 12, workMs: 790 };
const VIRTUAL = { ackMs: 9, readMs: 5, workMs: 760 };

/** One call of one agent that polls every 500 ms, told as the story says. */
async function observed({
  ackMs = 9,
  readMs = 5,
  workMs = 760,
  pollsMs = [500, 1000],
  ending,
}: Story): Promise<Observation> {
  const history = createHistory({ call: { ms: 750 } });
  const plan = { ...history.plan, agents: { ...history.plan.agents, backoff: FIXED } };
  const sentMs = 100;
  const created = history.create(sentMs, 1);
  const steps = [
    { atMs: sentMs + ackMs, act: () => history.ok(sentMs + ackMs, created, { task: taskOf(1), pollMs: 500 }) },
    { atMs: sentMs + 5, act: () => history.begin(sentMs + 5, 1) },
    { atMs: sentMs + workMs, act: () => history.commit(sentMs + workMs, 1) },
    ...pollsMs.flatMap((ms, index) => {
      const atMs = sentMs + ackMs + ms;
      const isLast = index === pollsMs.length - 1;
      let of = 0;
      const ask = () => {
        of = history.get(atMs, 1, taskOf(1));
      };
      const answer = () => {
        if (isLast) history.done(atMs + readMs, of, ending === undefined ? {} : { status: ending });
        else history.ok(atMs + readMs, of, { pollMs: 500 });
        if (isLast) history.add(atMs + readMs, { kind: 'know', task: taskOf(1), call: 1, agent: 1 });
      };
      return [
        { atMs, act: ask },
        { atMs: atMs + readMs, act: answer },
      ];
    }),
  ];
  for (const { act } of steps.sort((a, b) => a.atMs - b.atMs)) act();
  history.finish(2500, [[1, taskOf(1)]]);
  const events = history.history();
  return observe(plan, indexHistory(plan, events), await judge({ plan, history: events }));
}

async function compared(real: readonly Story[], virtual: Story, isFaultless = true): Promise<Compared> {
  return compareTimes({
    real: await Promise.all(real.map(observed)),
    virtual: await observed(virtual),
    machine: VIRTUAL_DEFAULTS,
    isFaultless,
  });
}

function rowOf({ rows }: Compared, metric: string, statistic: string): CalibrationRow | undefined {
  return rows.find((row) => row.metric === metric && row.statistic === statistic);
}

function wrong({ rows }: Compared): readonly string[] {
  return rows.filter(({ verdict }) => verdict === 'differs' || verdict === 'unexplained').map(({ metric }) => metric);
}

describe('without faults', () => {
  test('a slower machine with the same counts agrees, and what it adds is named', async () => {
    const result = await compared([REAL, { ...REAL, ackMs: 40 }], VIRTUAL);
    expect(wrong(result)).toEqual([]);
    expect(result).toMatchObject({ agrees: true, exitCode: 0, ties: [] });
    expect(rowOf(result, 'polls', 'value')).toMatchObject({ real: [2, 2], virtual: 2, verdict: 'equal' });
    expect(rowOf(result, 'ack-latency', 'max')).toEqual({
      metric: 'ack-latency',
      title: 'Ack latency',
      statistic: 'max',
      unit: 'ms',
      kind: 'machine',
      real: [30, 40],
      median: 35,
      low: 30,
      high: 40,
      virtual: 9,
      difference: -26,
      verdict: 'explained',
      cause: expect.stringContaining('charges no CPU'),
    });
    expect(rowOf(result, 'end-to-end', 'max')).toMatchObject({ verdict: 'explained' });
    expect(rowOf(result, 'poll-lateness', 'max')).toMatchObject({ real: [0, 0], virtual: 0, verdict: 'within' });
  });

  test('another number of polls is a difference, and ends with 1', async () => {
    const result = await compared([REAL], { ...VIRTUAL, pollsMs: [500, 1000, 1500] });
    expect(result).toMatchObject({ agrees: false, exitCode: 1, ties: [] });
    expect(rowOf(result, 'polls', 'value')).toMatchObject({ real: [2], virtual: 3, verdict: 'differs' });
  });

  test('a poll that meets the end of the work may find it or not: a tie, named by its call', async () => {
    // In virtual time poll 1 leaves at 509 ms and is back at 514; the work ends at 512.
    const result = await compared([{ ...REAL, workMs: 520, pollsMs: [500] }], {
      ...VIRTUAL,
      workMs: 512,
      pollsMs: [500, 1000],
    });
    expect(result.ties).toEqual([{ call: 1, poll: 1, run: 0, pollsReal: 1, pollsVirtual: 2, apartMs: 10 }]);
    expect(rowOf(result, 'polls', 'value')).toMatchObject({ verdict: 'tie', cause: expect.stringContaining('call 1') });
    expect(rowOf(result, 'fate settled-ok', 'value')).toMatchObject({ verdict: 'equal' });
    expect(result.exitCode).not.toBe(1);
  });

  test('polls that leave at other instants in virtual time are a time that nothing explains', async () => {
    const result = await compared([REAL], { ...VIRTUAL, pollsMs: [500, 1300] });
    expect(result).toMatchObject({ agrees: false, exitCode: 3 });
    expect(rowOf(result, 'end-to-end', 'max')).toMatchObject({ verdict: 'unexplained' });
    expect(rowOf(result, 'poll-lateness', 'max')).toMatchObject({ virtual: 300, verdict: 'unexplained' });
  });

  test('a receipt that takes longer than the model can give is unexplained, though other machines may be as slow', async () => {
    const result = await compared([REAL], { ...VIRTUAL, ackMs: 300 });
    expect(rowOf(result, 'ack-latency', 'max')).toMatchObject({
      verdict: 'unexplained',
      cause: 'the model gives 2 to 28 ms, and this is something else',
    });
  });

  test('a number that one side does not have is not taken for agreement', async () => {
    const result = await compared([{ ...REAL, pollsMs: [] }], VIRTUAL);
    expect(result.exitCode).toBe(1);
    expect(rowOf(result, 'read-latency', 'max')).toMatchObject({ real: [null], verdict: 'unknown' });
  });
});

describe('with faults', () => {
  test('numbers are shown and not judged', async () => {
    const result = await compared([REAL], { ...VIRTUAL, pollsMs: [500, 1300, 1700] }, false);
    expect(result).toMatchObject({ agrees: true, exitCode: 0 });
    expect(rowOf(result, 'polls', 'value')).toMatchObject({ difference: 1, verdict: 'shown' });
  });

  test('other fates are a difference', async () => {
    const result = await compared([REAL], { ...VIRTUAL, ending: 'failed' }, false);
    expect(result).toMatchObject({ agrees: false, exitCode: 1 });
    expect(rowOf(result, 'fate settled-ok', 'value')).toMatchObject({ real: [1], virtual: 0, verdict: 'differs' });
  });
});

test('checks that come out differently are a difference, with and without faults', async () => {
  const real = await observed(REAL);
  const virtual = await observed(VIRTUAL);
  const checkers = virtual.verdict.checkers.map((checker) =>
    checker.id === 'lost-tasks' ? { ...checker, valid: false } : checker,
  );
  const broken: Observation = { ...virtual, verdict: { ...virtual.verdict, checkers } };
  for (const isFaultless of [true, false]) {
    const result = compareTimes({ real: [real], virtual: broken, machine: VIRTUAL_DEFAULTS, isFaultless });
    expect(result).toMatchObject({ agrees: false, exitCode: 1 });
    expect(result.checks.filter(({ agrees }) => !agrees)).toEqual([
      { id: 'lost-tasks', title: expect.any(String), real: [true], virtual: false, agrees: false },
    ]);
  }
});
