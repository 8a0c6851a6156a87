import type { RpcId } from './json-rpc.ts';
import type { RawReply } from './wire.ts';

/** Finished request ids remembered at least, to tell a late or repeated reply from one to an id never used. */
const FINISHED_MAX = 20_000;

/** The requests of one link that wait for a reply, by id; the number 1 and the string "1" are different ids. */
export interface OpenRequests {
  /** Opens a request; resolves when it is settled. */
  wait(id: RpcId): Promise<RawReply>;
  /** false: nothing of that id is open. */
  settle(id: RpcId, reply: RawReply): boolean;
  settleAll(reply: RawReply): void;
  /** Forgets a request that was never sent. */
  withdraw(id: RpcId): void;
  /** What a reply to a finished request is; null: the id was never used, or so long ago that it is forgotten. */
  pastOf(id: RpcId): 'late' | 'duplicate' | null;
}

export function createOpenRequests(): OpenRequests {
  const open = new Map<RpcId, (reply: RawReply) => void>();
  // Two generations: to take the oldest of a large map away, one by one, is to look past all that were taken before.
  let finished = new Map<RpcId, 'late' | 'duplicate'>();
  let older: typeof finished = new Map();

  const finish = (id: RpcId, past: 'late' | 'duplicate') => {
    finished.set(id, past);
    if (finished.size <= FINISHED_MAX) return;
    older = finished;
    finished = new Map();
  };
  const settle = (id: RpcId, reply: RawReply) => {
    const resolve = open.get(id);
    if (resolve === undefined) return false;
    open.delete(id);
    finish(id, reply.kind === 'timeout' ? 'late' : 'duplicate');
    resolve(reply);
    return true;
  };
  return {
    wait: (id) => new Promise((resolve) => open.set(id, resolve)),
    settle,
    settleAll(reply) {
      for (const id of [...open.keys()]) settle(id, reply);
    },
    withdraw: (id) => {
      open.delete(id);
    },
    pastOf: (id) => finished.get(id) ?? older.get(id) ?? null,
  };
}
