import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

/** A port that leads to another one, until it is cut. */
export interface TcpLink extends AsyncDisposable {
  readonly port: number;
  /** Ends every connection there is. New ones are let through. */
  cut(): void;
  /** From now on nothing gets through in either direction, and nobody is told. New ones are accepted and hear nothing. */
  hold(): void;
  /** From now on what comes from the other end is held back; what goes there gets through. */
  holdAnswers(): void;
  /** Ends every connection there is, and each new one at once. */
  refuse(): void;
  /** What was held back arrives, and new connections are let through. */
  release(): void;
  /** How often somebody asked: the times that data came from inside on a connection where the other side had the last word. */
  askedCount(): number;
}

export async function openTcpLink(target: number): Promise<TcpLink> {
  const sockets = new Set<Socket>();
  const answering = new Set<Socket>();
  let isHeld = false;
  let isRefusing = false;
  let askedCount = 0;
  const server = createServer((inner) => {
    if (isRefusing) {
      inner.destroy();
      return;
    }
    const outer = createConnection({ port: target, host: '127.0.0.1' });
    answering.add(outer);
    outer.on('close', () => answering.delete(outer));
    let isAsking = false;
    inner.on('data', () => {
      if (!isAsking) askedCount += 1;
      isAsking = true;
    });
    outer.on('data', () => {
      isAsking = false;
    });
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => to.write(chunk));
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on('error', () => from.destroy());
      if (isHeld) from.pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`expected a port, got ${address}`);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    cut,
    askedCount: () => askedCount,
    hold() {
      isHeld = true;
      for (const socket of sockets) socket.pause();
    },
    holdAnswers() {
      for (const socket of answering) socket.pause();
    },
    refuse() {
      isRefusing = true;
      cut();
    },
    release() {
      isHeld = false;
      isRefusing = false;
      for (const socket of sockets) socket.resume();
    },
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
