import { createConnections } from '../execution/connections.ts';
import { createFrameLog } from '../execution/frame-log.ts';
import type { Recorder } from '../execution/recorder.ts';
import { askingFor } from '../execution/server-settings.ts';
import type { TestBed } from '../execution/test-bed.ts';
import type { Clock } from '../model/clock.ts';
import type { Plan } from '../model/plan.ts';
import { directWitness } from '../run/direct-witness.ts';
import type { ResolvedTarget } from '../targets/index.ts';
import { openConnection } from '../wire/agent-connection.ts';
import type { WireContext } from '../wire/connection.ts';
import { createRequestTags } from '../wire/request-tags.ts';

/** A server that another process started and keeps, and a connection of our own for each agent of the share. */
export function openGeneratorBed(options: {
  readonly plan: Plan;
  readonly target: ResolvedTarget;
  readonly url: string;
  readonly recorder: Pick<Recorder, 'record'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): TestBed {
  const { plan, target, url, recorder, clock, signal } = options;
  const context: WireContext = {
    target: askingFor(plan, target.wireTarget),
    limits: plan.limits,
    clock,
    tags: createRequestTags(),
    record: recorder.record,
    signal,
  };
  // The ledger is with whoever started the server.
  const frames = createFrameLog({ recorder, mode: plan.record, transport: 'http', drain: () => {} });
  const connections = createConnections(plan, (agent, opening) => {
    const conn = opening === 1 ? `a${agent}` : `a${agent}-${opening}`;
    const headers = target.headersFor(agent);
    const endpoint = { kind: 'http', conn, url, headers, witness: directWitness(frames, conn) } as const;
    return openConnection({ context, agent, endpoint });
  });
  const refuse = async (): Promise<never> => {
    throw new Error('the server is another process’s; a generator does nothing to it');
  };
  return {
    url,
    control: { boot: 1, pid: 0, kill: refuse, terminate: refuse, start: refuse, sleep: clock.sleep },
    boot: connections.open,
    isUp: () => true,
    ensureUp: async () => true,
    wireOf: connections.wireOf,
    read: connections.read,
    serverInfo: connections.serverInfo,
    close: connections.close,
  };
}
