import { expect, test } from 'vitest';
import { createConversations } from './conversations.ts';

const request = { session: null, identity: '', rpcId: 1, isGreeting: false } as const;

test('a session is one conversation, from the greeting that opened it', () => {
  const conversations = createConversations();
  const one = conversations.enter({ ...request, isGreeting: true, rpcId: 0 });
  const other = conversations.enter({ ...request, isGreeting: true, rpcId: 0 });
  expect([one.conn, other.conn]).toEqual(['c1', 'c2']);
  conversations.opened('c1', 's1');
  conversations.opened('c2', 's2');
  expect(conversations.enter({ ...request, session: 's2' }).conn).toBe('c2');
  expect(conversations.enter({ ...request, session: 's1' }).conn).toBe('c1');
});

test('no id is used twice in one conversation', () => {
  const conversations = createConversations();
  expect(conversations.enter(request).conn).toBe('c1');
  expect(conversations.enter(request).conn).toBe('c2');
  expect(conversations.enter({ ...request, rpcId: 2 }).conn).toBe('c2');
  expect(conversations.enter({ ...request, rpcId: 2 }).conn).toBe('c1');
  expect(conversations.enter({ ...request, rpcId: null }).conn).toBe('c2');
});

test('an identity is an agent', () => {
  const conversations = createConversations();
  expect(conversations.enter({ ...request, identity: 'Bearer a' }).agent).toBe(1);
  expect(conversations.enter({ ...request, identity: 'Bearer b' })).toEqual({ conn: 'c2', agent: 2 });
  expect(conversations.enter({ ...request, identity: 'Bearer a', rpcId: 9 })).toEqual({ conn: 'c1', agent: 1 });
});
