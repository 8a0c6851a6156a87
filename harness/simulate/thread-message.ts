import type { RunResult } from '../execution/course.ts';
import type { Event } from '../model/event.ts';
import type { Folded } from '../model/folded.ts';
import type { Plan, PlannedTarget } from '../model/plan.ts';

/** What a simulation thread is started with. */
export interface ThreadData {
  readonly target: PlannedTarget;
  /** An existing folder for what servers keep. */
  readonly scratch: string;
}

/** To the thread. */
export type ThreadRequest =
  | {
      readonly kind: 'run';
      readonly plan: Plan;
      /** The run directory: history, ledger and what the boots wrote go there. */
      readonly directory: string;
      /** Every event is posted as well. */
      readonly wantsEvents: boolean;
    }
  /** Ends the run that is going on; it stays judgeable. */
  | { readonly kind: 'interrupt' };

/** From the thread. */
export type ThreadReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly progress: SimulationProgress }
  | { readonly kind: 'events'; readonly events: readonly Event[] }
  /** Events that a run which is recorded as counts keeps, in any order. */
  | { readonly kind: 'kept'; readonly events: readonly Event[] }
  /** `folded`: what it says of the others; null: everything is in the file. */
  | { readonly kind: 'done'; readonly result: RunResult; readonly folded: Folded | null }
  | { readonly kind: 'failed'; readonly error: ThreadError };

/** How far a run is. */
export interface SimulationProgress {
  /** ms since the start of the run, virtual. */
  readonly virtualMs: number;
  readonly events: number;
}

/** An error on its way out of a thread: classes do not cross it. */
export interface ThreadError {
  readonly isUsage: boolean;
  readonly message: string;
  readonly stack: string | undefined;
}
