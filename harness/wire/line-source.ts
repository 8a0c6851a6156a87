import type { Endpoint, StdioHost, WireContext } from './connection.ts';
import { type Adapter, type Handshake, HandshakeError } from './dialects/adapter.ts';
import { capabilitiesOf, isElicited } from './dialects/elicitation.ts';
import type { HttpChannelOptions } from './http-channel.ts';
import type { Line } from './operation-runner.ts';
import { createRpcLink } from './rpc-link.ts';
import type { Stray } from './stray.ts';
import type { Channel } from './wire.ts';

/** Where an agent gets the link for its next operation. */
export interface LineSource {
  /** A greeted link; greets first where that is needed. Never throws. */
  line(): Promise<Line>;
  /** The same at once; null: it has to be waited for. */
  greeted(): Line | null;
  close(): Promise<void>;
}

export interface HttpLineOptions {
  readonly context: WireContext;
  readonly endpoint: Exclude<Endpoint, { kind: 'stdio' }>;
  readonly adapter: Adapter;
  readonly agent: number;
}

/** One link for the whole run; a lost session is opened again before the next operation. Throws when the first greeting fails. */
export async function createHttpLine(options: HttpLineOptions): Promise<LineSource> {
  const { context, endpoint, adapter, agent } = options;
  const { conn } = endpoint;
  const elicits = isElicited(adapter, context.target);
  const onStray = (stray: Stray) => context.onStray?.(conn, stray);
  const channel =
    endpoint.kind === 'channel' ? endpoint.channel : await openHttpChannel({ ...endpoint, elicits, onStray });
  const capabilities = capabilitiesOf(adapter, context.target);
  const link = createRpcLink({ conn, channel, context, agent, capabilities });
  let greeting: Promise<Handshake> | null = null;
  /** Operations that find the session lost at the same time wait for one greeting. */
  const greet = () => {
    greeting ??= link.greet(adapter).finally(() => {
      greeting = null;
    });
    return greeting;
  };
  try {
    await greet();
  } catch (error) {
    await channel.close();
    throw error;
  }
  const greeted = (): Line | null => {
    const handshake = link.handshake();
    return handshake && { link, handshake };
  };
  return {
    greeted,
    async line() {
      const known = greeted();
      if (known !== null) return known;
      try {
        return { link, handshake: await greet() };
      } catch (error) {
        if (!(error instanceof HandshakeError)) throw error;
        const message = `no session: ${error.message}`;
        return { link: null, conn, outcome: { type: 'fail', reason: 'session-lost', message } };
      }
    },
    close: () => link.close(),
  };
}

/** The link of whichever boot runs now. */
export function createStdioLine(host: StdioHost): LineSource {
  return {
    greeted: () => null,
    async line() {
      const link = await host.link();
      const handshake = link?.handshake() ?? null;
      if (link !== null && handshake !== null) return { link, handshake };
      const message = 'the process is not running';
      return { link: null, conn: host.conn(), outcome: { type: 'fail', reason: 'refused', message } };
    },
    // The host is shared: whoever made it closes it.
    close: async () => undefined,
  };
}

/** Loaded when there are sockets: in virtual time there are none, and their library is the largest of all. */
async function openHttpChannel(options: HttpChannelOptions): Promise<Channel> {
  const { createHttpChannel } = await import('./http-channel.ts');
  return createHttpChannel(options);
}
