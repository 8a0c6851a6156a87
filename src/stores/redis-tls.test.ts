import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBullmqQueue } from '../queues/bullmq.ts';
import { createManualWork } from '../queues/testing/manual-work.ts';
import { taskOf } from '../tasks/testing/task-fixture.ts';
import { UsageError } from '../usage-error.ts';
import { openRedisStore } from './redis.ts';
import { describeOn, startEngine, type TestEngine } from './testing/engine.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const SOON = { timeout: 60_000, interval: 50 };

describeOn('redis', 'a Redis behind TLS', () => {
  describe.skipIf(!hasOpenssl)(
    'with a certificate of its own authority (needs openssl: apt-get install openssl)',
    () => {
      let directory = '';
      let engine: TestEngine;
      let port = 0;
      beforeAll(async () => {
        directory = mkdtempSync(join(tmpdir(), 'claimcheck-tls-'));
        engine = await startEngine('redis');
        for (const authority of ['ours', 'other']) makeAuthority(directory, authority);
        makeCertificate(directory);
        port = await encrypt(engine, directory);
      });
      afterAll(async () => {
        await engine[Symbol.asyncDispose]();
        rmSync(directory, { recursive: true, force: true });
      });

      const connectionTo = (caFile: string | undefined, host = 'localhost') => {
        const address = new URL(engine.url);
        const url = `rediss://:${address.password}@${host}:${port}`;
        return { ...engine.connection(), url, caFile: caFile && join(directory, caFile) };
      };
      const open = (caFile: string | undefined, host?: string) =>
        openRedisStore({ connection: connectionTo(caFile, host), directory });

      test('is trusted by the file that names its authority, also when the server comes back', async () => {
        await using store = await open('ours.crt');
        expect(await store.insert(taskOf())).toEqual({ kind: 'inserted' });
        await engine.kill();
        await engine.restart();
        await expect.poll(() => store.get(taskOf().id).catch(() => 'none yet'), SOON).toEqual(taskOf());
      });

      test('carries the queue as well', async () => {
        await using queue = await openBullmqQueue({
          concurrency: 1,
          waitingMax: 1,
          connection: connectionTo('ours.crt'),
        });
        const work = createManualWork();
        queue.work(work.run);
        await queue.offer('encrypted');
        await expect.poll(() => work.started, SOON).toEqual(['encrypted']);
        work.end('encrypted');
      });

      test.each([
        ['by the authority of another', 'other.crt', 'localhost', /certificate/],
        ['without a file, by those of the system', undefined, 'localhost', /certificate/],
        ['under a name that its certificate does not know', 'ours.crt', '127.0.0.1', /IP: 127\.0\.0\.1/],
      ])(
        'is refused %s',
        async (_how, caFile, host, why) => {
          const refused = open(caFile, host);
          await expect(refused).rejects.toThrow(UsageError);
          await expect(refused).rejects.toThrow(why);
          await expect(refused).rejects.not.toThrow(new URL(engine.url).password);
        },
        60_000,
      );
    },
  );
});

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function openssl(directory: string, args: readonly string[]): void {
  execFileSync('openssl', [...args], { cwd: directory, stdio: 'ignore' });
}

function makeAuthority(directory: string, name: string): void {
  const files = ['-keyout', `${name}.key`, '-out', `${name}.crt`];
  openssl(directory, ['req', '-x509', '-days', '2', ...KEY, ...files, '-subj', `/CN=authority ${name}`]);
}

/** For the name `localhost`, and no address. */
function makeCertificate(directory: string): void {
  openssl(directory, ['req', ...KEY, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost']);
  writeFileSync(join(directory, 'names.cnf'), 'subjectAltName=DNS:localhost\n');
  const signer = ['-CA', 'ours.crt', '-CAkey', 'ours.key', '-CAcreateserial'];
  const request = ['-in', 'server.csr', '-out', 'server.crt', '-days', '2', '-extfile', 'names.cnf'];
  openssl(directory, ['x509', '-req', ...request, ...signer]);
}

/** Opens a second port for TLS alone, also after a restart. */
async function encrypt(engine: TestEngine, directory: string): Promise<number> {
  const port = await freePort();
  const client = new Redis(engine.url);
  const files = { 'tls-cert-file': 'server.crt', 'tls-key-file': 'server.key', 'tls-ca-cert-file': 'ours.crt' };
  const settings = Object.entries(files).flatMap(([name, file]) => [name, join(directory, file)]);
  try {
    await client.call('CONFIG', 'SET', ...settings, 'tls-auth-clients', 'no', 'tls-port', String(port));
    await client.call('CONFIG', 'REWRITE');
  } finally {
    client.disconnect();
  }
  return port;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error(`expected a port, got ${address}`);
  return address.port;
}
