import { connect, createServer, type Socket } from 'node:net';
import type { Clock } from '../model/clock.ts';
import type { StoreTrouble } from '../model/fault.ts';
import type { Prng } from '../model/prng.ts';
import { listenOnLoopback } from './loopback.ts';

/** Stands between a server and its engine, and is as quick as loopback while there is no trouble. */
export interface EngineProxy extends AsyncDisposable {
  readonly port: number;
  /** Puts the link in trouble; null ends it. `touched`: what the trouble that ends has struck. */
  setTrouble(trouble: StoreTrouble | null): { readonly touched: number };
}

export interface EngineProxyOptions {
  readonly upstreamPort: number;
  readonly clock: Clock;
  readonly draw: Prng;
}

/**
 * A TCP proxy that knows nothing of what it carries: a piece that comes in from the server counts as an operation. Slow holds each
 * back for a while, in order; failing ends the connection in place of handing it on; cut hands it on and ends the connection in
 * place of handing the answer back.
 */
export async function openEngineProxy(options: EngineProxyOptions): Promise<EngineProxy> {
  const state: LinkState = { trouble: null, touched: 0 };
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const engine = connect({ host: '127.0.0.1', port: options.upstreamPort, noDelay: true });
    for (const socket of [client, engine]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    link({ ...options, state, client, engine });
  });
  const port = await listenOnLoopback(server);
  return {
    port,
    setTrouble(trouble) {
      const { touched } = state;
      state.touched = 0;
      state.trouble = trouble;
      return { touched };
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface LinkState {
  trouble: StoreTrouble | null;
  touched: number;
}

interface Link extends EngineProxyOptions {
  readonly state: LinkState;
  readonly client: Socket;
  readonly engine: Socket;
}

function link({ state, client, engine, clock, draw }: Link): void {
  const ended = new AbortController();
  let losesAnswer = false;
  const end = () => {
    ended.abort(new Error('the connection has ended'));
    // RST: who is behind it must not take it for an orderly end.
    client.resetAndDestroy();
    engine.destroy();
  };
  const requests = createLane(engine, clock, ended.signal);
  client.on('data', (chunk) => {
    const { trouble } = state;
    if (trouble?.form === 'slow') {
      state.touched += 1;
      return requests.send(chunk, trouble.ms);
    }
    if ((trouble?.form === 'failing' || trouble?.form === 'cut') && draw.chance(trouble.probability)) {
      if (trouble.form === 'failing') {
        state.touched += 1;
        return end();
      }
      losesAnswer = true;
    }
    return requests.send(chunk, 0);
  });
  engine.on('data', (chunk) => {
    if (!losesAnswer) return client.write(chunk);
    state.touched += 1;
    return end();
  });
  for (const socket of [client, engine]) {
    socket.on('error', end);
    socket.once('close', end);
  }
}

/** Sends pieces in order, each no sooner than its time. */
function createLane(to: Socket, clock: Clock, signal: AbortSignal) {
  let tail: Promise<void> | null = null;
  return {
    send(chunk: Buffer, delayMs: number): void {
      if (tail === null && delayMs === 0) {
        to.write(chunk);
        return;
      }
      const due = clock.now() + delayMs * 1e6;
      const sent = (tail ?? Promise.resolve())
        .then(() => clock.sleep(Math.max(0, (due - clock.now()) / 1e6), signal))
        .then(
          () => {
            to.write(chunk);
            if (tail === sent) tail = null;
          },
          // The connection has ended, and what was under way with it.
          () => {},
        );
      tail = sent;
    },
  };
}
