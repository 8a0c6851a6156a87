import type { IncomingHttpHeaders } from 'node:http';
import type { MessageHead } from '../execution/message-text.ts';
import { bodyReply, takeMessage } from '../wire/http-reply.ts';
import { parseJson, type RpcId, type RpcNotification, readMessage } from '../wire/json-rpc.ts';
import type { HttpHeaders, RawReply } from '../wire/wire.ts';
import type { Witness } from '../wire/witness/witness.ts';
import { type Conversations, createConversations } from './conversations.ts';

/** What one exchange tells of itself, where the client is not ours and does not record what it gets. */
export interface Hearing {
  /** The connection that the request belongs to. */
  readonly conn: string;
  /** A whole body reaches the client. */
  body(text: string, http: number, headers: HttpHeaders): void;
  /** One message of a stream reaches it. */
  event(text: string, http: number, headers: HttpHeaders): void;
  /** It will not get the answer, and sees this instead; null: nothing, so that it waits. */
  lost(reply: RawReply | null): void;
}

/** Hears every exchange of clients that are not ours. */
export interface ForeignSide {
  enter(request: { readonly headers: IncomingHttpHeaders; readonly text: string; readonly head: MessageHead }): Hearing;
}

export function createForeignSide(witness: Witness): ForeignSide {
  const conversations = createConversations();
  return {
    enter({ headers, text, head }) {
      const sessionId = headers['mcp-session-id'];
      const session = typeof sessionId === 'string' ? sessionId : null;
      const rpcId = head.type === 'request' ? (head.rpcId ?? null) : null;
      const isGreeting = head.method === 'initialize';
      const identity = headers.authorization ?? '';
      const { conn, agent } = conversations.enter({ session, identity, rpcId, isGreeting });
      const message = parseJson(text);
      const bytes = Buffer.byteLength(text);
      if (text !== '') witness.sent({ conn, agent, message, bytes, hasSession: session !== null });
      return hearingOf({ witness, conversations, conn, rpcId });
    },
  };
}

function hearingOf(parts: {
  readonly witness: Witness;
  readonly conversations: Conversations;
  readonly conn: string;
  readonly rpcId: RpcId | null;
}): Hearing {
  const { witness, conversations, conn, rpcId } = parts;
  const onNotification = (notification: RpcNotification) => witness.heard(conn, notification);
  const expected = (id: RpcId) => ({ id, onNotification, onStray: () => {}, onRequest: () => {} });
  return {
    conn,
    body(text, status, headers) {
      conversations.opened(conn, headers['mcp-session-id'] ?? null);
      if (rpcId !== null) witness.answered(conn, rpcId, bodyReply(text, { status, headers }, expected(rpcId)));
    },
    event(text, status, headers) {
      conversations.opened(conn, headers['mcp-session-id'] ?? null);
      const incoming = readMessage(parseJson(text));
      if (rpcId === null) {
        if (incoming.kind === 'notification') onNotification(incoming.notification);
        return;
      }
      const reply = takeMessage(incoming, text, { status, headers }, expected(rpcId));
      if (reply !== null) witness.answered(conn, rpcId, reply);
    },
    lost(reply) {
      if (rpcId === null) return;
      if (reply === null) witness.swallowed(conn, rpcId);
      else witness.answered(conn, rpcId, reply);
    },
  };
}
