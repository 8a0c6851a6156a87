import { describe, expect, it } from 'vitest';
import { createCallBook } from './call-book.ts';
import { createSecretReader } from './secret-reader.ts';

const WORK = { name: 'render', arguments: { topic: '{{token}}', ms: '{{ms}}' }, key: 'once', mode: null };

function book(hasProfile = false) {
  return createCallBook({ secrets: createSecretReader(hasProfile ? [WORK] : []), takesMs: 500 });
}

const ask = (topic: string, more: object = {}) => ({ agent: 1, tool: 'render', args: { topic, ...more } });

describe('calls read off the wire', () => {
  it('takes the same request for a retry once every answer to the first is lost', () => {
    const calls = book();
    expect(calls.take(ask('a'))).toMatchObject({ call: { call: 1 }, attempt: 1 });
    calls.settled(1, false);
    expect(calls.take({ ...ask('a'), args: { topic: 'a' } })).toMatchObject({ call: { call: 1 }, attempt: 2 });
  });

  it('takes it for another call while an answer may come, after a receipt, and from another agent', () => {
    const calls = book();
    calls.take(ask('a'));
    expect(calls.take(ask('a')).call.call).toBe(2);
    calls.settled(1, true);
    calls.settled(2, true);
    expect(calls.take(ask('a')).call.call).toBe(3);
    calls.settled(3, false);
    expect(calls.take({ ...ask('a'), agent: 2 }).call.call).toBe(4);
    expect(calls.take(ask('b')).call.call).toBe(5);
  });

  it('takes the key for the call where the profile says where it stands, also after the receipt', () => {
    const calls = book(true);
    calls.take(ask('a', { once: 'k1' }));
    calls.settled(1, true);
    expect(calls.take(ask('a', { once: 'k1' }))).toMatchObject({ call: { call: 1 }, attempt: 2, isAgain: true });
    expect(calls.take(ask('a', { once: 'k2' }))).toMatchObject({ call: { call: 2, key: 'k2' }, isAgain: false });
  });

  it('knows the call of a token, and says when tokens tell no calls apart', () => {
    const calls = book(true);
    calls.take(ask('a', { once: 'k1' }));
    calls.take(ask('b', { once: 'k2' }));
    expect([calls.callOfToken('a'), calls.callOfToken('b'), calls.callOfToken('c')]).toEqual([1, 2, null]);
    expect(calls.hasTokens()).toBe(true);
    calls.take(ask('b', { once: 'k3' }));
    expect(calls.hasTokens()).toBe(false);
    expect(calls.callOfToken('b')).toBe(2);
  });

  it('gives a call without a token a name that nobody sent', () => {
    const calls = book();
    expect(calls.take(ask('a')).call.token).toBe('call-1');
    expect(calls.hasTokens()).toBe(false);
  });
});
