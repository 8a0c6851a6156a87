import type { World } from '../world.ts';
import type { FakeContext } from './fake.ts';

/** A function of the platform as a fake sees it: whatever it is given, whatever it returns. */
export type Call = (this: unknown, ...args: unknown[]) => unknown;

export function isCall(value: unknown): value is Call {
  return typeof value === 'function';
}

/** The function that stands there now. Throws when there is none. */
export function functionAt(target: object, name: PropertyKey): Call {
  const found: unknown = Reflect.get(target, name);
  if (!isCall(found)) throw new Error(`expected a function at '${String(name)}', got ${typeof found}`);
  return found;
}

/** The object that stands there now. Throws when there is none. */
export function objectAt(target: object, name: PropertyKey): object {
  const found: unknown = Reflect.get(target, name);
  if ((typeof found !== 'object' && typeof found !== 'function') || found === null) {
    throw new Error(`expected an object at '${String(name)}', got ${typeof found}`);
  }
  return found;
}

/** Puts `descriptor` there; what comes back puts there again what was there before, down to the descriptor. */
export function define(target: object, name: PropertyKey, descriptor: PropertyDescriptor): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  const enumerable = before?.enumerable ?? true;
  Object.defineProperty(target, name, { enumerable, ...descriptor, configurable: true });
  return () => {
    if (before === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, before);
  };
}

/** Replaces one function or value. */
export function replace(target: object, name: PropertyKey, value: unknown): () => void {
  return define(target, name, { value, writable: true });
}

/** All undone in the reverse order. */
export function undoAll(undo: readonly (() => void)[]): () => void {
  return () => {
    for (const one of undo.toReversed()) one();
  };
}

/**
 * Replaces a function by `act` while a run is going on; the original answers otherwise. It keeps the original's name, length
 * and own properties (util.promisify's symbol is one).
 */
export function override(
  context: FakeContext,
  target: object,
  name: PropertyKey,
  act: (world: World, args: unknown[], self: unknown) => unknown,
): () => void {
  const real = functionAt(target, name);
  const fake = function (this: unknown, ...args: unknown[]): unknown {
    const world = context.world();
    return world === null ? Reflect.apply(real, this, args) : act(world, args, this);
  };
  return replace(target, name, dressed(fake, real));
}

/** Replaces every one of these functions that the running Node knows. */
export function overrideEach(
  context: FakeContext,
  target: object,
  names: readonly string[],
  act: (name: string, real: Call) => (world: World, args: unknown[], self: unknown) => unknown,
): () => void {
  const known = names.filter((name) => isCall(Reflect.get(target, name)));
  return undoAll(known.map((name) => override(context, target, name, act(name, functionAt(target, name)))));
}

/**
 * Replaces a constructor while a run is going on. The fake shares prototype and statics with the original, so `instanceof`
 * holds whichever of the two made the object. `make` gets the class that is being built, which may be a subclass.
 */
export function overrideClass(
  context: FakeContext,
  target: object,
  name: PropertyKey,
  make: (world: World, args: unknown[], newTarget: Call | undefined, real: Call) => unknown,
): () => void {
  const real = functionAt(target, name);
  const fake = function (this: unknown, ...args: unknown[]): unknown {
    const world = context.world();
    // Nobody's subclass: the original makes its own many times faster than somebody else's.
    if (world !== null) return make(world, args, new.target === fake ? real : new.target, real);
    return new.target === undefined ? Reflect.apply(real, this, args) : construct(real, args, new.target);
  };
  const prototype: unknown = Reflect.get(real, 'prototype');
  Object.defineProperty(fake, 'prototype', { value: prototype, writable: false });
  const undo = [replace(target, name, dressed(fake, real))];
  if (typeof prototype === 'object' && prototype !== null && Object.hasOwn(prototype, 'constructor')) {
    undo.push(replace(prototype, 'constructor', fake));
  }
  return undoAll(undo);
}

export function construct(real: Call, args: unknown[], newTarget: Call = real): object {
  const made: unknown = Reflect.construct(real, args, newTarget);
  if (typeof made !== 'object' || made === null) throw new Error('a constructor made no object');
  return made;
}

function dressed(fake: Call, real: Call): Call {
  for (const key of Reflect.ownKeys(real)) {
    const descriptor = Object.getOwnPropertyDescriptor(real, key);
    if (key !== 'prototype' && descriptor !== undefined) Object.defineProperty(fake, key, descriptor);
  }
  return fake;
}
