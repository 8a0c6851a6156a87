import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealmThread, type RealmThread } from './testing/realm-thread.ts';

const LIBSQL = pathToFileURL(createRequire(import.meta.url).resolve('libsql')).href;
// Another Node than this one, to run the same there: a path to its executable.
const OTHER_NODE = process.env.CLAIMCHECK_OTHER_NODE;

let thread: RealmThread;
beforeAll(async () => {
  thread = await createRealmThread();
});
afterAll(() => thread[Symbol.asyncDispose]());

const KILLED_IN_A_TRANSACTION = `
  export async function main({ log, boot, directory, closeDatabases }) {
    const path = directory + '/' + Math.random() + '.db';
    const open = () => { const database = new Database(path); database.exec('PRAGMA busy_timeout = 60000'); return database; };
    const [first, second] = [boot('boot 1'), boot('boot 2')];
    let left;
    first.run(() => {
      const database = open();
      database.exec('PRAGMA synchronous=FULL');
      const { synchronous, _metadata } = database.prepare('PRAGMA synchronous').get();
      log(synchronous, _metadata?.duration ?? 0);
      database.exec('CREATE TABLE item (name TEXT)');
      database.prepare('INSERT INTO item VALUES (?)').run('committed');
      database.exec('BEGIN IMMEDIATE');
      database.prepare('INSERT INTO item VALUES (?)').run('not committed');
      left = database;
      setTimeout(() => { log('never'); database.exec('COMMIT'); }, 10);
    });
    second.run(() => {
      const database = open();
      try { database.exec('BEGIN IMMEDIATE'); } catch (error) { log(/locked|busy/i.test(error.message)); }
      database.close();
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    first.kill();
    log('undone', closeDatabases(first.owner), closeDatabases(second.owner), closeDatabases(first.owner));
    const third = boot('boot 3');
    third.run(() => {
      const database = open();
      database.exec('BEGIN IMMEDIATE');
      log(database.prepare('SELECT name FROM item').all().map(({ name }) => name));
      database.exec('COMMIT');
      try { left.exec('SELECT 1'); } catch (error) { log('closed'); }
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    log(third.failures, closeDatabases(third.owner));
  }`;
const STORY = {
  error: null,
  log: [
    [0, 0, 0],
    [0, true],
    [5, 'undone', 1, 0, 0],
    [5, ['committed']],
    [5, 'closed'],
    [25, [], 0],
  ],
};

describe('databases', () => {
  it('roll back and close what a killed libsql server held; no lock is waited for', async () => {
    const from = performance.now();
    expect(await thread.run(`import Database from '${LIBSQL}';${KILLED_IN_A_TRANSACTION}`)).toEqual([STORY]);
    expect(performance.now() - from).toBeLessThan(20_000);
  });

  it.skipIf(OTHER_NODE === undefined)(
    'do the same for node:sqlite (needs a newer Node: CLAIMCHECK_OTHER_NODE=…)',
    async () => {
      const program = `import { DatabaseSync as Database } from 'node:sqlite';${KILLED_IN_A_TRANSACTION}`;
      expect(await thread.runUnder(OTHER_NODE ?? '', program)).toEqual([STORY]);
    },
  );

  it('refuse SQL that reads the clock of the machine or draws', async () => {
    const errors = await Promise.all(
      [
        'SELECT CURRENT_TIMESTAMP',
        "SELECT datetime('now', '+1 day')",
        'SELECT unixepoch()',
        "SELECT strftime('%s', 'now')",
        'SELECT random()',
        "SELECT datetime('2020-01-01'), 'random'",
      ].map(async (sql) => {
        const [trace] = await thread.run(`
          import Database from '${LIBSQL}';
          export async function main() { new Database(':memory:').prepare(${JSON.stringify(sql)}).get(); }`);
        return trace?.error?.replace(/: the machine's .*/, '') ?? null;
      }),
    );
    expect(errors).toEqual([
      "SQL 'CURRENT_TIMESTAMP'",
      "SQL 'datetime('now''",
      "SQL 'unixepoch()'",
      "SQL 'strftime('%s', 'now''",
      "SQL 'random('",
      null,
    ]);
  });
});
