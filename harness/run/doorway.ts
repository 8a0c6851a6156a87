import type { Clock } from '../model/clock.ts';
import { UsageError } from '../model/usage-error.ts';
import type { ResolvedTarget } from '../targets/target.ts';
import { openConnection } from '../wire/agent-connection.ts';
import type { Endpoint, WireContext } from '../wire/connection.ts';
import { createStdioHost } from '../wire/stdio-host.ts';
import { type ProxyOptions, startHttpProxy } from './http-proxy.ts';
import type { ServerProcess } from './server-process.ts';
import { createStdioShim } from './stdio-shim.ts';

// Between two looks whether a fresh boot answers.
const GREET_AGAIN_MS = 20;

/** How agents reach the server: through the proxy or through the shim. */
export interface Doorway {
  /** Resolves when this boot has answered a handshake; throws with one sentence when it has not within the limit. */
  greet(boot: number, server: ServerProcess | null, withinMs: number): Promise<void>;
  endpointOf(agent: number): Endpoint;
  close(): Promise<void>;
}

type Link = Omit<ProxyOptions, 'upstream'>;

export async function openHttpDoorway(options: {
  readonly context: WireContext;
  readonly link: Link;
  readonly target: ResolvedTarget;
  readonly url: string | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Promise<Doorway> {
  if (options.url === null) throw new Error('an HTTP target without a URL');
  const upstream = new URL(options.url);
  const proxy = await startHttpProxy({ ...options.link, upstream: () => upstream });
  const { context, clock, signal } = options;
  return {
    async greet(_boot, server, withinMs) {
      const deadline = clock.now() + withinMs * 1e6;
      for (let last = 'no answer'; ; ) {
        if (server?.exit() != null) throw new UsageError('it ended before it answered');
        try {
          // Straight to the server: readiness is no traffic of an agent and does not pass the interposer.
          const endpoint = {
            kind: 'http',
            conn: 'greeting',
            url: upstream.href,
            headers: options.target.headersFor(1),
          } as const;
          const connection = await openConnection({ context, agent: 1, endpoint });
          await connection.close();
          return;
        } catch (error) {
          last = error instanceof Error ? error.message : String(error);
        }
        signal.throwIfAborted();
        if (clock.now() >= deadline) throw new UsageError(last);
        await clock.sleep(GREET_AGAIN_MS, signal);
      }
    },
    endpointOf: (agent) => ({
      kind: 'http',
      conn: `a${agent}`,
      url: proxy.urlFor(`a${agent}`),
      headers: options.target.headersFor(agent),
    }),
    close: proxy.close,
  };
}

export function openStdioDoorway(options: { readonly context: WireContext; readonly link: Link }): Doorway {
  const host = createStdioHost(options.context);
  return {
    async greet(boot, server, withinMs) {
      if (server === null) throw new Error('a stdio server without a process');
      const conn = `stdio-b${boot}`;
      await host.attach(conn, createStdioShim({ ...options.link, conn, server }), withinMs);
    },
    endpointOf: () => ({ kind: 'stdio', host }),
    close: () => host.close(),
  };
}
