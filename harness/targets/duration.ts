/**
 * A length of time as people write it: `600ms`, `10s`, `2m`, `1.5h`, a zero without a unit, or a number of ms. Every option and every
 * key that takes one is read here. Returns ms, or null when it is none: a text without a unit could mean seconds or milliseconds.
 */
export function parseDuration(value: string | number): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : null;
  if (value.trim() === '0') return 0;
  const found = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/.exec(value.trim());
  const factor = found && MS_PER_UNIT.get(found[2] ?? '');
  return found && factor !== null && factor !== undefined ? Number(found[1]) * factor : null;
}

const MS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);
