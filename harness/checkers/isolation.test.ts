import { expect, test } from 'vitest';
import type { Checker } from '../model/checker.ts';
import { indexHistory } from '../model/history-index.ts';
import {
  type BuilderOptions,
  createHistory,
  type HistoryBuilder,
  taskOf,
  tokenOf,
} from '../model/testing/history-builder.ts';
import { crossedKeys } from './crossed-keys.ts';
import { leakedTasks } from './leaked-tasks.ts';

type Tell = (h: HistoryBuilder) => void;
const TWO: BuilderOptions = { calls: 2, agents: 2 };

function judge(checker: Checker, tell: Tell, options = TWO) {
  const h = createHistory(options);
  tell(h);
  expect(checker.applicable(h.plan)).toBeNull();
  return checker.check({ plan: h.plan, history: indexHistory(h.plan, h.history()) });
}

const TRESPASS = { agent: 2, conn: 'a2', trespass: true };
const owned = (h: HistoryBuilder) => h.ok(11, h.create(10, 1, { key: 'k' }), { task: taskOf(1) });

test('S14: two agents with one key are two tasks', () => {
  const own: Tell = (h) => {
    owned(h);
    h.ok(21, h.create(20, 2, { key: 'k' }), { task: taskOf(2) });
  };
  expect(judge(crossedKeys, own)).toMatchObject({ valid: true, counts: { shared: 1, violations: 0 } });
});

test('S14: the other agent was given the same task, or told of the key', () => {
  const same: Tell = (h) => {
    owned(h);
    h.ok(21, h.create(20, 2, { key: 'k' }), { task: taskOf(1) });
  };
  expect(judge(crossedKeys, same)).toMatchObject({ valid: false, findings: [{ invariant: 'S14' }] });
  const told: Tell = (h) => {
    owned(h);
    h.fail(21, h.create(20, 2, { key: 'k' }), 'conflict', { message: 'used before' });
  };
  expect(judge(crossedKeys, told)).toMatchObject({ valid: false, findings: [{ invariant: 'S14' }] });
});

test('S14: a refusal that the agent’s own use of the key explains says nothing of the other', () => {
  const own: Tell = (h) => {
    owned(h);
    h.ok(21, h.create(20, 2, { key: 'k', agent: 2 }), { task: taskOf(2) });
    h.fail(31, h.create(30, 3, { key: 'k', agent: 2 }), 'conflict', { message: 'used before' });
  };
  const result = judge(crossedKeys, own, { calls: 3, agents: 2 });
  expect(result).toMatchObject({ valid: true, counts: { shared: 1, violations: 0 } });
});

test('S14: one agent twice, a timeout, and two keys say nothing', () => {
  const quiet: Tell = (h) => {
    owned(h);
    h.ok(13, h.create(12, 1, { key: 'k', attempt: 2 }), { task: taskOf(1) });
    h.ok(21, h.create(20, 2, { key: 'other' }), { task: taskOf(2) });
  };
  expect(judge(crossedKeys, quiet)).toMatchObject({ valid: 'not-applicable', counts: { shared: 0 } });
  const unclear: Tell = (h) => {
    owned(h);
    h.info(21, h.create(20, 2, { key: 'k' }), 'timeout');
  };
  expect(judge(crossedKeys, unclear)).toMatchObject({ valid: true, counts: { shared: 1 } });
});

test('S15: a stranger who is refused proves that the task is its owner’s, and a timeout proves nothing against it', () => {
  const refused: Tell = (h) => {
    owned(h);
    h.fail(21, h.get(20, 1, taskOf(1), TRESPASS), 'not-found');
    h.info(31, h.get(30, 1, taskOf(1), TRESPASS), 'timeout');
  };
  expect(judge(leakedTasks, refused)).toMatchObject({ valid: true, counts: { trespasses: 2, violations: 0 } });
});

test('S15: a stranger who is answered has read or cancelled what is not theirs', () => {
  const read: Tell = (h) => {
    owned(h);
    h.ok(21, h.get(20, 1, taskOf(1), TRESPASS));
  };
  expect(judge(leakedTasks, read).findings).toMatchObject([
    { invariant: 'S15', message: expect.stringContaining('agent 2 read task') },
  ]);
});

test('S15: a message to one agent holds the token of another’s call; to its own agent it may', () => {
  const sent = (conn: string): Tell => {
    return (h) => {
      h.frame(10, { conn, dir: 'in', type: 'response', rpcId: 7, text: `{"token":"${tokenOf(1)}"}` });
      h.frame(11, { conn, dir: 'in', type: 'response', rpcId: 8, text: `{"token":"${tokenOf(1)}"}` });
    };
  };
  expect(judge(leakedTasks, sent('a1'))).toMatchObject({ valid: true, counts: { messages: 2 } });
  expect(judge(leakedTasks, sent('a2-2')).findings).toMatchObject([
    { invariant: 'S15', message: expect.stringContaining('token of call 1 (agent 1)') },
  ]);
});

test('S15: nothing to look at is not applicable, and neither are agents whom nobody tells apart', () => {
  expect(judge(leakedTasks, owned)).toMatchObject({ valid: 'not-applicable' });
  const applicable = (facts: BuilderOptions['facts']) =>
    leakedTasks.applicable(createHistory({ ...TWO, ...(facts && { facts }) }).plan);
  expect(applicable({ principals: false })).toContain('one principal');
  expect(applicable({ scope: null })).toContain('state.scope');
  expect(applicable({ scope: 'server' })).toContain('everybody');
});
