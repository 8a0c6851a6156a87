import type { DialectId } from '../../model/operation.ts';
import type { PlannedCall } from '../../model/plan.ts';

/** What was read off the wire of a client that is not ours. */
export interface ObservedClient {
  readonly calls: readonly PlannedCall[];
  /** Identities that it used. */
  readonly agents: number;
  /** How most of its work was asked for; null: it asked for none. */
  readonly dialect: DialectId | null;
  /** Some call carried a key. */
  readonly hasKeys: boolean;
  /** Every call had a token of its own, so effects can be told apart. */
  readonly hasTokens: boolean;
}
