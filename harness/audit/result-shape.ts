import { isObject } from '../wire/json-rpc.ts';

/**
 * Two values have the same kinds of things in the same places: two runs of the same work, with other times and numbers in them.
 * Lists are compared by what their entries are, not by how many there are.
 */
export function sameShape(one: unknown, other: unknown): boolean {
  return shapeOf(one) === shapeOf(other);
}

const DEPTH_MAX = 3; // Below, work has its own business.

function shapeOf(value: unknown, depth = 0): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map((entry) => shapeOf(entry, depth + 1)))].sort().join()}]`;
  if (!isObject(value)) return value === null ? 'null' : typeof value;
  if (depth >= DEPTH_MAX) return 'object';
  const fields = Object.keys(value)
    .sort()
    .map((key) => `${key}:${shapeOf(value[key], depth + 1)}`);
  return `{${fields.join()}}`;
}
