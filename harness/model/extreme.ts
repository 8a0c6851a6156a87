/** The largest of a list that may be too long to be an argument list; -Infinity: it is empty. */
export function most(numbers: Iterable<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const number of numbers) if (number > largest) largest = number;
  return largest;
}

/** The smallest; Infinity: the list is empty. */
export function least(numbers: Iterable<number>): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const number of numbers) if (number < smallest) smallest = number;
  return smallest;
}
