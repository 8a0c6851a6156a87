import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { talk } from './probe-socket.ts';
import { findProgram } from './program.ts';
import type { Service, ServicePlace } from './service.ts';

/** Redis. What was answered is on the disk before the answer; as `snapshots` it is not, and a kill takes its newest part. */
export const redis: Service = {
  meta: {
    id: 'redis',
    title: 'Redis',
    description: 'One redis-server with a password, bound to loopback.',
    program: 'redis-server',
    install: 'apt-get install redis-server',
    variable: 'CLAIMCHECK_REDIS_URL',
    variants: {
      durable: { description: 'appendonly yes, appendfsync always: synced before it answers', durable: true },
      snapshots: { description: 'appendonly no, a snapshot each second: a kill loses what came after', durable: false },
    },
  },
  find: () => findProgram({ name: 'redis-server', versionOf: /v=([\d.]+)/ }),
  async prepare({ folder, port, variant }: ServicePlace) {
    const password = randomBytes(16).toString('hex');
    const file = join(folder, 'redis.conf');
    // In a file, and not on the command line, where every user of the machine could read the password.
    writeFileSync(file, `${[...BASE, ...keeping(variant), `port ${port}`, `dir ${folder}`].join('\n')}\n`, {
      mode: 0o600,
    });
    writeFileSync(file, `requirepass ${password}\n`, { flag: 'a' });
    const found = await redis.find();
    return {
      file: found.found ? found.path : 'redis-server',
      args: [file],
      env: {},
      user: null,
      stopSignal: 'SIGTERM',
      url: `redis://:${password}@127.0.0.1:${port}`,
      async isReady(signal) {
        // While it loads its data it answers -LOADING.
        const answer = await talk({ port, say: `AUTH ${password}\r\nPING\r\n`, until: /\+PONG|-LOADING|-ERR/, signal });
        return answer.includes('+PONG');
      },
    };
  },
};

const BASE = [
  'bind 127.0.0.1',
  'daemonize no',
  // Work queues lose jobs without a word when keys are thrown out for want of memory.
  'maxmemory-policy noeviction',
];

function keeping(variant: string): readonly string[] {
  if (variant === 'snapshots') return ['appendonly no', 'save 1 1'];
  return ['appendonly yes', 'appendfsync always', 'save ""'];
}
