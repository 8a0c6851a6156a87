import { describe, expect, it } from 'vitest';
import { createPrng } from '../model/prng.ts';
import { lookAtIds } from './id-entropy.ts';

const COUNT = 300;
const many = (id: (index: number) => string) => Array.from({ length: COUNT }, (_none, index) => id(index));

describe('lookAtIds', () => {
  const draw = createPrng(7);
  const hex = (digits: number) => Array.from({ length: digits }, () => draw.integer(0, 15).toString(16)).join('');

  it('sees about 128 random bits in 32 random hex digits', () => {
    const look = lookAtIds(many(() => hex(32)));
    expect(look).toMatchObject({ count: COUNT, repeated: null, isSequential: false });
    expect(look.bits).toBeGreaterThan(115);
  });

  it('sees a counter, with and without what never changes around it', () => {
    expect(lookAtIds(many((index) => `task-${index}`)).isSequential).toBe(true);
    expect(lookAtIds(many((index) => `task-${String(index).padStart(20, '0')}-end`)).bits).toBeLessThan(16);
  });

  it('sees that a clock and a counter are not random, however long they are', () => {
    const ids = many(
      (index) => `${(1_795_274_184_509 + index * 3).toString(16)}${index.toString(16).padStart(12, '0')}`,
    );
    expect(lookAtIds(ids).bits).toBeLessThan(30);
  });

  it('names an id that was given twice', () => {
    expect(lookAtIds(many((index) => `id-${index % 299}`)).repeated).toBe('id-0');
  });
});
