import type { NotApplicable, Plan, PlannedFault } from '../model/plan.ts';

/**
 * The plan of a closed load that ended by the clock: of the most calls there could be, those that were begun. Faults that
 * waited for one of the others are not applicable. Played again, it is the same calls, however fast the server is then.
 */
export function begunPlan(plan: Plan, begun: ReadonlySet<number>): Plan {
  const isThere = ({ trigger }: PlannedFault) => !('call' in trigger) || begun.has(trigger.call);
  const reason = 'the time for the load was up before the call that it waited for was begun';
  const missed = plan.faults
    .filter((fault) => !isThere(fault))
    .map(({ fault, name }): NotApplicable => ({ kind: 'fault', id: fault, name, reason }));
  return {
    ...plan,
    calls: plan.calls.filter(({ call }) => begun.has(call)),
    faults: plan.faults.filter(isThere),
    notApplicable: [...plan.notApplicable, ...missed],
  };
}
