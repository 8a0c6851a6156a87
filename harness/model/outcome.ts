import type { Observation } from './event.ts';
import type { Reason } from './operation.ts';

/** How one operation ended, as the wire tells its caller: definitely happened, definitely did not, or nobody knows. */
export type Outcome = OkOutcome | UnsureOutcome;

export interface OkOutcome extends Observation {
  readonly type: 'ok';
  /** Violations of the reply's shape; empty: validated and good. */
  readonly shape: readonly string[];
  /** Ids of the further requests this operation needed. */
  readonly rpcIds?: readonly (number | string)[];
}

export interface UnsureOutcome {
  readonly type: 'fail' | 'info';
  readonly reason: Reason;
  readonly code?: number;
  readonly http?: number;
  readonly message?: string;
  readonly shape?: readonly string[];
  readonly answered?: boolean;
  /** The server asked to stay away for so long (Retry-After, or retryAfterMs in the error's data), ms. */
  readonly retryAfterMs?: number;
  readonly gateway?: boolean;
  readonly rpcIds?: readonly (number | string)[];
}
