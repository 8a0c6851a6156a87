import type { Instance, StepId } from '../../model/evaluation/instance.ts';
import { stepId } from '../../model/evaluation/instance.ts';
import type { PlannedCall } from '../../model/plan.ts';

/**
 * Calls beyond the gold ones that an agent may make with a number of their own. What goes beyond shares the last number:
 * it is recorded under it like one more attempt.
 */
const SPARE_CALLS = 4;

/** One agent of a run and the call numbers that are kept for it. */
export interface Seat {
  readonly agent: number;
  /** The first call of each gold step: what faults aim at. */
  readonly gold: ReadonlyMap<StepId, PlannedCall>;
  readonly spare: readonly PlannedCall[];
  /** Reads the worlds at the end. */
  readonly reader: PlannedCall;
}

export interface SeatOptions {
  readonly agent: number;
  readonly instance: Instance;
  /** What the work of each gold step takes in this run, ms. */
  readonly msOf: (step: StepId) => number;
  /** The first number that is free. */
  readonly firstCall: number;
}

/** All calls of a seat have consecutive numbers: gold, spare, reader. */
export function seatFor({ agent, instance, msOf, firstCall }: SeatOptions): Seat {
  let call = firstCall;
  const next = (ms: number, token: string): PlannedCall => plannedCall(call++, { agent, ms, token });
  const gold = new Map<StepId, PlannedCall>();
  for (const task of instance.tasks) {
    for (const { label, canary } of task.steps) {
      const id = stepId(task.id, label);
      gold.set(id, next(msOf(id), canary));
    }
  }
  const spare = Array.from({ length: SPARE_CALLS }, (_, index) => next(0, `${instance.id}+${index + 1}`));
  return { agent, gold, spare, reader: next(0, `${instance.id}?`) };
}

export function callsOf({ gold, spare, reader }: Seat): readonly PlannedCall[] {
  return [...gold.values(), ...spare, reader];
}

function plannedCall(
  call: number,
  { agent, ms, token }: { readonly agent: number; readonly ms: number; readonly token: string },
): PlannedCall {
  return {
    call,
    agent,
    atMs: null,
    thinkMs: 0,
    tool: 'work',
    ms: Math.round(ms),
    mode: null,
    token,
    key: null,
    policy: 'poller',
    busyMs: 0,
    cancelAfterMs: null,
  };
}
