import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the ports that systems give to outgoing connections: a client that keeps dialling a port of that range while nobody
// listens there may be given the same port as its own, and then talks to itself.
const PORT_MIN = 15_000;
const PORT_MAX = 31_999;
const TRIES_MAX = 50; // A machine on which fifty ports in a row are taken has another trouble.

/** A loopback port that is free now and stays the engine's over its restarts. */
export async function freeServicePort(): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const port = randomInt(PORT_MIN, PORT_MAX + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`expected a free port between ${PORT_MIN} and ${PORT_MAX}, found none in ${TRIES_MAX} tries`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
