import { describe, expect, it } from 'vitest';
import { referencesIn, resolveArguments, valueAt } from './reference.ts';

const RESULTS = { $var_1: { order_id: 'order-7', price: 12.5, items: [{ id: 'a' }, { id: 'b' }] }, $var_12: { id: 3 } };
const resultOf = (label: string) => Object.entries(RESULTS).find(([name]) => name === label)?.[1];

describe('references', () => {
  it('are found in texts, lists and maps, in order', () => {
    const found = referencesIn({ a: '$var_1.order_id$ and $var_12.id$', b: [{ c: '$var_1.items.1.id$' }], d: 4 });
    expect(found).toEqual([
      { label: '$var_1', path: 'order_id' },
      { label: '$var_12', path: 'id' },
      { label: '$var_1', path: 'items.1.id' },
    ]);
  });

  it('give the value as it is where they stand alone, and its text within a longer one', () => {
    const args = {
      price: '$var_1.price$',
      all: '$var_1.items$',
      line: 'for $var_1.price$: $var_1.items.0$',
      n: [1, null],
    };
    expect(resolveArguments(args, resultOf)).toEqual({
      price: 12.5,
      all: [{ id: 'a' }, { id: 'b' }],
      line: 'for 12.5: {"id":"a"}',
      n: [1, null],
    });
  });

  it('stay as they are where nothing is known', () => {
    const args = { a: '$var_2.id$', b: 'x $var_1.none$', c: 'costs $5 or $6' };
    expect(resolveArguments(args, resultOf)).toEqual(args);
  });

  it('do not reach into what is not data', () => {
    expect(valueAt({ a: 1 }, 'constructor')).toBeUndefined();
    expect(valueAt('text', 'length')).toBeUndefined();
  });
});
