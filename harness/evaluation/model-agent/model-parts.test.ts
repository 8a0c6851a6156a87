import { describe, expect, it } from 'vitest';
import type { Instance } from '../../model/evaluation/instance.ts';
import { createPrng } from '../../model/prng.ts';
import { matchCall } from './call-match.ts';
import { claimsIn } from './prompts.ts';
import { createSpending } from './spending.ts';
import { readTurnTime, turnMs, turnTimeText } from './turn-time.ts';
import { createTurnstile } from './turnstile.ts';

function task(id: string): Instance['tasks'][number] {
  const workspace = `w.${id}`;
  const first = {
    label: '$var_1',
    tool: 'make',
    arguments: { workspace },
    after: [],
    goldResult: { id: `gold-${id}` },
  };
  const second = { label: '$var_2', tool: 'use', arguments: { workspace, of: '$var_1.id$' }, after: ['$var_1'] };
  const steps = [
    { ...first, canary: `gold-${id}` },
    { ...first, label: '$var_3', canary: 'other' },
    { ...second, goldResult: null, canary: 'used' },
  ];
  return { id, toolClass: 'x', workspace, instruction: '', steps, goldState: null };
}

const INSTANCE: Instance = { id: 'i/1', kind: 'dual-same', tasks: [task('A'), task('B')] };

describe('a call of a model', () => {
  const match = (
    tool: string,
    args: Record<string, string>,
    known: Record<string, string> = {},
    called: string[] = [],
  ) =>
    matchCall(
      { tool, arguments: args },
      {
        instance: INSTANCE,
        resultOf: (step) => (known[step] === undefined ? undefined : { id: known[step] }),
        wasCalled: (step) => called.includes(step),
      },
    );

  it('is the gold step with its tool and arguments, one that was not called where several are', () => {
    expect(match('make', { workspace: 'w.B' })).toEqual({ task: 'B', step: 'B/$var_1', isAssumed: false });
    expect(match('make', { workspace: 'w.B' }, {}, ['B/$var_1']).step).toBe('B/$var_3');
    expect(match('make', { workspace: 'w.B' }, {}, ['B/$var_1', 'B/$var_3']).step).toBe('B/$var_1');
  });

  it('uses the results that came, or guesses', () => {
    const known = { 'A/$var_1': 'real' };
    expect(match('use', { workspace: 'w.A', of: 'real' }, known)).toMatchObject({ step: 'A/$var_2', isAssumed: false });
    expect(match('use', { workspace: 'w.A', of: 'gold-A' })).toMatchObject({ step: 'A/$var_2', isAssumed: true });
  });

  it('is no gold step otherwise, and belongs to the task whose workspace or tool it names', () => {
    expect(match('use', { workspace: 'w.B', of: 'other' })).toEqual({ task: 'B', step: null, isAssumed: false });
    expect(match('make', { workspace: 'w.Z' })).toEqual({ task: 'A', step: null, isAssumed: false });
    expect(match('none', {})).toEqual({ task: 'A', step: null, isAssumed: false });
  });
});

describe('what a model reports', () => {
  it('stands in lines of their own, the last word on each task', () => {
    const text =
      'Task A: done\n**TASK B: FAILED** because\nI think task A: failed is wrong\n- Task b — DONE\nTask C: DONE';
    expect(claimsIn(text, INSTANCE)).toEqual([
      { task: 'A', success: true },
      { task: 'B', success: true },
    ]);
  });
});

describe('a turn', () => {
  it.each([
    ['fixed', 'fixed:1000'],
    ['fixed:250', 'fixed:250'],
    ['measured', 'measured'],
    ['random', 'random:500-2000'],
    ['random:10-20', 'random:10-20'],
  ])('takes %s', (text, full) => {
    expect(turnTimeText(readTurnTime(text, 1000))).toBe(full);
  });

  it.each(['', 'fixed:', 'fixed:0', 'random:20-10', 'random:5', 'fixed:99999999', 'measured:5'])(
    'never takes "%s"',
    (text) => {
      expect(() => readTurnTime(text, 1000)).toThrow('--turn');
    },
  );

  it('takes what was drawn for it', () => {
    const draw = createPrng(1);
    const times = Array.from({ length: 50 }, () => turnMs({ kind: 'random', fromMs: 3, toMs: 5 }, 9, draw));
    expect([...new Set(times)].sort()).toEqual([3, 4, 5]);
  });
});

describe('a budget', () => {
  const usage = (input: number, output: number, isEstimated = false) => ({ input, output, isEstimated });

  it('counts what was used, and what is being asked', () => {
    const spending = createSpending({ tokens: 100, usd: null, priceIn: 2, priceOut: 10 });
    expect(spending.refusal(400)).toBeNull();
    spending.asked(200);
    expect(spending.refusal(204)).toContain('the budget of 100 tokens is spent');
    spending.answered(200, usage(60, 20, true), 5);
    expect(spending.refusal(80)).toBeNull();
    expect(spending.refusal(84)).toContain('80 were used');
    expect(spending.spent).toEqual({
      ...{ turns: 1, inputTokens: 60, outputTokens: 20, estimatedTurns: 1, modelMs: 5 },
      usd: (60 * 2 + 20 * 10) / 1e6,
    });
  });

  it('in money needs prices, and holds with them', () => {
    const spending = createSpending({ tokens: null, usd: 0.001, priceIn: 1, priceOut: 1 });
    spending.answered(0, usage(500, 499), 1);
    expect(spending.refusal(4)).toBeNull();
    expect(spending.refusal(8)).toContain('the budget of 0.001 USD is spent: 0.0010 were used');
    expect(createSpending({ tokens: null, usd: null, priceIn: null, priceOut: null }).spent.usd).toBeNull();
  });
});

describe('a turnstile', () => {
  it('lets so many in at once, in the order in which they came, also after a failure', async () => {
    const enter = createTurnstile(2);
    const inside: number[] = [];
    const leave: (() => void)[] = [];
    const work = [0, 1, 2, 3].map((who) =>
      enter(() => {
        inside.push(who);
        return new Promise<void>((resolve, reject) =>
          leave.push(who === 0 ? () => reject(new Error('lost')) : resolve),
        );
      }),
    );
    expect(inside).toEqual([0, 1]);
    leave[0]?.();
    await expect(work[0]).rejects.toThrow('lost');
    expect(inside).toEqual([0, 1, 2]);
    leave[2]?.();
    await work[2];
    expect(inside).toEqual([0, 1, 2, 3]);
    leave[1]?.();
    leave[3]?.();
    await Promise.all([work[1], work[3]]);
  });
});
