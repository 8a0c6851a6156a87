import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { taskOf } from '../tasks/testing/task-fixture.ts';
import type { ConnectionOptions } from './connection.ts';
import { openPostgresStore } from './postgres.ts';
import { createPostgresPool } from './postgres-pool.ts';
import { connectionTo, describeOn, startEngine } from './testing/engine.ts';
import { openTcpLink } from './testing/tcp-link.ts';

const SOON = { timeout: 60_000, interval: 20 };
/** A worker that was silent for less is not dead. */
const SILENT_MS = 2_000;
const open = (connection: ConnectionOptions) => openPostgresStore({ connection, directory: '' });

/** The same server, at the port of a link to it. */
function through({ port }: { readonly port: number }, connection: ConnectionOptions): ConnectionOptions {
  return { ...connection, url: at(connection, port) };
}

function at({ url = '' }: ConnectionOptions, port: number): string {
  const address = new URL(url);
  address.port = String(port);
  return address.href;
}

function portOf({ url = '' }: ConnectionOptions): number {
  return Number(new URL(url).port);
}

/** As the server refuses a client. Source: PostgreSQL's documentation of its protocol's message formats. */
function errorResponse(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.from('E\0\0\0\0');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

type OpenStore = Awaited<ReturnType<typeof open>>;

/** How long it took until reads got through again, ms since `from`: they wait for the session that shows the process alive. */
async function comesBack(store: OpenStore, from: number): Promise<number> {
  await vi.waitFor(() => store.get('nothing'), SOON);
  return performance.now() - from;
}

/** Called dead although it came back in time. One that took longer, as on a machine that does much else, may be. */
async function isWronglyGone(seen: {
  readonly other: OpenStore;
  readonly worker: string;
  readonly back: Promise<number>;
}): Promise<boolean> {
  const isGone = await seen.other.presence?.isGone(seen.worker);
  return (await seen.back) < SILENT_MS && isGone === true;
}

describeOn('postgres', 'a store whose PostgreSQL fails', () => {
  test('what was acknowledged is there after the server was killed under load, again and again', async () => {
    await using engine = await startEngine('postgres');
    const connection = engine.connection();
    const stores = await Promise.all([open(connection), open(connection)]);
    const acked: string[] = [];
    const failed: string[] = [];
    const stop = new AbortController();
    const writers = stores.flatMap((store, process) =>
      Array.from({ length: 5 }, async (_, writer) => {
        for (let number = 0; !stop.signal.aborted; number++) {
          const id = `task-${process}-${writer}-${number}`;
          await store.insert(taskOf({ id, idempotencyKey: id })).then(
            () => acked.push(id),
            () => failed.push(id),
          );
          if (failed.at(-1) === id) await sleep(20);
        }
      }),
    );
    for (let blow = 0; blow < 3; blow++) {
      const before = acked.length;
      await vi.waitFor(() => expect(acked.length).toBeGreaterThan(before + 50), SOON);
      const failedBefore = failed.length;
      await engine.kill();
      await vi.waitFor(() => expect(failed.length).toBeGreaterThan(failedBefore), SOON);
      await engine.restart();
    }
    const before = acked.length;
    await vi.waitFor(() => expect(acked.length).toBeGreaterThan(before + 50), SOON);
    stop.abort();
    await Promise.all(writers);
    for (const store of stores) await store[Symbol.asyncDispose]();
    await using reopened = await open(connection);
    const found = await Promise.all(acked.map(async (id) => (await reopened.get(id))?.id));
    expect(found).toEqual(acked);
  });

  test('a write whose connection is cut rejects, and the next one gets through', async () => {
    const direct = await connectionTo('postgres');
    await using link = await openTcpLink(portOf(direct));
    await using store = await open(through(link, direct));
    await store.insert(taskOf());
    link.hold();
    const cut = store.replace(taskOf({ version: 2 }), 1);
    link.cut();
    await expect(cut).rejects.toThrow(/^PostgreSQL/);
    link.release();
    expect(await store.insert(taskOf({ id: 'next' }))).toEqual({ kind: 'inserted' });
  });

  test('the server ends a statement that takes too long', async () => {
    const connection = await connectionTo('postgres');
    await using store = await open({ ...connection, url: `${connection.url}?statement_timeout=2000` });
    await store.insert(taskOf());
    await using other = createPostgresPool(connection, 1);
    await other.use(async (client) => {
      await client.query('BEGIN');
      await client.query(`SELECT 1 FROM ${connection.prefix}.task FOR UPDATE`);
      await expect(store.replace(taskOf({ version: 2 }), 1)).rejects.toThrow(/statement timeout/);
      await client.query('ROLLBACK');
    });
    expect(await store.replace(taskOf({ version: 2 }), 1)).toBe(true);
  });

  test('is opened as soon as a server that is starting lets it in', async () => {
    const direct = await connectionTo('postgres');
    await using link = await openTcpLink(portOf(direct));
    let refusals = 0;
    const starting = createServer((socket) => {
      socket.on('error', () => {});
      if (refusals++ < 3) {
        socket.once('data', () => socket.end(errorResponse('57P03', 'the database system is starting up')));
        return;
      }
      const through = createConnection({ port: link.port, host: '127.0.0.1' });
      through.on('error', () => socket.destroy());
      socket.pipe(through).pipe(socket);
    });
    starting.listen(0, '127.0.0.1');
    await once(starting, 'listening');
    const { port } = z.object({ port: z.number() }).parse(starting.address());
    await using store = await open(through({ port }, direct));
    expect(refusals).toBeGreaterThan(3);
    expect(await store.insert(taskOf())).toEqual({ kind: 'inserted' });
    starting.close();
  });

  test('goes to the next address when one is dead, or takes no writes', async () => {
    const direct = await connectionTo('postgres');
    const first = await openTcpLink(portOf(direct));
    await using second = await openTcpLink(portOf(direct));
    const urls = [first, second].map(({ port }) => at(direct, port));
    await using store = await open({ ...direct, url: urls.join(',') });
    await store.insert(taskOf());
    await first[Symbol.asyncDispose]();
    await vi.waitFor(() => store.insert(taskOf({ id: 'after' })), SOON);
    expect((await store.get('after'))?.id).toBe('after');

    const standby = `${direct.url}?options=${encodeURIComponent('-c default_transaction_read_only=on')}`;
    await using passed = await open({ ...direct, url: `${standby},${direct.url}` });
    expect((await passed.get('after'))?.id).toBe('after');
    await expect(open({ ...direct, url: standby })).rejects.toThrow(/takes no writes/);
  });
});

describeOn('postgres', 'a worker in PostgreSQL', () => {
  test('is gone once its session is dead and it had time to come back, and not before', async () => {
    const direct = await connectionTo('postgres');
    const link = await openTcpLink(portOf(direct));
    await using dying = await open(through(link, direct));
    await using other = await open(direct);
    await dying.presence?.announce('dying');
    await other.presence?.announce('other');
    expect(await other.presence?.isGone('dying')).toBe(false);
    expect(await other.presence?.isGone('other')).toBe(false);
    expect(await other.presence?.isGone('never announced')).toBe(false);
    const cutAt = performance.now();
    link.cut(); // It comes back at once: a cut connection is no death.
    const back = comesBack(dying, cutAt);
    expect(await isWronglyGone({ other, worker: 'dying', back })).toBe(false);
    await vi.waitFor(() => dying.insert(taskOf()), SOON);
    await link[Symbol.asyncDispose]();
    await vi.waitFor(async () => expect(await other.presence?.isGone('dying')).toBe(true), SOON);
    await expect(dying.get(taskOf().id)).rejects.toThrow(/^PostgreSQL cannot be reached: /);
    expect(await dying.presence?.isGone('dying')).toBe(false);
  });

  test('believes no answer that comes after its session was lost: it asks again', async () => {
    const direct = await connectionTo('postgres');
    await using link = await openTcpLink(portOf(direct));
    await using store = await open(through(link, direct));
    await using other = await open(direct);
    await store.insert(taskOf());
    await store.presence?.announce('deaf');
    await store.get(taskOf().id); // The connection is there, and idle.
    link.holdAnswers();
    const late = store.get(taskOf().id); // Answered at once; the answer is on its way.
    await sleep(2_500);
    await other.replace(taskOf({ version: 2, state: 'cancelled' }), 1);
    link.release();
    expect((await late)?.state).toBe('cancelled');
  });

  test('survives an outage of seconds without an error, but for what was under way', async () => {
    const direct = await connectionTo('postgres');
    await using link = await openTcpLink(portOf(direct));
    await using store = await open(through(link, direct));
    await store.presence?.announce('worker');
    await store.insert(taskOf());
    link.refuse();
    const waiting = [store.get(taskOf().id), store.byKey('alice', 'k'), store.insert(taskOf({ id: 'next' }))];
    await sleep(1_000);
    link.release();
    expect(await Promise.all(waiting)).toEqual([taskOf(), undefined, { kind: 'inserted' }]);
  });

  test('is not gone because the server was restarted, in order or by a crash', async () => {
    await using engine = await startEngine('postgres');
    const connection = engine.connection();
    await using worker = await open(connection);
    await worker.presence?.announce('worker');
    for (const end of [engine.stop, engine.kill]) {
      await end();
      await sleep(2_500);
      const from = performance.now();
      await engine.restart();
      const back = comesBack(worker, from);
      await using other = await vi.waitFor(() => open(connection), SOON);
      expect(await isWronglyGone({ other, worker: 'worker', back })).toBe(false);
    }
  });

  test('that ends in order is forgotten', async () => {
    const connection = await connectionTo('postgres');
    const store = await open(connection);
    await store.presence?.announce('leaving');
    await store[Symbol.asyncDispose]();
    await using other = await open(connection);
    expect(await other.presence?.isGone('leaving')).toBe(false);
  });
});
