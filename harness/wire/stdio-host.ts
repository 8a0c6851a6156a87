import { loadUnit } from '../model/registry.ts';
import type { StdioHost, WireContext } from './connection.ts';
import { capabilitiesOf, isElicited } from './dialects/elicitation.ts';
import { ADAPTERS } from './dialects/index.ts';
import { compact } from './outcome-record.ts';
import { createPushHub } from './push-hub.ts';
import { createRpcLink, type RpcLink } from './rpc-link.ts';
import { setUp } from './setup.ts';
import { createStdioChannel } from './stdio-channel.ts';
import type { LineStream } from './wire.ts';

/** One conversation per boot, shared by all agents: a new boot's link replaces the old one, whose open requests end as eof. */
export function createStdioHost(context: WireContext): StdioHost {
  const pushes = createPushHub();
  let latest: RpcLink | null = null;
  let ready: Promise<RpcLink | null> = Promise.resolve(null);
  let conn = 'stdio';

  const greet = async (name: string, stream: LineStream, timeoutMs?: number): Promise<RpcLink> => {
    const adapter = await loadUnit(ADAPTERS, 'dialect', context.target.dialect);
    const channel = createStdioChannel({
      stream,
      clock: context.clock,
      elicits: isElicited(adapter, context.target),
      onNotification(notification) {
        const seen = adapter.push(notification, context.target);
        if (seen === null) return;
        context.record({ kind: 'push', conn: name, ...compact(seen) });
        pushes.publish(seen);
      },
      onStray: (stray) => context.onStray?.(name, stray),
    });
    await latest?.close();
    const capabilities = capabilitiesOf(adapter, context.target);
    latest = createRpcLink({ conn: name, channel, context, agent: null, capabilities });
    const link = latest;
    const handshake = await link.greet(adapter, timeoutMs);
    await setUp(link.exchange(timeoutMs), context.target, handshake);
    return link;
  };

  return {
    pushes,
    async attach(name, stream, timeoutMs) {
      conn = name;
      const greeting = greet(name, stream, timeoutMs);
      // Set before anything is awaited: an operation that comes now waits for this boot and misses the old one.
      ready = greeting.catch(() => null); // The caller of attach gets the reason; operations see that nobody is there.
      const handshake = (await greeting).handshake();
      if (handshake === null) throw new Error(`expected a handshake on ${name} after its greeting, got none`);
      return handshake;
    },
    link: () => ready,
    conn: () => conn,
    async close() {
      await latest?.close();
    },
  };
}
