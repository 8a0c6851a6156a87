import type { RunResult } from '../execution/course.ts';
import type { Event } from '../model/event.ts';
import type { Kept } from '../model/folded.ts';
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
      /** Where a run that is recorded as counts leaves what it keeps; null: nobody wants it. */
      readonly keptFile: number | null;
    }
  /** Ends the run that is going on; it stays judgeable. */
  | { readonly kind: 'interrupt' };

/** From the thread. */
export type ThreadReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly progress: SimulationProgress }
  | { readonly kind: 'events'; readonly events: readonly Event[] }
  /** `kept`: what it left beside its history; null: everything is in the history. */
  | { readonly kind: 'done'; readonly result: RunResult; readonly kept: Kept | null }
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
