/** Requests that the server sends to its clients, until each has its reply. */
import { randomUUID } from 'node:crypto';
import type { ClientReply, JsonRpcNotification, JsonRpcRequest, ServerRequest } from '../dialects/dialect.ts';
import type { ClientResponse } from './message.ts';

export interface ClientRequests {
  /** Sends and waits. When `signal` is aborted the client is told that nobody waits any more; rejects with the signal's reason. */
  ask(conversation: string, request: ServerRequest, send: Send, signal: AbortSignal): Promise<ClientReply>;
  /** A reply that arrived. What its request was about, where nobody waits for it here and that is known; else undefined. */
  reply(conversation: string, response: ClientResponse): string | undefined;
  readonly count: number;
}

type Send = (message: JsonRpcRequest | JsonRpcNotification) => void;

export function createClientRequests(): ClientRequests {
  const waiting = new Map<string, (reply: ClientReply) => void>();
  return {
    get count() {
      return waiting.size;
    },
    async ask(conversation, { about, ...request }, send, signal) {
      signal.throwIfAborted();
      // Unguessable, and never the id of an earlier process: a late reply to that one must not be taken for ours.
      const id = about === undefined ? randomUUID() : `${randomUUID()}${MARK}${about}`;
      const key = keyOf(conversation, id);
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          waiting.delete(key);
          send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id, reason: WITHDRAWN } });
          reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.set(key, (reply) => {
          waiting.delete(key);
          signal.removeEventListener('abort', onAbort);
          resolve(reply);
        });
        send({ jsonrpc: '2.0', id, ...request });
      });
    },
    reply(conversation, { id, reply }) {
      if (typeof id !== 'string') return undefined;
      const take = waiting.get(keyOf(conversation, id));
      take?.(reply);
      const at = id.indexOf(MARK);
      return take === undefined && at !== -1 ? id.slice(at + 1) : undefined;
    },
  };
}

const MARK = '~'; // Stands in no UUID.
const WITHDRAWN = 'The answer is not needed any more';

function keyOf(conversation: string, id: string): string {
  return `${conversation} ${id}`;
}
