import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealmThread, type RealmThread } from './testing/realm-thread.ts';

let thread: RealmThread;
beforeAll(async () => {
  thread = await createRealmThread();
});
afterAll(() => thread[Symbol.asyncDispose]());

describe('date', () => {
  it('is the virtual wall clock, which jumps; dates stay dates', async () => {
    const [trace] = await thread.run(`
      import { types } from 'node:util';
      export async function main({ log, world, real }) {
        const date = new Date();
        log(date.toISOString(), Date.now() === +date, typeof Date(), Date().includes('2030'));
        log(date instanceof Date, date instanceof real.Date, types.isDate(date), date.constructor === Date);
        log(new Date(0).toISOString(), new Date('2020-02-02').getUTCDate(), Date.UTC(1970, 0, 2), Date.length);
        class Own extends Date { plus() { return this.getTime() + 1; } }
        log(new Own().plus() - Date.now());
        await new Promise((resolve) => setTimeout(resolve, 1500));
        const format = new Intl.DateTimeFormat('en', { timeZone: 'UTC', timeStyle: 'medium' });
        log(new Date().toISOString(), format.format(), format.formatToParts()[0].value, format.format === format.format);
        log(format.format(0), ['x', 'y'].map(() => 0).map(format.format).length);
        world.jumpWall(-7_200_000);
        log(new Date().toISOString());
      }`);
    expect(trace?.log).toEqual([
      [0, '2030-01-01T00:00:00.000Z', true, 'string', true],
      [0, true, true, true, true],
      [0, '1970-01-01T00:00:00.000Z', 2, 86_400_000, 7],
      [0, 1],
      [1500, '2030-01-01T00:00:01.500Z', expect.stringMatching(/^12:00:01.AM$/), '12', true],
      [1500, expect.stringMatching(/^12:00:00.AM$/), 2],
      [1500, '2029-12-31T22:00:01.500Z'],
    ]);
  });
});

describe('random', () => {
  it("is each boot's own stream: the same for a seed, another for another", async () => {
    const program = `
      export async function main({ log, boot }) {
        for (const name of ['boot 1', 'boot 2']) {
          const one = boot(name);
          one.run(() => log(Math.random(), Math.random()));
        }
        log(Math.random());
        await new Promise((resolve) => setTimeout(resolve, 1));
      }`;
    const [[first, second] = [], [other] = []] = await Promise.all([
      thread.run(program, { seed: 7, times: 2 }),
      thread.run(program, { seed: 8 }),
    ]);
    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
    expect(new Set(first?.log.flat()).size).toBe(6);
  });
});

describe('performance and process time', () => {
  it('are monotonic in virtual time: a clock jump does not move them', async () => {
    const [trace] = await thread.run(`
      import perfHooks, { performance as named } from 'node:perf_hooks';
      import { hrtime, uptime } from 'node:process';
      export async function main({ log, world }) {
        const since = hrtime();
        performance.mark('a');
        await new Promise((resolve) => setTimeout(resolve, 2_500));
        world.jumpWall(3_600_000);
        log(performance.now(), named.now(), performance === named, uptime(), process.uptime());
        log(hrtime(since), hrtime.bigint() - process.hrtime.bigint() === 0n, Number(process.hrtime.bigint()));
        log(performance.measure('b', 'a').duration, performance.measure('c', { start: 500 }).duration);
        log(performance.measure('d').duration, performance.mark('e').startTime);
        log(new Date(performance.timeOrigin).toISOString());
      }`);
    expect(trace).toEqual({
      error: null,
      log: [
        [2500, 2500, 2500, true, 2.5, 2.5],
        [2500, [2, 500_000_000], true, 2_500_000_000],
        [2500, 2500, 2000],
        [2500, 2500, 2500],
        [2500, '2030-01-01T00:00:00.000Z'],
      ],
    });
  });
});

