/**
 * How likely paired differences lie so far above 0 by chance: the one-sided signed-rank test, exact. A difference of exactly 0
 * counts against; equal sizes share their ranks. Differences of like and like are symmetric, which is all it asks. 1 without any.
 * Source: F. Wilcoxon, "Individual comparisons by ranking methods" (1945).
 */
export function signedRankTest(differences: readonly number[]): number {
  const ranks = doubledRanks(differences.map(Math.abs));
  const against = differences.reduce((sum, one, index) => (one <= 0 ? sum + (ranks[index] ?? 0) : sum), 0);
  // ways[s]: of all signs that the ranks can have, those whose ranks against sum to s.
  const ways = new Array<number>(against + 1).fill(0);
  ways[0] = 1;
  for (const rank of ranks) {
    for (let sum = against; sum >= rank; sum -= 1) ways[sum] = (ways[sum] ?? 0) + (ways[sum - rank] ?? 0);
  }
  return ways.reduce((total, count) => total + count, 0) / 2 ** differences.length;
}

/** Twice the rank of each size, from 2 up, so that shared ranks are whole numbers too. */
function doubledRanks(sizes: readonly number[]): readonly number[] {
  return sizes.map((size) => {
    const smaller = sizes.filter((other) => other < size).length;
    const equal = sizes.filter((other) => other === size).length;
    return 2 * smaller + equal + 1;
  });
}

/**
 * Probabilities of several tests, raised so that the chance of even one false alarm among them stays what it is for one.
 * Same order as given. Source: S. Holm, "A simple sequentially rejective multiple test procedure" (1979).
 */
export function holm(probabilities: readonly number[]): readonly number[] {
  const adjusted = new Array<number>(probabilities.length).fill(1);
  const order = probabilities.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  let highest = 0;
  for (const [rank, { p, index }] of order.entries()) {
    highest = Math.max(highest, Math.min(1, p * (order.length - rank)));
    adjusted[index] = highest;
  }
  return adjusted;
}
