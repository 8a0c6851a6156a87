/** How deep a message may be nested: everything that reads a value calls itself for each level, and a stack has an end. */

/** Lists and objects inside each other; calls of tools have a handful. */
export const DEPTH_MAX = 200;

/** Looks at the value level by level, so that it needs no stack itself. `characters`: how long it was as text. */
export function isTooDeep(value: unknown, characters: number): boolean {
  // Each level takes two characters: most messages are settled by their length.
  if (characters <= 2 * DEPTH_MAX) return false;
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === DEPTH_MAX) return true;
    level = level.flatMap(innerOf);
  }
  return false;
}

function innerOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return (Array.isArray(value) ? value : Object.values(value)).filter(
    (inner) => typeof inner === 'object' && inner !== null,
  );
}
