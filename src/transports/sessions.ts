/** Conversations over HTTP for the revisions that have them: unguessable ids, bound to their caller, ended when idle. */
import { randomUUID } from 'node:crypto';
import type { Session } from '../dialects/dialect.ts';

export interface SessionLimits {
  readonly countMax: number;
  readonly idleMsMax: number;
}

export const SESSION_LIMITS: SessionLimits = {
  countMax: 10_000, // a few hundred bytes each
  idleMsMax: 1_800_000, // half an hour: longer than agents think, short enough to forget the dead
};

export interface Sessions {
  /** A new one, not yet known. */
  open(): Session;
  /** Adds it to the known ones, once its handshake went well, and gives the id that its client gets. May end the one that was idle longest. */
  keep(session: Session, principal: string): string;
  /** undefined: never was, ended, or somebody else's. */
  find(id: string, principal: string): Session | undefined;
  /** endless: here sessions cannot be ended by their clients. */
  end(id: string, principal: string): 'ended' | 'unknown' | 'endless';
  readonly count: number;
}

export function createSessions(limits: SessionLimits = SESSION_LIMITS): Sessions {
  // In order of last use, the longest idle first.
  const kept = new Map<string, { readonly session: Session; readonly principal: string; usedAt: number }>();
  const dropIdle = (): void => {
    const now = Date.now();
    for (const [id, { usedAt }] of kept) {
      if (now - usedAt <= limits.idleMsMax && kept.size < limits.countMax) return;
      kept.delete(id);
    }
  };
  const owned = (id: string, principal: string) => {
    const found = kept.get(id);
    return found?.principal === principal ? found : undefined;
  };
  return {
    get count() {
      return kept.size;
    },
    open: () => ({ id: randomUUID() }),
    keep(session, principal) {
      dropIdle();
      kept.set(session.id, { session, principal, usedAt: Date.now() });
      return session.id;
    },
    find(id, principal) {
      const found = owned(id, principal);
      if (found === undefined) return undefined;
      kept.delete(id);
      if (Date.now() - found.usedAt > limits.idleMsMax) return undefined;
      found.usedAt = Date.now();
      kept.set(id, found);
      return found.session;
    },
    end: (id, principal) => (owned(id, principal) !== undefined && kept.delete(id) ? 'ended' : 'unknown'),
  };
}
