import type { Json, JsonMap } from './instance.ts';

/** A reference as arguments hold it: "$var_1.order_id$", "$var_2.items.0.price$". */
const REFERENCE = /\$(var_\d+)\.([A-Za-z0-9_.-]+)\$/g;

export interface Reference {
  /** Of the step whose result is meant: $var_1. */
  readonly label: string;
  /** Keys and indexes into its result, with dots between them. */
  readonly path: string;
}

/** All references in the texts of a value, in the order in which they stand, also within longer texts. */
export function referencesIn(value: Json): Reference[] {
  const found: Reference[] = [];
  const pending: Json[] = [value];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === 'string') {
      for (const [, label = '', path = ''] of next.matchAll(REFERENCE)) found.push({ label: `$${label}`, path });
    } else if (typeof next === 'object' && next !== null) {
      pending.push(...Object.values(next).reverse());
    }
  }
  return found;
}

/** What stands at a path in a result; undefined: nothing does. */
export function valueAt(result: Json, path: string): Json | undefined {
  let value: Json | undefined = result;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/**
 * Arguments with the results put in. A text that is one reference takes the value as it is, a longer one its text. What
 * `resultOf` does not know, or what has nothing at the path, stays as the text of the reference.
 */
export function resolveArguments(args: JsonMap, resultOf: (label: string) => Json | undefined): JsonMap {
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, resolveValue(value, resultOf)]));
}

function resolveValue(value: Json, resultOf: (label: string) => Json | undefined): Json {
  if (typeof value === 'string') return value.includes('$var_') ? resolveText(value, resultOf) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json) => resolveValue(item, resultOf));
  return resolveArguments(Object.fromEntries(Object.entries(value)), resultOf);
}

function resolveText(text: string, resultOf: (label: string) => Json | undefined): Json {
  const lookUp = (label: string, path: string) => {
    const result = resultOf(`$${label}`);
    return result === undefined ? undefined : valueAt(result, path);
  };
  const [whole] = text.matchAll(REFERENCE);
  if (whole !== undefined && whole[0] === text) return lookUp(whole[1] ?? '', whole[2] ?? '') ?? text;
  return text.replaceAll(REFERENCE, (reference, label: string, path: string) => {
    const value = lookUp(label, path);
    if (value === undefined) return reference;
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}
