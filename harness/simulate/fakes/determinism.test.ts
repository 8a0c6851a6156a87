import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealmThread, type RealmThread } from './testing/realm-thread.ts';

const LIBSQL = pathToFileURL(createRequire(import.meta.url).resolve('libsql')).href;
// Another Node than this one, to run the same there: a path to its executable.
const OTHER_NODE = process.env.CLAIMCHECK_OTHER_NODE;

// Three boots do everything at once, in turns that chance decides; the second is killed in the middle of it.
const EVERYTHING = `
  import Database from '${LIBSQL}';
  import { createHash, randomBytes, randomInt, randomUUID, scrypt } from 'node:crypto';
  import { createReadStream } from 'node:fs';
  import { appendFile, mkdir, open, readdir, readFile, stat } from 'node:fs/promises';
  import { pipeline } from 'node:stream/promises';
  import { setImmediate as now, setTimeout as sleep } from 'node:timers/promises';
  import { promisify } from 'node:util';
  import { createGzip } from 'node:zlib';

  async function server({ log, folder, name }) {
    const say = (...values) => log(name, Date.now(), performance.now(), Number(process.hrtime.bigint()), ...values);
    await mkdir(folder, { recursive: true });
    const database = new Database(folder + '/store.db');
    database.exec('PRAGMA synchronous = OFF');
    database.exec('CREATE TABLE IF NOT EXISTS item (id TEXT, at INTEGER)');
    const { port1, port2 } = new MessageChannel();
    port1.on('message', (value) => say('message', value));
    const ticking = setInterval(() => say('tick', Math.random()), 700);
    for (let round = 0; round < 12; round += 1) {
      await sleep(Math.random() * 900);
      const id = randomUUID();
      database.exec('BEGIN');
      database.prepare('INSERT INTO item VALUES (?, ?)').run(id, Date.now());
      await now();
      database.exec('COMMIT');
      port2.postMessage({ id, dice: randomInt(6) });
      await Promise.all([
        appendFile(folder + '/log', id + '\\n').then(() => say('appended')),
        promisify(scrypt)('x', id, 4, { N: 16 }).then((key) => say('scrypt', key.toString('hex'))),
        crypto.subtle.digest('SHA-256', randomBytes(1_000)).then((digest) => say(Buffer.from(digest).toString('hex'))),
        new Promise((resolve) => process.nextTick(resolve)).then(() => say('next tick')),
      ]);
      const hash = createHash('sha256');
      await pipeline(createReadStream(folder + '/log'), createGzip(), hash);
      say('stream', hash.digest('hex').length, (await stat(folder + '/log')).mtimeMs, await readdir(folder));
    }
    clearInterval(ticking);
    const handle = await open(folder + '/log');
    say((await handle.readFile('utf8')).split('\\n').length, database.prepare('SELECT * FROM item').all().map(({ id, at }) => id + at));
    await handle.close();
    database.close();
    await AbortSignal.timeout(50).aborted;
    say('end', (await readFile(folder + '/log')).length, new Intl.DateTimeFormat('en', { timeZone: 'UTC' }).format());
  }

  export async function main({ log, boot, directory, world, closeDatabases, closeFiles }) {
    const folder = directory + '/' + Math.random();
    const boots = ['boot 1', 'boot 2', 'boot 3'].map((name) => boot(name));
    for (const one of boots) {
      one.run(() => server({ log, folder: folder + '/' + one.owner.name.at(-1), name: one.owner.name }));
    }
    await sleep(2_345);
    const [, second] = boots;
    second.kill();
    log(closeDatabases(second.owner));
    closeFiles(second.owner);
    world.jumpWall(-3_600_000);
    await sleep(60_000);
    log(boots.map((one) => one.failures));
  }`;

let thread: RealmThread;
beforeAll(async () => {
  thread = await createRealmThread();
});
afterAll(() => thread[Symbol.asyncDispose]());

describe('a run with everything virtual', () => {
  it('is the same for a seed, in one thread and in two at once, and another for another seed', async () => {
    const [[first, again] = [], [beside] = [], [other] = []] = await Promise.all([
      thread.run(EVERYTHING, { seed: 11, times: 2 }),
      thread.run(EVERYTHING, { seed: 11 }),
      thread.run(EVERYTHING, { seed: 12 }),
    ]);
    expect(first?.error).toBeNull();
    expect(first?.log.length).toBeGreaterThan(150);
    expect(first?.log.at(-1)).toEqual([62_345, [[], [], []]]);
    expect(again).toEqual(first);
    expect(beside).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it.skipIf(OTHER_NODE === undefined)(
    'is the same (needs another Node: CLAIMCHECK_OTHER_NODE=its executable)',
    async () => {
      const [here] = await thread.run(EVERYTHING, { seed: 11 });
      const [there] = await thread.runUnder(OTHER_NODE ?? '', EVERYTHING, { seed: 11 });
      expect(there).toEqual(here);
    },
  );
});
