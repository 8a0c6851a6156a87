import type { RpcId, RpcReply } from '../../wire/json-rpc.ts';

/** What a server asks of its clients, until each has its reply. */
export interface ClientRequests {
  /** Sends the request under an id of its own. Rejects with the reason of `signal`, and the client is told. */
  ask(request: AskedRequest, send: (text: string) => void, signal: AbortSignal): Promise<ClientReply>;
  /** A reply that nobody waits for is ignored. */
  reply(reply: RpcReply): void;
}

export interface AskedRequest {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export type ClientReply =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly error: unknown };

export function createClientRequests(boot: number): ClientRequests {
  const waiting = new Map<RpcId, (reply: ClientReply) => void>();
  let lastNumber = 0;
  return {
    async ask(request, send, signal) {
      signal.throwIfAborted();
      lastNumber += 1;
      // It names the boot: a late reply to an earlier one must not be taken for this one's.
      const id = `question-${boot}-${lastNumber}`;
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          waiting.delete(id);
          const params = { requestId: id, reason: 'The answer is not needed any more' };
          send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }));
          reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.set(id, (reply) => {
          waiting.delete(id);
          signal.removeEventListener('abort', onAbort);
          resolve(reply);
        });
        send(JSON.stringify({ jsonrpc: '2.0', id, ...request }));
      });
    },
    reply({ id, result, error }) {
      const take = id === null ? undefined : waiting.get(id);
      take?.(error === undefined ? { kind: 'result', result } : { kind: 'error', error });
    },
  };
}
