/** The ends of an interval that holds 95 %; null: too little was seen for one. */
export interface Ends {
  readonly low: number | null;
  readonly high: number | null;
}

const Z = 1.959964; // Standard normal, 97.5 %.
const OPEN: Ends = { low: null, high: null };

/**
 * Wilson's interval of a share, with as many cases as the episodes make them worth: cases of one episode go well or wrong
 * together, and a thousand of them from ten episodes say less than a thousand from as many. `variance` is that of the share
 * over episodes; where all agree, each episode counts as one case.
 * Source: E. B. Wilson, JASA 22 (1927); the effective number of cases as in Korn and Graubard, Survey Methodology 24 (1998).
 */
export function shareEnds(share: number, variance: number, episodeCount: number, caseCount: number): Ends {
  if (episodeCount === 0) return OPEN;
  const worth = variance > 0 ? (share * (1 - share)) / variance : episodeCount;
  const n = Math.min(Math.max(worth, 1), Math.max(caseCount, 1));
  const scale = 1 + Z ** 2 / n;
  const middle = (share + Z ** 2 / (2 * n)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** Student's interval of a mean. */
export function meanEnds(mean: number, sd: number, n: number): Ends {
  if (n < 2) return OPEN;
  const half = (studentQuantile(n - 1) * sd) / Math.sqrt(n);
  return { low: mean - half, high: mean + half };
}

/**
 * Interval of the difference of two shares of the same n pairs, of which `gained` are right only in the first and `lost`
 * only in the second. Source: A. Agresti and Y. Min, Statistics in Medicine 24 (2005).
 */
export function pairedEnds(gained: number, lost: number, n: number): Ends {
  if (n === 0) return OPEN;
  const difference = (gained - lost) / (n + 2);
  const half = (Z / (n + 2)) * Math.sqrt(gained + lost + 1 - (gained - lost) ** 2 / (n + 2));
  return { low: Math.max(-1, difference - half), high: Math.min(1, difference + half) };
}

/** The 97.5 % quantile of Student's distribution, by its expansion in 1/degrees, which is right to 1 % from three on. */
function studentQuantile(degrees: number): number {
  if (degrees === 1) return 12.7062;
  if (degrees === 2) return 4.3027;
  const first = (Z ** 3 + Z) / 4;
  const second = (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96;
  const third = (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384;
  return Z + first / degrees + second / degrees ** 2 + third / degrees ** 3;
}
