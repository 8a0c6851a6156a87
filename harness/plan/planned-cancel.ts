import type { PlannedCall, PlannedFault } from '../model/plan.ts';
import type { Prng } from '../model/prng.ts';
import { between } from './duration-law.ts';

/**
 * Gives every call of a cancel race (F28) the instant of its cancel: when its work is to end, plus the fault's offset, plus or
 * minus a drawn part of its spread.
 */
export function withRaces(
  calls: readonly PlannedCall[],
  faults: readonly PlannedFault[],
  draw: Prng,
): readonly PlannedCall[] {
  const races = new Map(
    faults.flatMap((entry) =>
      entry.fault === 'F28' && entry.trigger.kind === 'call' ? [[entry.trigger.call, entry.options] as const] : [],
    ),
  );
  if (races.size === 0) return calls;
  return calls.map((call) => {
    const options = races.get(call.call);
    if (options === undefined) return call;
    const aimMs = call.ms + Number(options.offsetMs);
    const spreadMs = Number(options.spreadMs);
    const afterMs = between(draw.fork(`call/${call.call}`), [aimMs - spreadMs, aimMs + spreadMs]);
    return { ...call, cancelAfterMs: Math.max(0, afterMs) };
  });
}
