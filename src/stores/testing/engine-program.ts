// One process of a server without a transport: does what its parent says over the channel between them. Bundled and started by
// engine-process.ts.
import { z } from 'zod';
import { createServer } from '../../server.ts';
import { createServerClock, type ServerClock } from '../../tasks/clock.ts';
import { createSilentLog } from '../../telemetry/log.ts';
import { createTools } from '../../tools/index.ts';
import type { Tool } from '../../tools/tool.ts';
import { type EngineCall, engineCall, engineOrder } from './engine-order.ts';

const order = engineOrder.parse(JSON.parse(process.argv[2] ?? ''));
const { store, queue, directory, storeConnection, queueConnection, skewMs, leaseMs, concurrency } = order;

const server = await createServer({
  config: {
    transport: { kind: 'none' },
    state: { store, directory, connection: storeConnection, ttlSeconds: 600 },
    execution: {
      queue,
      connection: queueConnection,
      maxConcurrency: concurrency,
      queueMax: 5_000,
      leaseMs,
      sweepMs: 250,
      slaSeconds: 600,
    },
  },
  clock: skewed(createServerClock(), skewMs),
  tools: new Map([...createTools(), ['large', large(createTools().get('effect'))]]),
  log: createSilentLog(),
});
await server.start();
process.on('message', (message) => {
  const { number, call } = z.object({ number: z.int(), call: engineCall }).parse(message);
  answer(call).then(
    (value) => process.send?.({ number, value: value ?? null }),
    (error: unknown) => process.send?.({ number, error: String(error) }),
  );
});
process.once('disconnect', () => process.exit(0)); // Its parent is gone.
process.send?.({ number: -1, value: 'ready' });

async function answer(call: EngineCall): Promise<unknown> {
  const { engine } = server;
  switch (call.do) {
    case 'submit':
      return engine.submit(call.request);
    case 'get':
      return engine.get(call.principal, call.id);
    case 'wait':
      return engine.wait(call.principal, call.id, AbortSignal.timeout(call.withinMs));
    case 'cancel':
      return engine.cancel(call.principal, call.id);
    case 'list':
      return engine.list(call.principal, { limit: call.limit });
    case 'stop':
      await server.stop(call.withinMs);
      return null;
  }
}

/** A wall clock that is set wrong. Lengths of time are what they are. */
function skewed(clock: ServerClock, byMs: number): ServerClock {
  return { ...clock, now: () => clock.now() + byMs };
}

/** The effect tool with a result of 1 MiB. */
function large(tool: Tool | undefined): Tool {
  if (tool === undefined) throw new Error('expected the tool effect');
  return {
    ...tool,
    name: 'large',
    async run(args, context) {
      await tool.run(args, context);
      return { content: [{ type: 'text', text: 'é'.repeat(524_288) }] };
    },
  };
}
