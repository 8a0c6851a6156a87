import type { PlannedCall, PlannedFault } from '../model/plan.ts';

/** Gives every call that is to block its process (F18) the work that does so. */
export function withBurns(calls: readonly PlannedCall[], faults: readonly PlannedFault[]): readonly PlannedCall[] {
  const burns = new Map(
    faults.flatMap(({ fault, trigger, options }) =>
      fault === 'F18' && trigger.kind === 'call' ? [[trigger.call, Number(options.forMs)] as const] : [],
    ),
  );
  if (burns.size === 0) return calls;
  return calls.map((call) => {
    const ms = burns.get(call.call);
    return ms === undefined ? call : { ...call, tool: 'effect', mode: 'burn', ms, cancelAfterMs: null };
  });
}
