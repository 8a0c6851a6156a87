import { hash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Seeded randomness. `fork(label)` gives an independent stream, so that a new draw in one part moves nothing elsewhere. */
export interface Prng {
  /** 0 <= x < 1 */
  float(): number;
  /** from <= n <= to, integers */
  integer(from: number, to: number): number;
  /** true with probability p */
  chance(p: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** A new array in random order. */
  shuffle<Item>(items: readonly Item[]): Item[];
  /** `bytes` random bytes as hex. */
  hex(bytes: number): string;
  fork(label: string): Prng;
}

export function createPrng(seed: number, path = ''): Prng {
  const digest = hash('sha256', `${seed}\0${path}`, 'buffer');
  const generator = xoroshiro128plus(digest.readInt32LE(0));
  const integer = (from: number, to: number) => uniformInt(generator, from, to);
  const float = () => uniformFloat64(generator);
  return {
    float,
    integer,
    chance: (p) => float() < p,
    pick(items) {
      const item = items[integer(0, items.length - 1)];
      if (item === undefined) throw new Error('pick() from an empty list');
      return item;
    },
    shuffle(items) {
      const result = [...items];
      for (let last = result.length - 1; last > 0; last -= 1) {
        const other = integer(0, last);
        const moved = result[last];
        const taken = result[other];
        if (moved === undefined || taken === undefined) throw new Error('shuffle() left the list');
        result[last] = taken;
        result[other] = moved;
      }
      return result;
    },
    hex: (bytes) => Array.from({ length: bytes }, () => integer(0, 255).toString(16).padStart(2, '0')).join(''),
    fork: (label) => createPrng(seed, `${path}/${label}`),
  };
}
