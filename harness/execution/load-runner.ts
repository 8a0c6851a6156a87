import type { AgentContext, AgentPolicy } from '../model/agent.ts';
import { type Clock, msOf, nsOf } from '../model/clock.ts';
import { LOAD_START } from '../model/load.ts';
import type { Plan, PlannedCall } from '../model/plan.ts';
import { messageOf } from '../model/usage-error.ts';
import type { Recorder } from './recorder.ts';

export interface LoadOptions {
  readonly plan: Plan;
  readonly policies: ReadonlyMap<string, AgentPolicy>;
  readonly contextFor: (agent: number) => AgentContext;
  readonly clock: Clock;
  readonly recorder: Pick<Recorder, 'record'>;
  readonly signal: AbortSignal;
  /** When the load begins, ns: what its instants count from. Absent: now. */
  readonly originT?: number;
}

/**
 * Runs every planned call: closed load one after another per agent, open load at its instants (ms after the load began), what
 * follows another call when that has ended. Resolves when every call was ended, given up or dropped, or the window for them
 * has closed; throws only what is our own fault.
 */
export async function runLoad(options: LoadOptions): Promise<void> {
  const { plan, clock, recorder } = options;
  const { originT = clock.now() } = options;
  if (plan.load.warmupMs !== undefined) recorder.record({ kind: 'note', topic: LOAD_START, data: { originT } });
  const { forMs, inFlightMax = Number.POSITIVE_INFINITY } = plan.load;
  const closesT = forMs === undefined ? Number.POSITIVE_INFINITY : originT + nsOf(forMs);
  const perform = performer(options);
  const order = orderOf(plan);
  let inFlight = 0;

  /** A call, and those that follow it. */
  const visit = async (context: AgentContext, first: PlannedCall, intendedT: number) => {
    if (inFlight >= inFlightMax) {
      recorder.record({ kind: 'gen', call: first.call, dropped: 1 });
      return;
    }
    inFlight += 1;
    try {
      await perform(context, first, intendedT);
      for (let call = order.after.get(first.call); call; call = order.after.get(call.call)) {
        if (!(await wait(options, call.thinkMs))) return;
        await perform(context, call, clock.now());
      }
    } finally {
      inFlight -= 1;
    }
  };
  const runAgent = async (agent: number, calls: readonly PlannedCall[]) => {
    const context = options.contextFor(agent);
    const open: Promise<void>[] = [];
    for (const call of calls) {
      if (call.atMs === null) {
        if (!(await wait(options, call.thinkMs)) || clock.now() >= closesT) return;
        await visit(context, call, clock.now());
      } else {
        const intendedT = originT + nsOf(call.atMs);
        if (!(await waitSharply(options, msOf(intendedT - clock.now())))) break;
        open.push(visit(context, call, intendedT));
      }
    }
    await Promise.all(open);
  };
  await Promise.all([...order.byAgent].map(([agent, calls]) => runAgent(agent, calls)));
}

type Perform = (context: AgentContext, call: PlannedCall, intendedT: number) => Promise<void>;

function performer({ policies, clock, recorder, signal }: LoadOptions): Perform {
  return async (context, call, intendedT) => {
    const policy = policies.get(call.policy);
    if (!policy) throw new Error(`call ${call.call} names the agent policy '${call.policy}', which was not loaded`);
    recorder.record({ kind: 'gen', call: call.call, lateness: Math.max(0, clock.now() - intendedT) });
    try {
      await policy.run(context, call, intendedT);
    } catch (error) {
      if (signal.aborted) return;
      // A policy that throws is our own fault: the history says where, and the run ends.
      const why = `harness fault: ${messageOf(error)}`;
      recorder.record({ kind: 'quit', agent: call.agent, call: call.call, why });
      throw error;
    }
  };
}

/** false: the run ended meanwhile. */
async function wait({ clock, signal }: LoadOptions, ms: number): Promise<boolean> {
  if (signal.aborted) return false;
  if (ms <= 0) return true;
  return clock.sleep(ms, signal).then(
    () => true,
    () => false,
  );
}

/** The same for an instant that latency counts from: a timer alone is late by most of a millisecond. */
async function waitSharply(options: LoadOptions, ms: number): Promise<boolean> {
  const { plan, clock, signal } = options;
  // Only where the load is measured: looking at the clock is work, and a virtual clock needs none.
  if (plan.load.warmupMs === undefined || clock.sharpSleep === undefined) return wait(options, ms);
  if (signal.aborted) return false;
  if (ms <= 0) return true;
  return clock.sharpSleep(ms, signal).then(
    () => true,
    () => false,
  );
}

/** What each agent begins by itself, in order, and the call that follows another one. */
function orderOf({ calls }: Plan): {
  readonly byAgent: ReadonlyMap<number, readonly PlannedCall[]>;
  readonly after: ReadonlyMap<number, PlannedCall>;
} {
  const byAgent = new Map<number, PlannedCall[]>();
  const after = new Map<number, PlannedCall>();
  const inOrder = [...calls].sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0) || a.call - b.call);
  for (const call of inOrder) {
    if (call.follows !== undefined) {
      after.set(call.follows, call);
      continue;
    }
    const known = byAgent.get(call.agent);
    if (known) known.push(call);
    else byAgent.set(call.agent, [call]);
  }
  return { byAgent, after };
}
