/** A client between which and its server the harness stood. */
export interface ForeignClient {
  /** What its user calls it; null: it is known by the name it gave the server. */
  readonly label: string | null;
  /**
   * By token: how often calls without a key were sent in earlier runs of this client, whose work a server that keeps it may do in
   * this one. Absent: this run stands alone.
   */
  readonly earlier?: Readonly<Record<string, number>>;
}

/** How often work with this token was asked for before this run began. */
export function askedBefore(client: ForeignClient | undefined, token: string): number {
  return client?.earlier?.[token] ?? 0;
}
