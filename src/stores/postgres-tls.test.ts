import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { taskOf } from '../tasks/testing/task-fixture.ts';
import { openPostgresStore } from './postgres.ts';
import { createPostgresPool } from './postgres-pool.ts';
import { describeOn, startEngine, type TestEngine } from './testing/engine.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describeOn('postgres', 'a PostgreSQL behind TLS', () => {
  describe.skipIf(!hasOpenssl)('with a certificate of its own (needs openssl: apt-get install openssl)', () => {
    let directory = '';
    let engine: TestEngine;
    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'claimcheck-tls-'));
      engine = await startEngine('postgres');
      for (const name of ['server', 'other']) makeCertificate(directory, name);
      await encrypt(engine, directory);
    });
    afterAll(async () => {
      await engine[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    });

    const open = (caFile: string) => {
      const address = new URL(engine.url);
      address.hostname = 'localhost';
      address.searchParams.set('sslmode', 'require'); // What a URL says of TLS must not replace the file.
      const connection = { ...engine.connection(), url: address.href, caFile: join(directory, caFile) };
      return openPostgresStore({ connection, directory: '' });
    };

    test('is trusted by the file that names its authority', async () => {
      await using store = await vi.waitFor(() => open('server.crt'), { timeout: 60_000, interval: 100 });
      expect(await store.insert(taskOf())).toEqual({ kind: 'inserted' });
      await store.presence?.announce('worker');
      await using pool = createPostgresPool(engine.connection(), 1);
      const text = 'SELECT count(*)::int AS count FROM pg_stat_ssl WHERE ssl';
      expect((await pool.query({ text })).rows).toEqual([{ count: 2 }]);
    });

    test('is refused by any other', async () => {
      await expect(open('other.crt')).rejects.toThrow(/Cannot open the task store.*certificate/);
    });
  });
});

function makeCertificate(directory: string, name: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}.key`];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const args = ['req', '-x509', '-days', '2', ...key, '-out', `${name}.crt`, ...names];
  execFileSync('openssl', args, { cwd: directory, stdio: 'ignore' });
}

/** Gives the server key and certificate through its own hands, for it reads none that others may read. */
async function encrypt(engine: TestEngine, directory: string): Promise<void> {
  await using pool = createPostgresPool(engine.connection(), 1);
  await pool.use(async (client) => {
    for (const file of ['server.key', 'server.crt']) {
      const content = readFileSync(join(directory, file), 'latin1').replaceAll("'", "''");
      const write = `umask 077 && cat > "$(pwd)/${file}"`;
      await client.query(
        `COPY (SELECT unnest(string_to_array(trim('${content}', E'\\n'), E'\\n'))) TO PROGRAM '${write}'`,
      );
    }
    await client.query("ALTER SYSTEM SET ssl = 'on'");
    await client.query('SELECT pg_reload_conf()');
  });
}
