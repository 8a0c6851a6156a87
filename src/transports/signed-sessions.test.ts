import { expect, test } from 'vitest';
import { createSignedSessions } from './signed-sessions.ts';

const secret = () => new Uint8Array(32).fill(7);

function sessionsAt(clock: { ms: number }, key = secret) {
  return createSignedSessions({ secret: key, now: () => clock.ms });
}

function opened(sessions: ReturnType<typeof sessionsAt>, principal = 'alice') {
  const session = sessions.open();
  session.protocolVersion = '2025-11-25';
  session.clientCapabilities = { elicitation: { form: {} }, experimental: { much: 'x' } };
  return sessions.keep(session, principal);
}

test('another process knows what the handshake agreed on, from the id alone', () => {
  const clock = { ms: 1_000 };
  const id = opened(sessionsAt(clock));
  expect(sessionsAt(clock).find(id, 'alice')).toEqual({
    id,
    protocolVersion: '2025-11-25',
    clientCapabilities: { elicitation: { form: {} } },
  });
});

test('a session is of its caller, of this secret, of its day, and is spelt in one way', () => {
  const clock = { ms: 1_000 };
  const id = opened(sessionsAt(clock));
  const elsewhere = sessionsAt(clock);
  expect(elsewhere.find(id, 'bob')).toBeUndefined();
  expect(elsewhere.find(`${id} `, 'alice')).toBeUndefined();
  expect(elsewhere.find(`A${id.slice(1)}`, 'alice')).toBeUndefined();
  expect(elsewhere.find('', 'alice')).toBeUndefined();
  expect(sessionsAt(clock, () => new Uint8Array(32)).find(id, 'alice')).toBeUndefined();
  clock.ms += 86_400_000;
  expect(elsewhere.find(id, 'alice')).toBeUndefined();
});

test('one process gives the same object again, and cannot end it', () => {
  const sessions = sessionsAt({ ms: 0 });
  const id = opened(sessions);
  expect(sessions.find(id, 'alice')).toBe(sessions.find(id, 'alice'));
  expect(sessions.end(id, 'alice')).toBe('endless');
  expect(sessions.find(id, 'alice')).toBeDefined();
});

test('two sessions have two ids, fit for a header', () => {
  const sessions = sessionsAt({ ms: 0 });
  const ids = [opened(sessions), opened(sessions)];
  expect(new Set(ids).size).toBe(2);
  for (const id of ids) expect(id).toMatch(/^[\w.-]{40,}$/);
});
