import { connect } from 'node:net';

const ANSWER_CHARS_MAX = 4_096;

/** Connects to loopback, says something and gives what came back until it fits. Rejects when the far end ends before, or the signal does. */
export function talk(how: {
  readonly port: number;
  readonly say: string | Buffer;
  readonly until: RegExp;
  readonly signal: AbortSignal;
}): Promise<string> {
  const { port, say, until, signal } = how;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let heard = '';
    const end = (settle: () => void) => {
      signal.removeEventListener('abort', stop);
      socket.destroy();
      settle();
    };
    const stop = () => end(() => reject(signal.reason));
    socket.once('connect', () => socket.write(say));
    socket.on('data', (chunk) => {
      heard = (heard + chunk.toString('latin1')).slice(-ANSWER_CHARS_MAX);
      if (until.test(heard)) end(() => resolve(heard));
    });
    socket.once('error', (error) => end(() => reject(error)));
    socket.once('close', () => end(() => reject(new Error(`port ${port} closed before it had answered`))));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
