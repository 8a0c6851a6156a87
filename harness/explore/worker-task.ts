import type { Plan, PlannedTarget } from '../model/plan.ts';
import type { CaseShape } from './arbitrary.ts';
import type { EveryPointResult } from './every-point.ts';
import type { Found, ShrinkStep } from './search.ts';
import type { Tally } from './tally.ts';
import type { Attempt } from './trial.ts';

/** What a worker is started with. */
export interface WorkerSetup {
  readonly target: PlannedTarget;
  /** An existing folder that is this worker's own. */
  readonly scratch: string;
  /** 0, 1 … */
  readonly worker: number;
  readonly workers: number;
  readonly shared: SharedArrayBuffer;
  readonly claimcheck: string;
}

/** One piece of work; a worker does one at a time and answers with the result of the same kind. */
export type WorkerTask =
  | { readonly kind: 'search'; readonly search: SearchTask }
  | { readonly kind: 'every-point'; readonly plan: Plan; readonly pairsMax: number }
  | { readonly kind: 'run'; readonly plan: Plan };

export interface SearchTask {
  readonly seed: number;
  readonly shape: CaseShape;
  readonly runsMax: number;
  readonly keepsGoing: boolean;
  readonly shrinkMs: number;
}

/** What a worker says. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'step'; readonly step: ShrinkStep }
  | { readonly kind: 'found'; readonly found: Found }
  | { readonly kind: 'search'; readonly tally: Tally }
  | { readonly kind: 'every-point'; readonly result: EveryPointResult }
  | { readonly kind: 'run'; readonly outcome: RunOutcome }
  /** The worker has ended: a wish that cannot be met, or our own fault. */
  | { readonly kind: 'failed'; readonly isUsage: boolean; readonly message: string; readonly stack: string };

/** One plan, run and judged, with the lines of its history. */
export type RunOutcome = Omit<Attempt, 'events'> & { readonly history: string };

export function isWorkerMessage(value: unknown): value is WorkerMessage {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

export function isWorkerTask(value: unknown): value is WorkerTask {
  return typeof value === 'object' && value !== null && 'kind' in value;
}