const RANDOM_PROGRAM = `
  import crypto, { randomBytes, randomInt, randomUUID, randomFill, randomFillSync, getRandomValues, webcrypto, generateKeySync } from 'node:crypto';
  import { promisify } from 'node:util';
  export async function main({ log }) {
    log(randomBytes(9).toString('hex'), (await promisify(randomBytes)(4)).length, randomBytes(0).length);
    log(randomInt(10), randomInt(-5, 2 ** 40), await promisify(randomInt)(3));
    log(randomUUID(), crypto.randomUUID({ disableEntropyCache: true }), globalThis.crypto.randomUUID(), crypto === webcrypto);
    log([...getRandomValues(new Uint16Array(3))], [...globalThis.crypto.getRandomValues(new Uint8Array(2))]);
    log([...webcrypto.getRandomValues(new Uint32Array(2))]);
    log([...randomFillSync(new Uint8Array(6), 2, 3)]);
    await new Promise((resolve) => randomFill(Buffer.alloc(4), (error, filled) => { log(error, [...filled]); resolve(); }));
    log(generateKeySync('aes', { length: 128 }).export().toString('hex'));
    const key = await globalThis.crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, ['sign']);
    log(Buffer.from(await globalThis.crypto.subtle.exportKey('raw', key)).toString('hex'));
    for (const wrong of [() => randomBytes(-1), () => randomInt(5, 1), () => getRandomValues(new Float32Array(1))]) {
      try { wrong(); } catch (error) { log(error.code ?? error.name); }
    }
  }`;

