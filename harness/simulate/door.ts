import type { Recorder } from '../execution/recorder.ts';
import { createStdioShim } from '../execution/stdio-shim.ts';
import { type Plan, VIRTUAL_DEFAULTS } from '../model/plan.ts';
import type { Prng } from '../model/prng.ts';
import { loadUnit } from '../model/registry.ts';
import { messageOf } from '../model/usage-error.ts';
import type { ResolvedTarget } from '../targets/target.ts';
import type { Endpoint, StdioHost, WireContext } from '../wire/connection.ts';
import { asksAnything } from '../wire/dialects/elicitation.ts';
import { ADAPTERS } from '../wire/dialects/index.ts';
import { createRequestTags } from '../wire/request-tags.ts';
import { createRpcLink } from '../wire/rpc-link.ts';
import { setUp } from '../wire/setup.ts';
import { createStdioHost } from '../wire/stdio-host.ts';
import { createDirectChannel } from './direct-channel.ts';
import { createSimulatedChannel } from './http-channel.ts';
import type { SimulatedLink } from './link.ts';
import { openPipe, type Pipe } from './pipe.ts';
import type { LivingServer } from './site.ts';
import type { VirtualWorld } from './virtual-world.ts';

/** How agents reach the server in this thread. */
export interface Door {
  greet(living: LivingServer): Promise<void>;
  endpointOf(agent: number): Endpoint;
  /** null: of every agent. Returns how many. */
  closeConnections(agent: number | null): number;
  close(): Promise<void>;
}

export interface DoorParts {
  readonly plan: Plan;
  readonly target: ResolvedTarget;
  readonly world: VirtualWorld;
  readonly recorder: Pick<Recorder, 'record'>;
  readonly context: WireContext;
  readonly link: SimulatedLink;
  readonly draw: Prng;
  readonly current: () => LivingServer | null;
}

/** A conversation for each agent. */
export function openHttpDoor({ world, target, context, link, draw, plan, current }: DoorParts): Door {
  const machine = plan.virtual ?? VIRTUAL_DEFAULTS;
  const principalOf = (agent: number) => {
    const { Authorization: authorization = `agent-${agent}` } = target.headersFor(agent);
    return authorization.replace(/^Bearer /, '');
  };
  return {
    async greet(living) {
      // Straight to the server: readiness is no traffic of an agent and does not pass the interposer.
      const channel = createDirectChannel({
        world,
        living,
        headers: target.headersFor(1),
        principal: principalOf(1),
        read: link.read,
      });
      const adapter = await loadUnit(ADAPTERS, 'dialect', target.wireTarget.dialect);
      const greeting = { ...context, tags: createRequestTags() };
      const { capabilities } = adapter;
      const rpc = createRpcLink({ conn: 'greeting', channel, context: greeting, agent: null, capabilities });
      await setUp(rpc.exchange(), target.wireTarget, await rpc.greet(adapter));
    },
    endpointOf(agent) {
      const conn = `a${agent}`;
      const channel = createSimulatedChannel({
        link,
        conn,
        headers: target.headersFor(agent),
        principal: principalOf(agent),
        draw: draw.fork(`link/${conn}`),
        linkMs: machine.linkMs,
        elicits: asksAnything(target.wireTarget),
      });
      return { kind: 'channel', conn, channel };
    },
    closeConnections(agent) {
      const principal = agent === null ? null : principalOf(agent);
      return current()?.face.http?.endSessions?.(principal) ?? 0;
    },
    close: async () => {},
  };
}

/** One pipe for all agents. */
export function openPipeDoor({ world, recorder, context, link, draw, plan, current }: DoorParts): Door {
  const machine = plan.virtual ?? VIRTUAL_DEFAULTS;
  const stdio: StdioHost = createStdioHost(context);
  let pipes = 0;
  let pipe: Pipe | null = null;
  const attach = async (living: LivingServer) => {
    pipes += 1;
    const again = pipes > living.boot.number ? `-${pipes}` : '';
    const conn = `stdio-b${living.boot.number}${again}`;
    const peer = openPipe({ world, living, draw: draw.fork(`pipe/${conn}`), linkMs: machine.linkMs });
    pipe = peer;
    await stdio.attach(conn, createStdioShim({ ...link, conn, peer }), plan.limits.readyMs);
  };
  return {
    greet: attach,
    endpointOf: () => ({ kind: 'stdio', host: stdio }),
    closeConnections() {
      const living = current();
      if (living === null || pipe === null) return 0;
      pipe.end();
      // A server that does not take a second conversation shows that by itself: nobody answers the greeting.
      attach(living).catch((error: unknown) => {
        const text = messageOf(error);
        recorder.record({ kind: 'note', topic: 'down', text });
      });
      return 1;
    },
    close: () => stdio.close(),
  };
}
