import Module, { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { enterRealm } from './realm.ts';

const require = createRequire(import.meta.url);
// None of them is faked: aliases, what cannot be loaded everywhere, and domain (repl loads it), which changes how listeners are added.
const LEFT_OUT = /^_|^(punycode|sys|test|wasi|trace_events|domain|repl)|^node:(test|sea|sqlite)/;

describe('a realm', () => {
  it('changes the platform when it is entered and puts back every property when it is left', () => {
    // Globals that are made when they are first looked at.
    for (const key of Reflect.ownKeys(globalThis)) Reflect.get(globalThis, key);
    const before = platform();
    const realm = enterRealm();
    const within = platform();
    realm.leave();
    const after = platform();
    const changed = differences(before, within);
    for (const name of [
      'globalThis.setTimeout',
      'globalThis.Date',
      'fs.readFile',
      'process.env',
      'crypto.randomBytes',
    ]) {
      expect(changed).toContain(name);
    }
    expect(differences(before, after)).toEqual([]);
  });

  it('leaves the originals in charge as long as no run was begun', async () => {
    const realm = enterRealm();
    try {
      const from = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(performance.now() - from).toBeGreaterThan(3);
      expect(new Date().getFullYear()).toBeGreaterThan(2020);
    } finally {
      realm.leave();
    }
  });
});

type Properties = ReadonlyMap<string, PropertyDescriptor>;

/** Every property of the globals, of the node: modules, and of what both export and its prototypes. */
function platform(): Properties {
  const found = new Map<string, PropertyDescriptor>();
  const seen = new Set<object>();
  const pending: { readonly name: string; readonly value: unknown; readonly depth: number }[] = [
    { name: 'globalThis', value: globalThis, depth: 0 },
    ...Module.builtinModules
      .filter((name) => !LEFT_OUT.test(name))
      .map((name) => ({ name, value: require(name), depth: 0 })),
  ];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const { name, value, depth } = next;
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) continue;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) {
      const descriptor = Object.getOwnPropertyDescriptor(value, key);
      if (descriptor === undefined) continue;
      const path = `${name}.${String(key)}`;
      // Grows whenever a module of the platform is loaded for the first time.
      if (path.startsWith('process.moduleLoadList.')) continue;
      found.set(path, descriptor);
      if (depth < 2) pending.push({ name: path, value: descriptor.value, depth: depth + 1 });
    }
  }
  for (const event of ['unhandledRejection', 'uncaughtException']) {
    found.set(`listeners of ${event}`, { value: process.rawListeners(event).length });
  }
  return found;
}

function differences(one: Properties, other: Properties): string[] {
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names].filter((name) => {
    const [a, b] = [one.get(name), other.get(name)];
    if (a === undefined || b === undefined) return true;
    const isSame = (['value', 'get', 'set', 'writable', 'enumerable', 'configurable'] as const).every((part) =>
      Object.is(a[part], b[part]),
    );
    return !isSame;
  });
}
