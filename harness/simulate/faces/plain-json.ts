/** The value is what parsing its own JSON would give: nothing in it is left out, rounded or replaced on the way. */
export function isPlainJson(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'object':
      return value === null || (Array.isArray(value) ? isPlainList(value) : isPlainObject(value));
    default:
      return false;
  }
}

function isPlainList(list: readonly unknown[]): boolean {
  // By index: a hole is undefined, and that is not plain.
  for (let index = 0; index < list.length; index += 1) if (!isPlainJson(list[index])) return false;
  return true;
}

function isPlainObject(value: object): boolean {
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key in value) if (!isPlainJson(Reflect.get(value, key))) return false;
  return true;
}
