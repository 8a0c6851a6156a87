/** The conversations that a server holds over HTTP, by the id it gave each. */
export interface SessionBook<Session> {
  /** Ids name the boot: another boot's sessions are never taken for this one's. */
  nextId(): string;
  keep(id: string, principal: string, session: Session): void;
  find(id: string): Session | undefined;
  end(id: string): void;
  /** Takes out those that this principal opened (null: all). */
  endOf(principal: string | null): readonly Session[];
}

export function createSessionBook<Session>(boot: number): SessionBook<Session> {
  const kept = new Map<string, { readonly principal: string; readonly session: Session }>();
  let lastNumber = 0;
  return {
    nextId() {
      lastNumber += 1;
      return `session-${boot}-${lastNumber}`;
    },
    keep: (id, principal, session) => kept.set(id, { principal, session }),
    find: (id) => kept.get(id)?.session,
    end: (id) => kept.delete(id),
    endOf(principal) {
      const ended = [...kept].filter(([, entry]) => principal === null || entry.principal === principal);
      for (const [id] of ended) kept.delete(id);
      return ended.map(([, { session }]) => session);
    },
  };
}
