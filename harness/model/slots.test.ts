import { expect, it } from 'vitest';
import { createSlots } from './slots.ts';

it('keeps what was added until it is taken out, once', () => {
  const slots = createSlots<{ name: string }>();
  const [a, b, c] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
  const forgetA = slots.add(a);
  slots.add(b);
  forgetA();
  slots.add(c); // In the place of a.
  forgetA();
  expect(new Set(slots.takeAll())).toEqual(new Set([b, c]));
  expect(slots.takeAll()).toEqual([]);
});
