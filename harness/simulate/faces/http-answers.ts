import type { RpcId } from '../../wire/json-rpc.ts';
import type { HttpExchangeOut } from '../server-face.ts';

export const SESSION_HEADER = 'mcp-session-id';
export const PARSE_ERROR = -32_700;
export const INVALID_REQUEST = -32_600;
export const INTERNAL_ERROR = -32_603;

const JSON_HEAD = { 'content-type': 'application/json' } as const;

/** What most answers carry beside what they are. */
export const NO_HEADERS: Readonly<Record<string, string>> = {};

/** A notification or an answer of the client has been taken: nothing follows. */
export function accepted(out: HttpExchangeOut): void {
  out.head(202, {});
  out.end();
}

/** A session that is not known here: ended, or of an earlier boot. In the words that servers commonly use. */
export function sessionNotFound(out: HttpExchangeOut): void {
  refuse(out, { status: 404, code: -32_001, message: 'Session not found' });
}

export function refuse(
  out: HttpExchangeOut,
  { status, code, message }: { readonly status: number; readonly code: number; readonly message: string },
): void {
  out.head(status, JSON_HEAD);
  out.message(errorText(null, code, message));
  out.end();
}

export function errorText(id: RpcId | null, code: number, message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } });
}

/** The answer to one request: plain JSON, or an event stream when something has to be said before it. */
export interface HttpAnswer {
  say(text: string): void;
  /** `value`: what the text says, where the server changes nothing of it any more. */
  finish(text: string | undefined, status: number, headers: Readonly<Record<string, string>>, value?: unknown): void;
}

export function createHttpAnswer(out: HttpExchangeOut): HttpAnswer {
  let hasHead = false;
  let isOver = false;
  return {
    say(text) {
      if (isOver) return;
      if (!hasHead) out.head(200, { 'content-type': 'text/event-stream' });
      hasHead = true;
      out.message(text);
    },
    finish(text, status, headers, value) {
      if (isOver) return;
      isOver = true;
      if (!hasHead) out.head(status, headers === NO_HEADERS ? JSON_HEAD : { ...JSON_HEAD, ...headers });
      if (text !== undefined) out.message(text, value);
      out.end();
    },
  };
}
