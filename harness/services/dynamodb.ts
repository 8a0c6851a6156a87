import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../model/usage-error.ts';
import { talk } from './probe-socket.ts';
import type { Finding, Service, ServicePlace } from './service.ts';

/** DynamoDB's twin on this machine, dynalite: its records survive a kill, and it knows neither capacity nor late reads. */
export const dynamodb: Service = {
  meta: {
    id: 'dynamodb',
    title: 'DynamoDB (dynalite)',
    description:
      'dynalite on LevelDB: conditions and limits of size as the original; neither its capacity nor its late reads.',
    program: 'dynalite',
    install: 'npm install dynalite',
    variable: 'CLAIMCHECK_DYNAMODB_ENDPOINT',
    variants: {
      durable: { description: 'written to the system before it answers, not synced to the disk', durable: true },
    },
  },
  async find(): Promise<Finding> {
    const path = programPath();
    if (path === null) return { found: false, why: 'there is no package dynalite beside this one' };
    const manifest = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(join(path, '..', 'package.json'), 'utf8')));
    return { found: true, version: manifest.version, path };
  },
  async prepare({ folder, port }: ServicePlace) {
    const path = programPath();
    if (path === null) throw new UsageError('dynalite cannot be started: there is no such package beside this one.');
    const flags = { host: '127.0.0.1', port: String(port), path: join(folder, 'data') };
    // A table is there at once; the original takes seconds, which tells nothing about a store.
    const waits = { createTableMs: '0', deleteTableMs: '0', updateTableMs: '0' };
    return {
      file: process.execPath,
      args: [path, ...Object.entries({ ...flags, ...waits }).flatMap(([name, value]) => [`--${name}`, value])],
      env: {},
      user: null,
      stopSignal: 'SIGTERM',
      url: `http://127.0.0.1:${port}`,
      async isReady(signal) {
        // What the original answers to a health check, too.
        const say = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`;
        return (await talk({ port, say, until: /healthy/, signal })).startsWith('HTTP/1.1 200');
      },
    };
  },
};

/** Where its program is installed, seen from this package; null: nowhere. */
function programPath(): string | null {
  try {
    return createRequire(import.meta.url).resolve('dynalite/cli.js');
  } catch {
    // Not installed.
    return null;
  }
}
