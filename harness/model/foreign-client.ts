/** A client between which and its server the harness stood. */
export interface ForeignClient {
  /** What its user calls it; null: it is known by the name it gave the server. */
  readonly label: string | null;
}
