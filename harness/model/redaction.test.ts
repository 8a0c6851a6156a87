import { expect, it } from 'vitest';
import { createRedaction, secretsIn, withoutCredentials } from './redaction.ts';

it('takes a secret out as it is, as JSON, and as JSON inside JSON', () => {
  const secret = 'a"b\\c.(d)*\n';
  const redact = createRedaction([secret, 'a"b\\c.(d)*\n-longer', 'tiny']);
  if (redact === null) throw new Error('expected a redaction');
  const inner = JSON.stringify({ token: secret });
  const line = JSON.stringify({ text: inner, plain: secret, more: `${secret}-longer` });
  expect(redact(line)).toBe('{"text":"{\\"token\\":\\"[redacted]\\"}","plain":"[redacted]","more":"[redacted]"}');
  expect(redact(`raw ${secret} tiny`)).toBe('raw [redacted] tiny');
});

it('has nothing to do where nothing is secret, or could be told apart', () => {
  expect(createRedaction([])).toBeNull();
  expect(createRedaction(['', 'short'])).toBeNull();
});

it('knows the variables that a profile asks for, and our own secrets', () => {
  const env = {
    API_KEY: 'one',
    OTHER: 'two',
    CLAIMCHECK_WEBHOOK_SECRET: 'three',
    CLAIMCHECK_LEDGER: 'four',
    UNSET: undefined,
  };
  const text = JSON.stringify({
    headers: { authorization: 'Bearer {{env.API_KEY}}', x: '{{ env.UNSET }} {{env.NONE}}' },
  });
  expect(secretsIn(text, env)).toEqual(['one', 'three']);
});

it.each([
  ['Authorization: Bearer abc.def-1', 'Authorization: Bearer [redacted]'],
  ['{"authorization":"Bearer abc","x":1}', '{"authorization":"Bearer [redacted]","x":1}'],
  ["headers { 'x-api-key': 'k1', cookie: 'a=b' }", "headers { 'x-api-key': '[redacted]', cookie: '[redacted]' }"],
  ['Proxy-Authorization=Basic eDp5; next', 'Proxy-Authorization=Basic [redacted]; next'],
  ['an author: ization', 'an author: ization'],
])('takes credentials out of %s', (line, kept) => {
  expect(withoutCredentials(line)).toBe(kept);
});
