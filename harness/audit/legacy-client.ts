import type { JsonObject, RpcId } from '../wire/json-rpc.ts';
import { type Answer, answerTo } from './answer.ts';
import type { RawExchange, RawLink } from './raw-link.ts';

/** Revisions up to 2025-11-25 over a raw link that has been greeted. */
export interface LegacyClient {
  readonly link: RawLink;
  request(method: string, params?: JsonObject, how?: LegacyHow): Promise<Answer>;
  /** The same, left open: for what blocks, and for what comes beside it. */
  open(method: string, params?: JsonObject, how?: LegacyHow): RawExchange;
  /** Answers a request of the server. */
  reply(id: RpcId, result: JsonObject): Promise<void>;
}

export interface LegacyHow {
  /** HTTP: over the headers of the link; null leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly withinMs?: number;
}

/** `requestMs`: for a reply, unless a request says otherwise. */
export function createLegacyClient(link: RawLink, requestMs: number): LegacyClient {
  const open = (method: string, params: JsonObject = {}, { headers = {} }: LegacyHow = {}): RawExchange => {
    const id = link.nextId();
    return link.open({ id, text: JSON.stringify({ jsonrpc: '2.0', id, method, params }), headers });
  };
  return {
    link,
    open,
    request: (method, params, how) => answerTo(open(method, params, how), how?.withinMs ?? requestMs),
    async reply(id, result) {
      const sent = link.open({ id: null, text: JSON.stringify({ jsonrpc: '2.0', id, result }) });
      // Over HTTP it is answered with a status alone; over stdio with nothing.
      if (link.transport === 'http') await sent.over(requestMs);
      sent.close();
    },
  };
}
