import { readWhole } from './http-body.ts';
import { readEvents } from './http-events.ts';
import {
  parseJson,
  type RpcId,
  type RpcIncoming,
  type RpcNotification,
  type RpcRequest,
  readMessage,
} from './json-rpc.ts';
import type { MessageWitness } from './message-witness.ts';
import { GARBAGE_CHARS_MAX, type Stray } from './stray.ts';
import { GATEWAY_HEADER, type HttpHeaders, type RawReply, UPSTREAM_HEADER } from './wire.ts';

export interface HttpHead {
  readonly status: number;
  readonly headers: HttpHeaders;
}

/** The request that a response belongs to, and who hears of everything else that arrives with it. */
export interface Expected {
  readonly id: RpcId;
  onStray(stray: Stray): void;
  onNotification(notification: RpcNotification): void;
  onRequest(request: RpcRequest): void;
}

/** What a response means, as it comes in. */
export interface ResponseReader {
  /** The reply, as soon as it is in; more may come after it. */
  data(chunk: Uint8Array): RawReply | null;
  /** The response is over and `data` gave no reply. */
  end(): RawReply;
}

/** Reads a response, JSON or event stream, down to the reply in it. */
export function readResponse(head: HttpHead, expected: Expected, witness?: MessageWitness): ResponseReader {
  const { status, headers } = head;
  if (GATEWAY_HEADER in headers) return readWhole((text) => ({ kind: 'gateway', http: status, text }), status);
  if (headers[UPSTREAM_HEADER] === 'refused') return readWhole((message) => ({ kind: 'refused', message }), status);
  if (status < 300 && headers['content-type']?.startsWith('text/event-stream')) {
    return readEvents((text) => {
      const value = parseJson(text);
      witness?.arrived(value, text, status);
      return takeMessage(readMessage(value), text, head, expected);
    }, status);
  }
  return readWhole((text) => {
    const value = parseJson(text);
    if (text !== '') witness?.arrived(value, text, status);
    return bodyReply(text, head, expected, value);
  }, status);
}

/** What a whole body that is no event stream means. */
export function bodyReply(
  text: string,
  response: HttpHead,
  expected: Expected,
  value: unknown = parseJson(text),
): RawReply {
  const { status, headers } = response;
  const head = text.slice(0, GARBAGE_CHARS_MAX);
  // An error page is no stray message: it is told as the HTTP status that it is.
  if (value === undefined && status >= 300) return { kind: 'http', http: status, headers, text: head };
  const reply = takeMessage(readMessage(value), text, response, expected);
  if (reply !== null) return reply;
  if (status >= 300) return { kind: 'http', http: status, headers, text: head };
  const why = text === '' ? 'the body is empty' : 'the body is not the JSON-RPC reply to this request';
  return { kind: 'garbled', message: why, http: status, text: head };
}

/** The reply, if the message is that; anything else is passed on. */
export function takeMessage(
  incoming: RpcIncoming,
  raw: string,
  response: HttpHead,
  expected: Expected,
): RawReply | null {
  switch (incoming.kind) {
    case 'notification':
      expected.onNotification(incoming.notification);
      return null;
    case 'request':
      expected.onRequest(incoming.request);
      return null;
    case 'garbage':
      expected.onStray({ kind: 'garbage', text: raw.slice(0, GARBAGE_CHARS_MAX), why: incoming.why });
      return null;
    case 'reply': {
      const { reply, raw: whole } = incoming;
      // An error that the server could not tie to a request carries a null id; over HTTP the request is this one.
      if (reply.id === expected.id || (reply.id === null && reply.error !== undefined)) {
        const { status, headers } = response;
        return { kind: 'answered', message: reply, whole, http: status, headers, raw };
      }
      expected.onStray({ kind: 'unknown', rpcId: reply.id });
      return null;
    }
  }
}
