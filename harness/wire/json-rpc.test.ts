import { expect, it } from 'vitest';
import { parseJson } from './json-rpc.ts';

const nested = (depth: number) => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`;

it('reads what is nested as messages are, however long it is', () => {
  expect(parseJson(nested(500))).toBeInstanceOf(Array);
  const long = JSON.stringify(Array.from({ length: 900 }, (_, n) => ({ text: `[[[{{{ "\\${n}`, list: [[n]] })));
  expect(parseJson(long)).toHaveLength(900);
  expect(parseJson(`"${'['.repeat(5_000)}"`)).toBe('['.repeat(5_000));
});

it('takes what would be too deep to look at for no message', () => {
  for (const depth of [502, 5_000, 200_000]) expect(parseJson(nested(depth))).toBeUndefined();
});
