import type { RpcId } from '../wire/json-rpc.ts';

/** Tells clients of one URL apart: by session where there is one, else by identity and by the ids of their requests. */
export interface Conversations {
  /** The conn and the identity (1…n) that a request belongs to. */
  enter(request: Entering): { readonly conn: string; readonly agent: number };
  /** The answer on this conn named a session. */
  opened(conn: string, session: string | null): void;
}

export interface Entering {
  readonly session: string | null;
  /** Whatever the client shows of who it is. */
  readonly identity: string;
  /** null: no request. */
  readonly rpcId: RpcId | null;
  readonly isGreeting: boolean;
}

/** No id is used twice on one conn, so that each answer has its one request. */
export function createConversations(): Conversations {
  const identities: string[] = [];
  const bySession = new Map<string, string>();
  const used = new Map<string, Set<RpcId>>();
  /** Of each identity, its conns without a session, the latest last. */
  const loose = new Map<string, string[]>();
  const fresh = (): string => {
    const conn = `c${used.size + 1}`;
    used.set(conn, new Set());
    return conn;
  };
  const isFree = (conn: string, rpcId: RpcId | null) => rpcId === null || used.get(conn)?.has(rpcId) !== true;
  const ofSession = (session: string, rpcId: RpcId | null): string => {
    const known = bySession.get(session);
    const conn = known !== undefined && isFree(known, rpcId) ? known : fresh();
    bySession.set(session, conn);
    return conn;
  };
  const ofIdentity = ({ identity, rpcId, isGreeting }: Entering): string => {
    const known = loose.get(identity) ?? [];
    const found = isGreeting ? undefined : known.findLast((conn) => isFree(conn, rpcId));
    if (found !== undefined) return found;
    const conn = fresh();
    loose.set(identity, [...known, conn]);
    return conn;
  };
  return {
    enter(request) {
      const { session, identity, rpcId } = request;
      if (!identities.includes(identity)) identities.push(identity);
      const conn = session === null ? ofIdentity(request) : ofSession(session, rpcId);
      if (rpcId !== null) used.get(conn)?.add(rpcId);
      return { conn, agent: identities.indexOf(identity) + 1 };
    },
    opened(conn, session) {
      if (session !== null && !bySession.has(session)) bySession.set(session, conn);
    },
  };
}
