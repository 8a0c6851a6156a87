/** Times from `from` until `until`, ms. A list of them is in order and without overlaps once it went through `united`. */
export interface Interval {
  readonly from: number;
  readonly until: number;
}

export function united(intervals: readonly Interval[]): readonly Interval[] {
  const result: { from: number; until: number }[] = [];
  for (const { from, until } of [...intervals].sort((one, other) => one.from - other.from)) {
    if (until <= from) continue;
    const last = result.at(-1);
    if (last !== undefined && from <= last.until) last.until = Math.max(last.until, until);
    else result.push({ from, until });
  }
  return result;
}

/** What is in both; both are united. */
export function common(one: readonly Interval[], other: readonly Interval[]): readonly Interval[] {
  const result: Interval[] = [];
  let mine = 0;
  let theirs = 0;
  while (mine < one.length && theirs < other.length) {
    const a = one[mine];
    const b = other[theirs];
    if (a === undefined || b === undefined) break;
    const from = Math.max(a.from, b.from);
    const until = Math.min(a.until, b.until);
    if (until > from) result.push({ from, until });
    if (a.until < b.until) mine += 1;
    else theirs += 1;
  }
  return result;
}

export function lengthOf(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, { from, until }) => sum + until - from, 0);
}
