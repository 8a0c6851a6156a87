import { loadUnit } from '../model/registry.ts';
import type { StdioHost, WireContext } from './connection.ts';
import { ADAPTERS } from './dialects/index.ts';
import { compact } from './outcome-record.ts';
import { createRpcLink, type RpcLink } from './rpc-link.ts';
import { createStdioChannel } from './stdio-channel.ts';

/** One conversation per boot, shared by all agents: a new boot's link replaces the old one, whose open requests end as eof. */
export function createStdioHost(context: WireContext): StdioHost {
  let latest: RpcLink | null = null;
  let ready: Promise<RpcLink | null> = Promise.resolve(null);
  let conn = 'stdio';

  return {
    async attach(name, stream, timeoutMs) {
      await latest?.close();
      conn = name;
      const adapter = await loadUnit(ADAPTERS, 'dialect', context.target.dialect);
      const channel = createStdioChannel({
        stream,
        clock: context.clock,
        onNotification(notification) {
          const seen = adapter.push(notification, context.target);
          if (seen !== null) context.record({ kind: 'push', conn: name, ...compact(seen) });
        },
        onStray: (stray) => context.onStray?.(name, stray),
      });
      const link = createRpcLink({ conn: name, channel, context, agent: null, capabilities: adapter.capabilities });
      latest = link;
      const greeting = link.greet(adapter, timeoutMs);
      ready = greeting.then(
        () => link,
        () => null, // The caller of attach gets the reason; operations see that nobody is there.
      );
      return greeting;
    },
    link: () => ready,
    conn: () => conn,
    async close() {
      await latest?.close();
    },
  };
}
