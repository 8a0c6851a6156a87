import type { Config } from './config.ts';
import type { Dialect } from './dialects/dialect.ts';
import type { ServerOptions } from './server.ts';
import type { ServerClock } from './tasks/clock.ts';
import type { ServerLog } from './telemetry/log.ts';
import type { ServerMetrics } from './telemetry/metrics.ts';
import { createHttpTransport, createSignedSessions, createStdioTransport, type Transport } from './transports/index.ts';
import { messageOf, UsageError } from './usage-error.ts';

export interface TransportChoice {
  readonly authenticate: ServerOptions['authenticate'];
  readonly pipes: ServerOptions['pipes'];
  readonly config: Config;
  readonly dialect: Dialect;
  readonly metrics: ServerMetrics;
  readonly log: ServerLog;
  readonly isHealthy: () => boolean;
  readonly isReady: () => Promise<boolean>;
  /** Signs what clients have to bring back. */
  readonly secret: () => Uint8Array;
  readonly clock: ServerClock;
}

/** The transport that the configuration names. */
export function openTransport(choice: TransportChoice): Transport {
  const { config, dialect, log, authenticate, metrics, isHealthy, isReady, secret, clock } = choice;
  const onError = (error: Error) => log.error({ error: error.message }, 'transport');
  const { kind, sessions, ...where } = config.transport;
  const isWorker = config.execution.role === 'worker';
  if (kind === 'none') return createNoTransport();
  if (kind === 'stdio') {
    if (isWorker)
      throw new UsageError('A worker has no clients: give --transport http (for /healthz and /readyz) or none.');
    const { input, output } = choice.pipes ?? { input: process.stdin, output: process.stdout };
    return createStdioTransport({ dialect, onError, input, output });
  }
  const http = createHttpTransport({
    ...{ dialect, onError, isHealthy, isReady, doorsOnly: isWorker, ...where },
    ...(sessions === 'signed' && { sessions: createSignedSessions({ secret, now: () => clock.now() }) }),
    ...(authenticate && { authenticate }),
    ...(config.observability.metrics && { metrics: () => metrics.text() }),
  });
  return withClearRefusal(http, `${where.host}:${where.port}`);
}

/** For servers that are called within their own process. */
function createNoTransport(): Transport {
  const { promise: closed, resolve: close } = withResolvers();
  return {
    url: undefined,
    closed,
    async start() {},
    async close() {
      close();
    },
  };
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; choose another, or 0 for a free one',
  EACCES: 'it may not listen there; choose a port above 1023',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'this machine knows no such host',
};

function withClearRefusal(transport: Transport, address: string): Transport {
  return {
    closed: transport.closed,
    close: (withinMs) => transport.close(withinMs),
    get url() {
      return transport.url;
    },
    async start() {
      try {
        await transport.start();
      } catch (cause) {
        const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
        const reason = REASONS[code] ?? messageOf(cause);
        throw new UsageError(`Cannot listen on ${address}: ${reason}.`, { cause });
      }
    },
  };
}