describe('crypto-random', () => {
  it('is the same for a seed and another for another, through every door', async () => {
    const [[first, second] = [], [other] = []] = await Promise.all([
      thread.run(RANDOM_PROGRAM, { seed: 7, times: 2 }),
      thread.run(RANDOM_PROGRAM, { seed: 8 }),
    ]);
    expect(first?.error).toBeNull();
    expect(second).toEqual(first);
    expect(other?.log.slice(0, 9).filter((line, index) => `${line}` === `${first?.log[index]}`)).toEqual([]);
    const [bytes, numbers, uuids, , , part, , aes, hmac, ...errors] = first?.log ?? [];
    expect(bytes).toEqual([0, expect.stringMatching(/^[0-9a-f]{18}$/), 4, 0]);
    expect(numbers).toEqual([0, expect.any(Number), expect.any(Number), expect.any(Number)]);
    const version4 = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuids).toEqual([0, version4, version4, version4, false]);
    expect(part).toEqual([0, [0, 0, expect.any(Number), expect.any(Number), expect.any(Number), 0]]);
    expect(aes).toEqual([0, expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(hmac).toEqual([0, expect.stringMatching(/^[0-9a-f]{128}$/)]);
    expect(errors).toEqual([
      [0, 'ERR_OUT_OF_RANGE'],
      [0, 'ERR_OUT_OF_RANGE'],
      [0, 17],
    ]);
  });
});

describe('background-work', () => {
  it('reads blobs and compiles WebAssembly while virtual time stands still, in the boot that asked', async () => {
    const [trace] = await thread.run(`
      export async function main({ log, boot, world }) {
        const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
        const first = boot('boot 1');
        first.run(async () => {
          const blob = new Blob(['some ', 'text']);
          log(await blob.text(), (await blob.arrayBuffer()).byteLength, world.current().name);
          log(await new Response(blob.stream()).text(), world.current().name);
          log((await WebAssembly.instantiate(empty)).instance instanceof WebAssembly.Instance, world.current().name);
        });
        const ticking = setInterval(() => {}, 1);
        await new Promise((resolve) => setTimeout(resolve, 100));
        clearInterval(ticking);
        log(first.failures);
      }`);
    expect(trace).toEqual({
      error: null,
      log: [
        [0, 'some text', 9, 'boot 1'],
        [0, 'some text', 'boot 1'],
        [0, true, 'boot 1'],
        [100, []],
      ],
    });
  });

  it('loads modules in the middle of a run', async () => {
    const [trace] = await thread.run(`
      import { writeFileSync } from 'node:fs';
      import { pathToFileURL } from 'node:url';
      export async function main({ log, world, directory }) {
        const file = directory + '/late.mjs';
        writeFileSync(file, "import { setTimeout as named } from 'node:timers'; export const isFake = named === setTimeout;");
        setInterval(() => {}, 1);
        const { isFake } = await world.outside(import(pathToFileURL(file).href));
        log(isFake);
      }`);
    expect(trace).toEqual({ error: null, log: [[0, true]] });
  });
});

describe('crypto-threads and compression', () => {
  it('give the true results, in the order they were asked for, at the instant they were asked', async () => {
    const [trace] = await thread.run(`
      import { scrypt, pbkdf2, hkdf, scryptSync, pbkdf2Sync, sign, createHmac } from 'node:crypto';
      import { gzip, gunzip, gunzipSync, createGzip, createGunzip } from 'node:zlib';
      import { promisify } from 'node:util';
      import { pipeline } from 'node:stream/promises';
      import { Readable } from 'node:stream';
      export async function main({ log, boot }) {
        setTimeout(() => log('a millisecond later'), 1);
        const { subtle } = globalThis.crypto;
        const slow = subtle.digest('SHA-512', new Uint8Array(20_000_000)).then(() => log('slow digest'));
        const fast = subtle.digest('SHA-256', new Uint8Array(1)).then(() => log('fast digest'));
        scrypt('a', 'b', 8, (error, key) => log('scrypt', key.equals(scryptSync('a', 'b', 8))));
        pbkdf2('a', 'b', 10, 8, 'sha256', (error, key) => log('pbkdf2', key.equals(pbkdf2Sync('a', 'b', 10, 8, 'sha256'))));
        hkdf('sha256', 'a', 'b', 'c', 8, (error, key) => log('hkdf', key.byteLength));
        gzip('text', (error, data) => log('gzip', gunzipSync(data).toString()));
        gunzip(Buffer.from('no gzip'), (error) => log('gunzip', error.code));
        await Promise.all([slow, fast]);
        const chunks = [];
        const input = Array.from({ length: 50 }, (_, index) => Buffer.alloc(10_000, index));
        await pipeline(Readable.from(input), createGzip(), createGunzip(), async (source) => {
          for await (const chunk of source) chunks.push(chunk);
        });
        log('stream', Buffer.concat(chunks).equals(Buffer.concat(input)));
        const broken = createGunzip();
        broken.on('error', (error) => log('broken', error.code));
        broken.end('no gzip');
        await new Promise((resolve) => setTimeout(resolve, 5));
      }`);
    expect(trace?.error).toBeNull();
    expect(trace?.log.toSorted()).toEqual(
      [
        [0, 'gunzip', 'Z_DATA_ERROR'],
        [0, 'gzip', 'text'],
        [0, 'hkdf', 8],
        [0, 'pbkdf2', true],
        [0, 'scrypt', true],
        [0, 'slow digest'],
        [0, 'fast digest'],
        [0, 'stream', true],
        [0, 'broken', 'Z_DATA_ERROR'],
        [1, 'a millisecond later'],
      ].toSorted(),
    );
    const order = trace?.log.flat().filter((one) => /digest/.test(String(one)));
    expect(order).toEqual(['slow digest', 'fast digest']);
  });

  it('end the run where randomness cannot be seeded', async () => {
    const errors = await Promise.all(
      [
        "crypto.generateKeyPairSync('ed25519')",
        "crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])",
        "crypto.createECDH('prime256v1').generateKeys()",
        "crypto.sign('sha256', 'x', KEY)",
        "crypto.createSign('sha256').update('x').sign(KEY)",
      ].map(async (call) => {
        const [trace] = await thread.run(`
          import crypto from 'node:crypto';
          const KEY = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
          export async function main() { try { await ${call}; } catch {} }`);
        return trace?.error?.replace(/: randomness that .*$/, '');
      }),
    );
    expect(errors).toEqual([
      'crypto.generateKeyPairSync',
      'crypto.subtle.generateKey(ECDSA)',
      'ECDH.generateKeys',
      'crypto.sign',
      'Sign.sign',
    ]);
  });

  it('sign with keys whose signatures are the same each time', async () => {
    const [trace] = await thread.run(`
      import crypto from 'node:crypto';
      const pair = crypto.generateKeyPairSync('ed25519');
      export async function main({ log }) {
        const signature = crypto.sign(null, Buffer.from('x'), pair.privateKey);
        log(crypto.verify(null, Buffer.from('x'), pair.publicKey, signature));
        crypto.verify(null, Buffer.from('x'), pair.publicKey, signature, (error, isGood) => log(isGood));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }`);
    expect(trace).toEqual({
      error: null,
      log: [
        [0, true],
        [0, true],
      ],
    });
  });
});
