/**
 * n orders of 0 … n − 1 in which each stands once at each place and, where n is even, follows each other once: what a machine
 * does to whoever comes first or after a heavy one is then shared out evenly.
 * Source: E. J. Williams, "Experimental designs balanced for the estimation of residual effects of treatments" (1949).
 */
export function latinSquare(n: number): readonly (readonly number[])[] {
  const first = Array.from({ length: n }, (_, place) => (place % 2 === 0 ? place / 2 : n - (place + 1) / 2));
  return Array.from({ length: n }, (_, row) => first.map((item) => (item + row) % n));
}
