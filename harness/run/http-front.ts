import { request } from 'undici';
import type { Clock } from '../model/clock.ts';
import type { ServerControl } from '../model/fault.ts';
import { messageOf, UsageError } from '../model/usage-error.ts';
import { onlyUpstream } from './balancer.ts';
import { createForeignSide } from './foreign-exchange.ts';
import { type HttpProxy, startHttpProxy } from './http-proxy.ts';
import type { Front, FrontParts } from './interposition.ts';
import type { ServerProcess } from './server-process.ts';

/** A server that runs already has this long to show that it is there. */
const RUNNING_MS_MAX = 5_000;
const LOOK_AGAIN_MS = 20;

/** The way in of clients that are given a URL. `onListening` is told it once there is a server behind it. */
export function httpFront(how: {
  readonly port: number;
  readonly onListening: (url: string) => void;
}): (parts: FrontParts) => Promise<Front> {
  return async ({ options, witness, link, clock, launch }) => {
    const { target, signal } = options;
    const gone: { proxy: HttpProxy | null } = { proxy: null };
    const closeConnections = async () => ({ closed: (await gone.proxy?.dropClients()) ?? 0 });
    const { url, balancer, supervise } = await launch({ revives: true, closeConnections });
    const listensAt = url ?? target.url;
    if (listensAt === null) throw new Error('an HTTP target without a URL');
    const supervisor =
      supervise?.(({ server, withinMs }) => answers({ url: listensAt, server, withinMs, clock, signal })) ?? null;
    return {
      supervisor,
      control: supervisor ?? notOurs(link.sleep, closeConnections),
      async open() {
        if (supervisor) await supervisor.start('harness');
        else await answers({ url: listensAt, server: null, withinMs: RUNNING_MS_MAX, clock, signal });
        const upstream = new URL(listensAt);
        gone.proxy = await startHttpProxy({
          ...link,
          balancer: balancer ?? onlyUpstream(upstream),
          path: `${upstream.pathname}${upstream.search}`,
          tagOf: witness.tagOf.bind(witness),
          foreign: createForeignSide(witness),
          port: how.port,
        }).catch((cause: unknown) => {
          const why = messageOf(cause);
          throw new UsageError(`--listen ${how.port}: ${why}`, { cause });
        });
        how.onListening(gone.proxy.url);
      },
      // It lasts until somebody says that it is enough: a client over HTTP comes and goes.
      ended: new Promise(() => {}),
      async close() {
        await gone.proxy?.close();
      },
    };
  };
}

/** Resolves when it answers anything at all: what its protocol is, its client will ask. Throws a UsageError when it is too late. */
async function answers(site: {
  readonly url: string;
  readonly server: ServerProcess | null;
  readonly withinMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { url, server, withinMs, clock, signal } = site;
  const deadline = clock.now() + withinMs * 1e6;
  for (;;) {
    if (server?.exit() != null) throw new UsageError('it ended before it answered');
    const leftMs = Math.max(1, (deadline - clock.now()) / 1e6);
    try {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 'claimcheck-ready', method: 'ping' });
      const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
      const reply = await request(url, { method: 'POST', headers, body, signal, headersTimeout: leftMs });
      // Its head says enough; a stream that is left early ends with an error of its own.
      reply.body.on('error', () => {}).destroy();
      return;
    } catch (error) {
      signal.throwIfAborted();
      const why = messageOf(error);
      if (clock.now() >= deadline) throw new UsageError(`Nothing answers at ${url}: ${why}`, { cause: error });
    }
    await clock.sleep(LOOK_AGAIN_MS, signal);
  }
}

/** A server that was already running: no plan aims at its process (facts.process is false). */
function notOurs(
  sleep: ServerControl['sleep'],
  closeConnections: NonNullable<ServerControl['closeConnections']>,
): ServerControl {
  const refuse = async (): Promise<never> => {
    throw new Error('the server was started by somebody else; process faults do not apply to it');
  };
  return { boot: 1, pid: 0, kill: refuse, terminate: refuse, start: refuse, sleep, closeConnections };
}
