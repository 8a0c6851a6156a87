/** How random a set of ids looks from outside. Estimates: they tell a counter from a UUID, not a good generator from a bad one. */

const SEQUENCE_MIN = 3; // Two numbers in a row happen; three with the same head and small steps do not.
const STEP_MAX = 1000; // Process ids and shared counters skip; random 32-bit numbers are never this close.
const CONSTANT_MIN = 8; // A hex digit that is the same in eight random ids: once in 16^7.

/**
 * The ids, in the order they were given, are a common head and a number, and most numbers are a small step above the one before.
 * Most, not all: a counter that starts over at boot steps back once a boot.
 */
export function isSequential(ids: readonly string[]): boolean {
  const numbers: number[] = [];
  let head: string | null = null;
  for (const id of ids) {
    const match = /^(.*?)(\d{1,15})$/.exec(id);
    if (!match) return false;
    head ??= match[1] ?? '';
    if (match[1] !== head) return false;
    numbers.push(Number(match[2]));
  }
  if (numbers.length < SEQUENCE_MIN) return false;
  const ascending = [...new Set(numbers)].sort((a, b) => a - b);
  const steps = ascending.slice(1).map((number, index) => number - (ascending[index] ?? 0));
  const small = steps.filter((step) => step <= STEP_MAX).length;
  return steps.length > 0 && small * 10 >= steps.length * 8;
}

/** Random bits of the shortest id: what its characters could hold, without the columns that are the same in all of them. */
export function randomBits(ids: readonly string[]): number {
  const [first] = ids;
  if (first === undefined) return 0;
  const shortest = ids.reduce((a, b) => (b.length < a.length ? b : a), first);
  const alphabet = Math.log2(alphabetSize(ids));
  const isSameLength = ids.every(({ length }) => length === first.length);
  const canCompare = isSameLength && new Set(ids).size >= CONSTANT_MIN;
  let bits = 0;
  for (const [column, character] of [...shortest].entries()) {
    if (!/[0-9A-Za-z]/.test(character)) continue;
    if (canCompare && ids.every((id) => id[column] === first[column])) continue;
    bits += alphabet;
  }
  return bits;
}

function alphabetSize(ids: readonly string[]): number {
  const all = ids.join('').replaceAll(/[^0-9A-Za-z]/g, '');
  if (/^\d*$/.test(all)) return 10;
  if (/^[0-9a-f]*$/.test(all) || /^[0-9A-F]*$/.test(all)) return 16;
  return /[a-z]/.test(all) && /[A-Z]/.test(all) ? 62 : 36;
}
