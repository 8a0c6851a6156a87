import { expect, it } from 'vitest';
import { visible } from './visible-text.ts';

const HOSTILE = '\u001b[2J\u001b]0;owned\u0007\r\u0000\u009b31m\u202etxt\u2066\u200b\ufeff\u007f';

it('writes out what a terminal would obey, and leaves lines and tabs', () => {
  expect(visible(`a\tb\n${HOSTILE}é 🦊`)).toBe(
    'a\tb\n\\u001b[2J\\u001b]0;owned\\u0007\\u000d\\u0000\\u009b31m\\u202etxt\\u2066\\u200b\\ufeff\\u007fé 🦊',
  );
});

it('leaves a document of JSON the document it is', () => {
  const value = { [HOSTILE]: [HOSTILE, 'plain'] };
  const text = visible(JSON.stringify(value, null, 2));
  expect(text).toMatch(/^[\n\x20-\x7e]*$/);
  expect(JSON.parse(text)).toEqual(value);
});
