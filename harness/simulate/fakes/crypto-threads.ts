import crypto, { webcrypto } from 'node:crypto';
import type { World } from '../world.ts';
import { callBack } from './call-back.ts';
import { seededBytes } from './crypto-random.ts';
import type { Fake, FakeContext } from './fake.ts';
import { refuse } from './refusal.ts';
import { type Call, functionAt, isCall, override, overrideEach, undoAll } from './replacement.ts';

// Same input, same output, but the thread pool finishes when it likes: the synchronous twin is called instead.
const WITH_TWIN = ['scrypt', 'pbkdf2', 'hkdf', 'argon2', 'checkPrime'];
// Without a callback they are synchronous themselves.
const OWN_TWIN = ['sign', 'verify', 'diffieHellman', 'decapsulate'];
const SUBTLE = [
  'decrypt',
  'verify',
  'digest',
  'deriveKey',
  'deriveBits',
  'importKey',
  'exportKey',
  'wrapKey',
  'unwrapKey',
  'getPublicKey',
  'decapsulateBits',
  'decapsulateKey',
];

/**
 * What node:crypto and crypto.subtle compute in the thread pool comes back at this instant of virtual time. What draws randomness that
 * cannot be seeded (key pairs, primes, signatures by ECDSA, DSA and PSS, public-key encryption) ends the run.
 */
export const CRYPTO_THREADS: Fake = {
  meta: {
    id: 'crypto-threads',
    title: 'Computations of crypto',
    description:
      'scrypt, pbkdf2, hkdf and crypto.subtle come back in virtual time; unseedable randomness ends the run.',
    source: 'https://nodejs.org/api/webcrypto.html',
  },
  install(context) {
    const { subtle } = webcrypto;
    const importKey = functionAt(subtle, 'importKey');
    return undoAll([
      overrideEach(context, crypto, WITH_TWIN, (name, real) => {
        const twin = functionAt(crypto, `${name}Sync`);
        return (world, args, self) => {
          const callback = args.at(-1);
          if (!isCall(callback)) return Reflect.apply(real, self, args);
          return callBack(world, 0, callback, null, Reflect.apply(twin, self, args.slice(0, -1)));
        };
      }),
      overrideEach(context, crypto, OWN_TWIN, (name, real) => (world, args, self) => {
        if (name === 'sign') mustBeRepeatable(world, 'crypto.sign', args[2]);
        const callback = args.at(-1);
        if (!isCall(callback)) return Reflect.apply(real, self, args);
        return callBack(world, 0, callback, null, Reflect.apply(real, self, args.slice(0, -1)));
      }),
      override(context, crypto.Sign.prototype, 'sign', signing(functionAt(crypto.Sign.prototype, 'sign'))),
      overrideEach(context, subtle, SUBTLE, (_name, real) => (world, args) => outside(world, real, args)),
      overrideEach(context, subtle, ['sign', 'encrypt'], (name, real) => (world, args) => {
        if (/^(ecdsa|rsa-pss|rsa-oaep)$/i.test(algorithmOf(args[0]))) refuseChance(world, `crypto.subtle.${name}`);
        return outside(world, real, args);
      }),
      override(context, subtle, 'generateKey', subtleKey(importKey)),
      refusals(context),
    ]);
  },
};

function outside(world: World, real: Call, args: unknown[]): Promise<unknown> {
  return world.outside(Promise.resolve(Reflect.apply(real, webcrypto.subtle, args)));
}

function signing(real: Call) {
  return (world: World, args: unknown[], self: unknown) => {
    mustBeRepeatable(world, 'Sign.sign', args[0]);
    return Reflect.apply(real, self, args);
  };
}

/** Signatures by RSA (PKCS #1) and Ed25519 are the same each time; by ECDSA, DSA and PSS they are not. */
function mustBeRepeatable(world: World, call: string, given: unknown): void {
  const options = typeof given === 'object' && given !== null && 'key' in given ? given : {};
  const key = keyObjectOf('key' in options && !(given instanceof crypto.KeyObject) ? options.key : given, given);
  const padding: unknown = Reflect.get(options, 'padding');
  const isRandom = /^(ec|dsa|rsa-pss)$/.test(key?.asymmetricKeyType ?? '');
  if (isRandom || padding === crypto.constants.RSA_PKCS1_PSS_PADDING) refuseChance(world, call);
}

/** null: not a key; the call itself says so. */
function keyObjectOf(key: unknown, given: unknown): crypto.KeyObject | null {
  if (key instanceof crypto.KeyObject) return key;
  try {
    const made: unknown = Reflect.apply(crypto.createPrivateKey, crypto, [given]);
    return made instanceof crypto.KeyObject ? made : null;
  } catch {
    return null;
  }
}

const BLOCK_BITS: Readonly<Record<string, number>> = { 'SHA-1': 512, 'SHA-256': 512, 'SHA-384': 1024, 'SHA-512': 1024 };

/** HMAC and AES keys are made of seeded bytes. */
function subtleKey(importKey: Call) {
  return (world: World, [algorithm, extractable, usages]: unknown[]): Promise<unknown> => {
    const name = algorithmOf(algorithm);
    const asked: object = typeof algorithm === 'object' && algorithm !== null ? algorithm : { name };
    if (!/^(hmac|aes-)/i.test(name)) return refuseChance(world, `crypto.subtle.generateKey(${name})`);
    const block = BLOCK_BITS[algorithmOf(Reflect.get(asked, 'hash')).toUpperCase()] ?? 512;
    const bits: unknown = Reflect.get(asked, 'length') ?? block;
    const bytes = seededBytes(world.current().draw, Math.ceil(Number(bits) / 8));
    return outside(world, importKey, ['raw', bytes, asked, extractable, usages]);
  };
}

function algorithmOf(algorithm: unknown): string {
  if (typeof algorithm === 'object' && algorithm !== null) return String(Reflect.get(algorithm, 'name'));
  return String(algorithm);
}

function refusals(context: FakeContext): () => void {
  const group = (target: object, owner: string, names: readonly string[]) =>
    overrideEach(context, target, names, (name) => (world) => refuseChance(world, `${owner}.${name}`));
  const drawn = ['generateKeyPair', 'generateKeyPairSync', 'generatePrime', 'generatePrimeSync', 'encapsulate'];
  const primes = functionAt(crypto, 'createDiffieHellman');
  return undoAll([
    group(crypto, 'crypto', [...drawn, 'publicEncrypt']),
    group(webcrypto.subtle, 'crypto.subtle', ['encapsulateBits', 'encapsulateKey']),
    group(crypto.ECDH.prototype, 'ECDH', ['generateKeys']),
    group(crypto.DiffieHellman.prototype, 'DiffieHellman', ['generateKeys']),
    group(Object.getPrototypeOf(crypto.createDiffieHellmanGroup('modp14')), 'DiffieHellmanGroup', ['generateKeys']),
    override(context, crypto, 'createDiffieHellman', (world, args, self) => {
      if (typeof args[0] === 'number') refuseChance(world, 'crypto.createDiffieHellman');
      return Reflect.apply(primes, self, args);
    }),
  ]);
}

function refuseChance(world: World, call: string): never {
  return refuse(world, call, 'randomness that cannot be seeded (give the server a fixed key in tests)');
}
