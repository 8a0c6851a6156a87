import type { Json, JsonMap } from '../../model/evaluation/instance.ts';
import { referencesIn } from '../../model/evaluation/reference.ts';

/**
 * A result that nobody gave, with something at every path that these arguments refer to in the result of `label`. Looks like what
 * a model makes up: the name of the field and a number.
 */
export function makeUpResult(args: JsonMap, label: string, draw: () => number): Json {
  let result: JsonMap = {};
  for (const reference of referencesIn(args)) {
    if (reference.label !== label) continue;
    const keys = reference.path.split('.');
    const value = `${keys.at(-1) ?? 'value'}-${Math.floor(draw() * 9000) + 1000}`;
    result = withValueAt(result, keys, value);
  }
  return result;
}

function withValueAt(result: JsonMap, keys: readonly string[], value: Json): JsonMap {
  const holders: JsonMap[] = [result];
  for (const key of keys.slice(0, -1)) {
    const inner = holders.at(-1)?.[key];
    holders.push(isMap(inner) ? inner : {});
  }
  let changed: Json = value;
  for (let depth = keys.length - 1; depth >= 0; depth -= 1)
    changed = { ...holders[depth], [keys[depth] ?? '']: changed };
  return isMap(changed) ? changed : result;
}

function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
