import crypto, { webcrypto } from 'node:crypto';
import type { Prng } from '../../model/prng.ts';
import type { World } from '../world.ts';
import { callBack } from './call-back.ts';
import type { Fake, FakeContext } from './fake.ts';
import { functionAt, isCall, override, overrideEach, undoAll } from './replacement.ts';

/** So many bytes at most are made without asking the original, whose own randomness is thrown away. */
const COMMON_BYTES_MAX = 65_536;

/**
 * Random bytes, numbers and UUIDs of node:crypto and of globalThis.crypto: from the boot's own seeded stream. Keys for HMAC and
 * AES are made of it too.
 */
export const CRYPTO_RANDOM: Fake = {
  meta: {
    id: 'crypto-random',
    title: 'Randomness of crypto',
    description: 'randomBytes, randomInt, randomUUID, randomFill, getRandomValues and secret keys, seeded.',
    source: 'https://nodejs.org/api/crypto.html',
  },
  install(context) {
    return undoAll([
      withBytes(context, 'randomBytes'),
      override(context, crypto, 'randomFillSync', filled(crypto, 'randomFillSync')),
      randomFill(context),
      override(context, webcrypto, 'getRandomValues', filled(webcrypto, 'getRandomValues')),
      randomInt(context),
      override(context, crypto, 'randomUUID', (world) => uuid(world.current().draw, 4)),
      override(context, webcrypto, 'randomUUID', (world) => uuid(world.current().draw, 4)),
      overrideEach(context, crypto, ['randomUUIDv7'], () => (world) => timedUuid(context, world)),
      overrideEach(context, crypto, ['generateKeySync', 'generateKey'], secretKey),
    ]);
  },
};

/** With a callback: at this instant, in an event of its own. The original names what is wrong with the size. */
function withBytes(context: FakeContext, name: string): () => void {
  const real = functionAt(crypto, name);
  return override(context, crypto, name, (world, [size, callback]) => {
    const isCommon = typeof size === 'number' && Number.isInteger(size) && size >= 0 && size <= COMMON_BYTES_MAX;
    const made = isCommon ? Buffer.alloc(size) : Reflect.apply(real, crypto, [size]);
    const bytes = fill(world.current().draw, made);
    if (!isCall(callback)) return bytes;
    return callBack(world, 0, callback, null, bytes);
  });
}

function filled(target: object, name: string) {
  const real = functionAt(target, name);
  return (world: World, args: unknown[]) => {
    Reflect.apply(real, target, args);
    const [view, from, count] = args;
    fill(world.current().draw, view, unitsOf(from), unitsOf(count));
    return view;
  };
}

function randomFill(context: FakeContext): () => void {
  const act = filled(crypto, 'randomFillSync');
  const real = functionAt(crypto, 'randomFill');
  return override(context, crypto, 'randomFill', (world, args, self) => {
    const callback = args.at(-1);
    if (!isCall(callback)) return Reflect.apply(real, self, args);
    return callBack(world, 0, callback, null, act(world, args.slice(0, -1)));
  });
}

function randomInt(context: FakeContext): () => void {
  const real = functionAt(crypto, 'randomInt');
  return override(context, crypto, 'randomInt', (world, args) => {
    const callback = args.at(-1);
    const limits = isCall(callback) ? args.slice(0, -1) : args;
    Reflect.apply(real, crypto, limits);
    const [from, below] = limits.length > 1 ? limits : [0, limits[0]];
    const drawn = world.current().draw.integer(Number(from), Number(below) - 1);
    return isCall(callback) ? callBack(world, 0, callback, null, drawn) : drawn;
  });
}

/** HMAC and AES keys. The original checks the arguments; `length` is in bits, of which only whole bytes count, as in Node. */
function secretKey(name: string) {
  const check = functionAt(crypto, 'generateKeySync');
  return (world: World, args: unknown[]): unknown => {
    const [type, options, callback] = args;
    Reflect.apply(check, crypto, [type, options]);
    const bits = Number(typeof options === 'object' && options !== null ? Reflect.get(options, 'length') : undefined);
    const key = crypto.createSecretKey(seededBytes(world.current().draw, Math.floor(bits / 8)));
    return name === 'generateKey' && isCall(callback) ? callBack(world, 0, callback, null, key) : key;
  };
}

export function seededBytes(draw: Prng, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  fill(draw, bytes);
  return bytes;
}

/** Fills a view, or `count` of its elements, counted from element `from`. Returns it. */
function fill(draw: Prng, view: unknown, from = 0, count?: number): unknown {
  const bytes = bytesOf(view, from, count);
  for (let index = 0; index < bytes.length; ) {
    const word = draw.integer(0, 0xffff_ffff);
    for (let part = 0; part < 4 && index < bytes.length; part += 1, index += 1) bytes[index] = word >>> (8 * part);
  }
  return view;
}

function bytesOf(view: unknown, from: number, count?: number): Uint8Array {
  if (view instanceof ArrayBuffer || view instanceof SharedArrayBuffer) {
    return new Uint8Array(view, from, count ?? view.byteLength - from);
  }
  if (!ArrayBuffer.isView(view)) throw new TypeError('expected a view of bytes');
  const unit: unknown = Reflect.get(view, 'BYTES_PER_ELEMENT');
  const unitBytes = typeof unit === 'number' ? unit : 1;
  const start = from * unitBytes;
  return new Uint8Array(
    view.buffer,
    view.byteOffset + start,
    count === undefined ? view.byteLength - start : count * unitBytes,
  );
}

function unitsOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function uuid(draw: Prng, version: number, head = ''): string {
  const hex = (head + Buffer.from(seededBytes(draw, 16)).toString('hex')).slice(0, 32);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    version + hex.slice(13, 16),
    variant + hex.slice(17, 20),
    hex.slice(20),
  ];
  return parts.join('-');
}

/** Version 7 begins with the time. */
function timedUuid(context: FakeContext, world: World): string {
  return uuid(world.current().draw, 7, context.clock.now.toString(16).padStart(12, '0'));
}
