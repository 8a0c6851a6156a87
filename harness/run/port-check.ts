import { connect } from 'node:net';
import { UsageError } from '../model/usage-error.ts';

// A server that was just told to end may need a moment to let go of its port.
const FREE_MS_MAX = 2000;
const AGAIN_MS = 100;
const CONNECT_MS_MAX = 1000;

/**
 * Throws a UsageError when somebody listens already where the server under test is about to: it could not, and its rival would
 * be tested in its place.
 */
export async function requireFreePort(url: string, signal: AbortSignal): Promise<void> {
  const { hostname, port, protocol } = new URL(url);
  const place = {
    // An IPv6 address stands in brackets in a URL.
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
  };
  for (let triedMs = 0; await isTaken(place); triedMs += AGAIN_MS) {
    signal.throwIfAborted();
    if (triedMs >= FREE_MS_MAX) {
      throw new UsageError(
        `Something listens at ${url} already, so the server cannot. End it, choose another port ({{port}} is a free one), or give --url without --server to test what runs there.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

function isTaken(place: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...place, timeout: CONNECT_MS_MAX });
    const answer = (taken: boolean) => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', () => answer(true));
    socket.once('timeout', () => answer(false));
    // Refused, or a name that leads nowhere: nobody is there.
    socket.once('error', () => answer(false));
  });
}
