/** A length of time as people write it: `600ms`, `10s`, `2m`, or a number of ms. Returns ms, or null when it is none. */
export function parseDuration(value: string | number): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : null;
  const found = /^(\d+(?:\.\d+)?)\s*(ms|s|m)$/.exec(value.trim());
  const factor = found && MS_PER_UNIT.get(found[2] ?? '');
  return found && factor !== null && factor !== undefined ? Number(found[1]) * factor : null;
}

const MS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
]);
