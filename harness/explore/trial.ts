import { type Judge, judgeInvariants } from '../judge/invariants.ts';
import type { Event } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { Finding, Validity, Verdict } from '../model/verdict.ts';

/** What runs a plan in virtual time. */
export interface Simulator {
  run(options: {
    readonly plan: Plan;
    readonly onEvent: (event: Event) => void;
    readonly signal?: AbortSignal;
  }): Promise<unknown>;
}

export interface Violation {
  readonly checker: string;
  readonly finding: Finding;
}

/** One plan, run and judged. */
export interface Attempt {
  readonly valid: Validity;
  /** What the server under test did wrong. */
  readonly violations: readonly Violation[];
  /** What the harness did wrong: a false verdict of a checker that judges the harness. */
  readonly ours: readonly Violation[];
  readonly situations: readonly { readonly id: string; readonly count: number }[];
  readonly fates: Verdict['fates'];
  /** Fault entries that were planned, and those that were seen to bite. */
  readonly faults: { readonly planned: number; readonly verified: number };
  readonly events: readonly Event[];
}

/** Runs and judges plans, one at a time. Throws what the simulator throws. */
export type Trial = (plan: Plan) => Promise<Attempt>;

export function createTrial(simulator: Simulator, judge: Judge): Trial {
  const harnessCheckers = new Set(
    judge.checkers.filter(({ meta }) => meta.judges === 'harness').map(({ meta }) => meta.id),
  );
  return async (plan) => {
    const events: Event[] = [];
    await simulator.run({ plan, onEvent: (event) => events.push(event) });
    const { violations, ...rest } = judgeInvariants({ plan, events, cut: false }, judge);
    const isOurs = ({ checker }: Violation) => harnessCheckers.has(checker);
    return {
      ...rest,
      violations: violations.filter((one) => !isOurs(one)),
      ours: violations.filter(isOurs),
      events,
    };
  };
}

/** The lines of history.jsonl. */
export function historyText(events: readonly Event[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}
