/** What an agent did wrong at one moment of an episode. */
export interface Violation {
  /** ms since the first turn */
  readonly t: number;
  /** null: it belongs to no call. */
  readonly job: number | null;
  readonly task: string | null;
  readonly kind:
    | 'assumed'
    | 'premature'
    | 'repeated'
    | 'needless'
    | 'arguments'
    | 'binding'
    | 'lost'
    | 'claim'
    | 'left-out';
  /** What it did, beginning with a verb: "took the result of A/$var_1 for that of B/$var_2". */
  readonly text: string;
}
