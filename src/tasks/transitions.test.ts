import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InputRequest, Outcome, TaskRecord, TaskState } from './task.ts';
import { taskOf } from './testing/task-fixture.ts';
import { applyEvent, isTerminal, nextState, TASK_EVENTS, type TaskEvent } from './transitions.ts';

const STATES: readonly TaskState[] = ['queued', 'running', 'input_required', 'settled', 'cancelled'];
const QUESTION: InputRequest = { method: 'elicitation/create', params: { message: 'Which?' } };
const outcome: Outcome = { kind: 'result', result: { content: [] } };

const EVENTS: Readonly<Record<TaskEvent['type'], TaskEvent>> = {
  claim: { type: 'claim', worker: 'w', leaseUntilMs: 9_000 },
  renew: { type: 'renew', leaseUntilMs: 9_000 },
  seal: { type: 'seal', leaseUntilMs: 9_000 },
  note: { type: 'note', message: 'half' },
  ask: { type: 'ask', message: 'which?', inputs: [] },
  reply: { type: 'reply', answers: {} },
  answer: { type: 'answer', answers: {} },
  finish: { type: 'finish', outcome },
  fail: { type: 'fail', outcome },
  release: { type: 'release', message: 'again' },
  cancel: { type: 'cancel', message: 'no more' },
};

// Written out once more by hand, so that a slip in the table is a failing line here.
const ALLOWED: readonly (readonly [TaskState, TaskEvent['type'], TaskState])[] = [
  ['queued', 'claim', 'running'],
  ['queued', 'fail', 'settled'],
  ['queued', 'cancel', 'cancelled'],
  ['running', 'renew', 'running'],
  ['running', 'seal', 'running'],
  ['running', 'note', 'running'],
  ['running', 'ask', 'input_required'],
  ['running', 'finish', 'settled'],
  ['running', 'fail', 'settled'],
  ['running', 'release', 'queued'],
  ['running', 'cancel', 'cancelled'],
  ['input_required', 'reply', 'input_required'],
  ['input_required', 'answer', 'queued'],
  ['input_required', 'fail', 'settled'],
  ['input_required', 'cancel', 'cancelled'],
];

const inState = (state: TaskState): TaskRecord =>
  taskOf({
    state,
    lease: state === 'running' ? { worker: 'w', untilMs: 5_000 } : null,
    outcome: state === 'settled' ? outcome : null,
  });

for (const state of STATES) {
  for (const type of TASK_EVENTS) {
    const expected = ALLOWED.find(([from, event]) => from === state && event === type)?.[2];
    test(`${type} of a ${state} task ${expected === undefined ? 'does not happen' : `makes it ${expected}`}`, () => {
      expect(nextState(state, type)).toBe(expected);
      const next = applyEvent(inState(state), EVENTS[type], 2_000);
      expect(next?.state).toBe(expected);
      if (next !== undefined) expect(next.version).toBe(2);
    });
  }
}

test('only settled and cancelled are final', () => {
  expect(STATES.filter(isTerminal)).toEqual(['settled', 'cancelled']);
});

test('a claim takes the lease, raises the fence and counts the run; the first start stays', () => {
  const first = applyEvent(taskOf(), EVENTS.claim, 2_000);
  expect(first).toEqual(
    taskOf({
      ...{ state: 'running', lease: { worker: 'w', untilMs: 9_000 }, fence: 1, runs: 1, version: 2 },
      ...{ startedAt: 2_000, updatedAt: 2_000, statusMessage: 'Running.' },
    }),
  );
  if (first === undefined) throw new Error('expected the claim to be allowed');
  const released = applyEvent(first, EVENTS.release, 3_000);
  expect(released).toMatchObject({ state: 'queued', lease: null, fence: 1, runs: 1, startedAt: 2_000 });
  const again = released && applyEvent(released, EVENTS.claim, 4_000);
  expect(again).toMatchObject({ fence: 2, runs: 2, startedAt: 2_000, updatedAt: 4_000 });
});

test('what is asked stays asked; an answer fills its question, and a second one to it changes nothing', () => {
  const yes = { kind: 'result', result: { action: 'accept' } } as const;
  const no = { kind: 'result', result: { action: 'decline' } } as const;
  const inputs = (['a', 'b'] as const).map((key) => ({ key, request: QUESTION }));
  const asked = applyEvent(inState('running'), { type: 'ask', message: 'which?', inputs }, 2_000);
  expect(asked?.inputs).toEqual(inputs.map((input) => ({ ...input, askedAt: 2_000, answer: null })));
  const replied = asked && applyEvent(asked, { type: 'reply', answers: { a: yes, toString: yes } }, 3_000);
  expect(replied?.inputs.map(({ answer }) => answer)).toEqual([yes, null]);
  const answered = replied && applyEvent(replied, { type: 'answer', answers: { a: no, b: no } }, 4_000);
  expect(answered?.inputs.map(({ answer }) => answer)).toEqual([yes, no]);
  expect(answered).toMatchObject({ state: 'queued', fence: 0, runs: 0, lease: null });
});

test('a renewed lease is no change that a client could see', () => {
  const next = applyEvent(inState('running'), EVENTS.renew, 2_000);
  expect(next).toMatchObject({ updatedAt: 1_000, lease: { worker: 'w', untilMs: 9_000 } });
});

test('nobody takes a sealed task away before its lease ends, but who knows that no effect is on its way out', () => {
  const sealed = applyEvent(inState('running'), EVENTS.seal, 2_000);
  expect(sealed).toMatchObject({ updatedAt: 1_000, sealedUntil: 9_000, lease: { worker: 'w', untilMs: 9_000 } });
  for (const type of ['fail', 'release', 'cancel'] as const) {
    expect(sealed && applyEvent(sealed, EVENTS[type], 8_999)).toBeUndefined();
    expect(sealed && applyEvent(sealed, EVENTS[type], 9_000)).not.toHaveProperty('sealedUntil');
    const breaking = { ...EVENTS[type], breaksSeal: true };
    expect(sealed && applyEvent(sealed, breaking, 3_000)).not.toHaveProperty('sealedUntil');
  }
  for (const type of ['renew', 'note', 'finish'] as const) {
    expect(sealed && applyEvent(sealed, EVENTS[type], 3_000)).not.toHaveProperty('sealedUntil');
  }
});

test('a clock that steps back never takes the last update back', () => {
  expect(applyEvent(inState('running'), EVENTS.note, 500)?.updatedAt).toBe(1_000);
});

test('whatever happens: time and version never go back, final states stay, outcome and lease fit the state', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom(...TASK_EVENTS), fc.integer({ min: 0, max: 10_000 })));
  fc.assert(
    fc.property(steps, (sequence) => {
      let task = taskOf();
      for (const [type, nowMs] of sequence) {
        const next = applyEvent(task, EVENTS[type], nowMs);
        if (next === undefined) continue;
        expect(isTerminal(task.state)).toBe(false);
        expect(next.version).toBe(task.version + 1);
        expect(next.updatedAt).toBeGreaterThanOrEqual(task.updatedAt);
        expect(next.fence).toBeGreaterThanOrEqual(task.fence);
        expect(next.outcome !== null).toBe(next.state === 'settled');
        expect(next.endedAt !== null).toBe(isTerminal(next.state));
        expect(next.lease !== null).toBe(next.state === 'running');
        task = next;
      }
    }),
  );
});
