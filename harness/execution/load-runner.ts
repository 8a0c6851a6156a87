import type { AgentContext, AgentPolicy } from '../model/agent.ts';
import { type Clock, msOf, nsOf } from '../model/clock.ts';
import type { Plan, PlannedCall } from '../model/plan.ts';
import type { Recorder } from './recorder.ts';

/**
 * Runs every planned call: closed load one after another per agent, open load at its instants (ms after `originT`, when the
 * load began). Resolves when every call was ended or given up; throws only what is our own fault.
 */
export async function runLoad(options: {
  readonly plan: Plan;
  readonly policies: ReadonlyMap<string, AgentPolicy>;
  readonly contextFor: (agent: number) => AgentContext;
  readonly clock: Clock;
  readonly recorder: Pick<Recorder, 'record'>;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { plan, clock, recorder, signal } = options;
  const originT = clock.now();

  const perform = async (context: AgentContext, call: PlannedCall, intended: number) => {
    const policy = options.policies.get(call.policy);
    if (!policy) throw new Error(`call ${call.call} names the agent policy '${call.policy}', which was not loaded`);
    recorder.record({ kind: 'gen', call: call.call, lateness: Math.max(0, clock.now() - intended) });
    try {
      await policy.run(context, call, intended);
    } catch (error) {
      if (signal.aborted) return;
      // A policy that throws is our own fault: the history says where, and the run ends.
      const why = `harness fault: ${error instanceof Error ? error.message : String(error)}`;
      recorder.record({ kind: 'quit', agent: call.agent, call: call.call, why });
      throw error;
    }
  };
  const wait = async (ms: number): Promise<boolean> => {
    if (signal.aborted) return false;
    if (ms <= 0) return true;
    return clock.sleep(ms, signal).then(
      () => true,
      () => false,
    );
  };
  const runAgent = async (agent: number, calls: readonly PlannedCall[]) => {
    const context = options.contextFor(agent);
    const open: Promise<void>[] = [];
    for (const call of calls) {
      if (call.atMs === null) {
        if (!(await wait(call.thinkMs))) return;
        await perform(context, call, clock.now());
      } else {
        const intended = originT + nsOf(call.atMs);
        if (!(await wait(msOf(intended - clock.now())))) break;
        open.push(perform(context, call, intended));
      }
    }
    await Promise.all(open);
  };
  await Promise.all([...callsByAgent(plan)].map(([agent, calls]) => runAgent(agent, calls)));
}

function callsByAgent(plan: Plan): Map<number, PlannedCall[]> {
  const byAgent = new Map<number, PlannedCall[]>();
  const inOrder = [...plan.calls].sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0) || a.call - b.call);
  for (const call of inOrder) {
    const known = byAgent.get(call.agent);
    if (known) known.push(call);
    else byAgent.set(call.agent, [call]);
  }
  return byAgent;
}
