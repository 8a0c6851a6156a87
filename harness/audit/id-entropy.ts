import { isSequential, randomBits } from '../checkers/id-randomness.ts';

/** What many ids of one server look like to somebody who wants to guess the next. */
export interface IdLook {
  readonly count: number;
  /** The first id that was given twice; null: none was. */
  readonly repeated: string | null;
  readonly isSequential: boolean;
  /** Bits that seem random, of the shortest id: the smaller of what its alphabet holds and what its columns showed. */
  readonly bits: number;
}

// The bar of the 128 random bits of a UUID is far above; below this, all ids of a busy server can be tried.
export const ID_BITS_MIN = 64;

/** An estimate, and from outside it can be no more: it tells a counter and a clock from a random number, not a good one from a bad one. */
export function lookAtIds(ids: readonly string[]): IdLook {
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index) ?? null;
  const bits = Math.floor(Math.min(randomBits(ids), columnBits(ids)));
  return { count: ids.length, repeated, isSequential: isSequential(ids), bits };
}

/** Sum of the entropy that each column showed, from the left, and from the right where ids differ in length; the smaller. */
function columnBits(ids: readonly string[]): number {
  const shortest = Math.min(...ids.map(({ length }) => length));
  const from = (column: (id: string, index: number) => string | undefined) => {
    let bits = 0;
    for (let index = 0; index < shortest; index += 1) bits += entropy(ids.map((id) => column(id, index) ?? ''));
    return bits;
  };
  return Math.min(
    from((id, index) => id[index]),
    from((id, index) => id[id.length - 1 - index]),
  );
}

/** Shannon's, in bits, of what was seen. */
function entropy(seen: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const one of seen) counts.set(one, (counts.get(one) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / seen.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}
