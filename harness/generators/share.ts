import type { Plan } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { isDirect } from '../run/direct-witness.ts';

/** Throws a UsageError when several processes cannot make the load of this plan and be judged as one. */
export function refuseUndividable(plan: Plan, count: number): void {
  const refuse = (why: string) => new UsageError(`--generators: ${why}`);
  if (plan.target.transport !== 'http') throw refuse('a server on pipes can be spoken to by one process only');
  if (!isDirect(plan)) {
    throw refuse('agents must reach the server straight, and this plan has faults or several server processes');
  }
  if (plan.record === 'counts') throw refuse('histories are merged, and --record counts leaves none');
  if (plan.calls.some(({ trespass }) => trespass !== undefined)) {
    throw refuse('some calls of this scenario reach for the tasks of other agents, who may be in another process');
  }
  if (plan.calls.some(({ policy }) => policy === 'callback')) {
    throw refuse('callbacks of this scenario come back to one process');
  }
  const agents = agentsOf(plan).length;
  if (agents < count) throw refuse(`${count} processes cannot share ${agents} agents; raise --agents`);
}

/** The part of process `index` (0 …) of `count`: whole agents, dealt out in turn, so that the parts are alike. */
export function shareOf(plan: Plan, index: number, count: number): Plan {
  const own = new Set(agentsOf(plan).filter((_agent, place) => place % count === index));
  const { inFlightMax } = plan.load;
  const { services: _services, ...target } = plan.target;
  return {
    ...plan,
    // Its engines are no business of who only speaks to it.
    target,
    calls: plan.calls.filter(({ agent }) => own.has(agent)),
    thresholds: [],
    mustReach: [],
    ...(inFlightMax === undefined ? {} : { load: { ...plan.load, inFlightMax: part(inFlightMax, index, count) } }),
  };
}

function agentsOf({ calls }: Plan): readonly number[] {
  return [...new Set(calls.map(({ agent }) => agent))].sort((a, b) => a - b);
}

/** What is left over goes to the first ones; nobody gets nothing. */
function part(whole: number, index: number, count: number): number {
  return Math.max(1, Math.floor(whole / count) + (index < whole % count ? 1 : 0));
}
