import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isPlainJson } from './plain-json.ts';

const parsed = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null');

it('holds for what came out of JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(isPlainJson(parsed(value))).toBe(true);
    }),
  );
});

it('holds only for what parsing its JSON gives again', () => {
  fc.assert(
    fc.property(
      fc.anything({ withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true }),
      (value) => {
        if (isPlainJson(value)) expect(parsed(value)).toStrictEqual(value);
      },
    ),
  );
});

it.each([
  undefined,
  -0,
  Number.NaN,
  1n,
  new Date(0),
  [undefined],
  new Array(1),
  { a: { b: undefined } },
  { toJSON: () => 1 },
])('does not hold for %o', (value) => {
  expect(isPlainJson(value)).toBe(false);
});
