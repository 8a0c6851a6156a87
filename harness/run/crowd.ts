import { connect, type Socket } from 'node:net';
import type { Crowd } from '../model/fault.ts';

export interface CrowdSeen {
  readonly connections: number;
  /** Let in by the system, which may be long before the server looks. */
  readonly opened: number;
  readonly refused: number;
  /** To whom the server said something. */
  readonly answered: number;
  /** Whose connection it ended. */
  readonly ended: number;
}

/** Strangers connect to a server all at once, say what they have to say and stay; resolves when the last has gone. */
export async function crowdAt(url: URL, crowd: Crowd, sleep: (ms: number) => Promise<void>): Promise<CrowdSeen> {
  const seen = { connections: crowd.connections, opened: 0, refused: 0, answered: 0, ended: 0 };
  const sockets: Socket[] = [];
  let isOver = false;
  try {
    const ends = Array.from({ length: crowd.connections }, () => {
      const socket = connect({ port: Number(url.port), host: url.hostname });
      sockets.push(socket);
      let isOpen = false;
      socket.once('connect', () => {
        isOpen = true;
        seen.opened += 1;
        socket.write(wordsOf(crowd, url));
      });
      socket.once('data', () => {
        seen.answered += 1;
      });
      // Why it ended says nothing that `close` does not.
      socket.on('error', () => {});
      return new Promise<void>((resolve) => {
        socket.once('close', () => {
          if (!isOpen) seen.refused += 1;
          else if (!isOver) seen.ended += 1;
          resolve();
        });
        // A stream that nobody reads does not end.
        socket.resume();
      });
    });
    const stay = sleep(crowd.forMs);
    await (crowd.says === 'whole' ? Promise.race([stay, Promise.all(ends)]) : stay);
    return { ...seen };
  } finally {
    isOver = true;
    for (const socket of sockets) socket.destroy();
  }
}

/** The beginning of a request lacks the empty line after its headers, which is yet to come. */
function wordsOf({ says }: Crowd, url: URL): string {
  if (says === 'nothing') return '';
  if (says === 'whole') return `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`;
  return `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/json\r\nContent-Le`;
}
