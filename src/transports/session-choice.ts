/** Which conversation an HTTP message belongs to, in the revisions that have sessions. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Session } from '../dialects/dialect.ts';
import { LEGACY_VERSIONS } from '../dialects/handshake.ts';
import { INVALID_REQUEST, RpcFault } from '../dialects/json-rpc.ts';
import type { Sessions } from './sessions.ts';

export const SESSION_HEADER = 'mcp-session-id';

const SESSION_NOT_FOUND = -32_001;

/** The session of a message (of a reply, which has no method), or why it has none: 400 without an id or for an unknown revision, 404 for an unknown id. */
export function chooseSession(
  sessions: Sessions,
  principal: string,
  method: string | undefined,
  headers: IncomingHttpHeaders,
): { readonly session: Session; readonly isNew: boolean } | RpcFault {
  const version = headers['mcp-protocol-version'];
  if (typeof version === 'string' && !LEGACY_VERSIONS.includes(version)) {
    const known = LEGACY_VERSIONS.join(', ');
    return fault(INVALID_REQUEST, 400, `MCP-Protocol-Version '${version}' is not supported; known: ${known}`);
  }
  const id = headers[SESSION_HEADER];
  if (typeof id !== 'string') {
    if (method === 'initialize') return { session: sessions.open(), isNew: true };
    return fault(INVALID_REQUEST, 400, 'The header Mcp-Session-Id is required: initialize first');
  }
  const session = sessions.find(id, principal);
  return session === undefined ? fault(SESSION_NOT_FOUND, 404, 'Session not found') : { session, isNew: false };
}

function fault(code: number, httpStatus: number, message: string): RpcFault {
  return new RpcFault(code, message, { httpStatus });
}
