import { request } from 'undici';
import { createStdioShim } from '../execution/stdio-shim.ts';
import type { Clock } from '../model/clock.ts';
import type { Plan } from '../model/plan.ts';
import { messageOf, UsageError } from '../model/usage-error.ts';
import type { ResolvedTarget } from '../targets/target.ts';
import { openConnection } from '../wire/agent-connection.ts';
import type { Endpoint, StdioHost, WireContext } from '../wire/connection.ts';
import { createStdioHost } from '../wire/stdio-host.ts';
import { type Balancer, onlyUpstream } from './balancer.ts';
import { directWitness, isDirect } from './direct-witness.ts';
import { type ProxyOptions, startHttpProxy } from './http-proxy.ts';
import { processPeer, type ServerProcess } from './server-process.ts';

// Between two looks whether a fresh boot answers.
const GREET_AGAIN_MS = 20;
// It answers without looking anything up; a process that takes longer is asked again.
const HEALTH_MS_MAX = 2_000;

/** A process that has just been started. */
export interface Arrival {
  /** Which of the server's processes, 1…n. */
  readonly process: number;
  readonly boot: number;
  /** null: it runs already, and is not ours. */
  readonly server: ServerProcess | null;
  readonly withinMs: number;
  /** Of several processes: where this one listens, and whether clients have any business there. */
  readonly own?: { readonly url: string; readonly role: 'server' | 'worker' };
}

/** How agents reach the server: through the proxy or through the shim. */
export interface Doorway {
  /** Resolves when the process has answered a handshake; throws with one sentence when it has not within the limit. */
  greet(arrival: Arrival): Promise<void>;
  /** `opening`: which of the agent's connections, 1 for its first. */
  endpointOf(agent: number, opening: number): Endpoint;
  close(): Promise<void>;
}

type Link = Omit<ProxyOptions, 'balancer' | 'path'>;

/** Agents go through the proxy, or, where `plan` says that nothing is done to messages, straight to the server. */
export async function openHttpDoorway(options: {
  readonly plan: Plan;
  readonly context: WireContext;
  readonly link: Link;
  readonly target: ResolvedTarget;
  readonly url: string | null;
  /** Where each request goes; null: to `url`. */
  readonly balancer: Balancer | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Promise<Doorway> {
  if (options.url === null) throw new Error('an HTTP target without a URL');
  const upstream = new URL(options.url);
  const balancer = options.balancer ?? onlyUpstream(upstream);
  const { link } = options;
  const proxy = isDirect(options.plan) ? null : await startHttpProxy({ ...link, balancer, path: upstream.pathname });
  const { context, clock, signal } = options;
  return {
    async greet({ server, withinMs, own }) {
      const deadline = clock.now() + withinMs * 1e6;
      for (let last = 'no answer'; ; ) {
        if (server?.exit() != null) throw new UsageError('it ended before it answered');
        try {
          // Straight to the server: readiness is no traffic of an agent and does not pass the interposer.
          const url = own?.url ?? upstream.href;
          if (own?.role === 'worker') return await lookAtHealth(url, signal);
          const endpoint = { kind: 'http', conn: 'greeting', url, headers: options.target.headersFor(1) } as const;
          const connection = await openConnection({ context, agent: 1, endpoint, setsUp: true });
          await connection.close();
          return;
        } catch (error) {
          last = messageOf(error);
        }
        signal.throwIfAborted();
        if (clock.now() >= deadline) throw new UsageError(last);
        await clock.sleep(GREET_AGAIN_MS, signal);
      }
    },
    endpointOf(agent, opening) {
      // A new connection counts its requests anew, so it needs a name of its own.
      const conn = opening === 1 ? `a${agent}` : `a${agent}-${opening}`;
      const headers = options.target.headersFor(agent);
      if (proxy !== null) return { kind: 'http', conn, url: proxy.urlFor(conn), headers };
      return { kind: 'http', conn, url: upstream.href, headers, witness: directWitness(link.frames, conn) };
    },
    async close() {
      await proxy?.close();
    },
  };
}

/** A process that only runs work speaks no protocol; it says whether it is at work. Throws while it does not. */
async function lookAtHealth(url: string, signal: AbortSignal): Promise<void> {
  const { statusCode, body } = await request(new URL('/healthz', url), { signal, headersTimeout: HEALTH_MS_MAX });
  await body.dump();
  if (statusCode !== 200) throw new Error(`/healthz answered ${statusCode}`);
}

/** One process for all agents, or several over which the agents are spread in turn. */
export function openStdioDoorway(options: {
  readonly context: WireContext;
  readonly link: Link;
  readonly processCount: number;
}): Doorway {
  const { context, link, processCount } = options;
  const seats = Array.from({ length: processCount }, () => createSeat(context));
  const seatOf = (process: number) => {
    const seat = seats[(process - 1) % processCount];
    if (!seat) throw new Error(`expected a process from 1 to ${processCount}, got ${process}`);
    return seat;
  };
  return {
    async greet({ process, boot, server, withinMs }) {
      if (server === null) throw new Error('a stdio server without a process');
      const conn = processCount === 1 ? `stdio-b${boot}` : `stdio-a${process}-b${boot}`;
      const seat = seatOf(process);
      seat.boot = boot;
      await seat.host.attach(conn, createStdioShim({ ...link, conn, peer: processPeer(server, link.sleep) }), withinMs);
    },
    endpointOf: (agent) => ({ kind: 'stdio', host: seatOf(agent).host }),
    async close() {
      await Promise.all(seats.map(({ host }) => host.close()));
    },
  };
}

interface Seat {
  readonly host: StdioHost;
  boot: number;
}

/** The conversation with one process, and the boot it is in: another process may have been replaced since. */
function createSeat(context: WireContext): Seat {
  const seat: Seat = { boot: 1, host: createStdioHost({ ...context, boot: () => seat.boot }) };
  return seat;
}
