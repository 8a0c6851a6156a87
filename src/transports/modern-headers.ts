/** Headers of revision 2026-07-28 that repeat what the message says, for proxies to route by; they must agree with it. */
import { Buffer } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { JsonRpcRequest } from '../dialects/dialect.ts';
import { HEADER_MISMATCH, isObject, RpcFault } from '../dialects/json-rpc.ts';
import { VERSION_META } from '../dialects/modern-request.ts';

const SENTINEL = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;

/** Which parameter Mcp-Name repeats, by method. */
const NAMED_BY: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

/** -32020 with HTTP 400 when a required header is missing or says something else; undefined: they agree. */
export function headerMismatch(headers: IncomingHttpHeaders, { method, params }: JsonRpcRequest): RpcFault | undefined {
  if (method === 'initialize') return undefined; // a client of an older revision, which gets its own answer
  const wrongMethod = disagreement('Mcp-Method', headers['mcp-method'], method);
  if (wrongMethod !== undefined) return wrongMethod;
  const meta = params?._meta;
  const version = isObject(meta) ? meta[VERSION_META] : undefined;
  const wrongVersion = disagreement('MCP-Protocol-Version', headers['mcp-protocol-version'], version);
  if (wrongVersion !== undefined) return wrongVersion;
  const key = NAMED_BY.get(method);
  return key === undefined ? undefined : disagreement('Mcp-Name', headers['mcp-name'], params?.[key]);
}

/** The text a header stands for; null: it claims to be Base64 and is not. */
export function decodeHeader(value: string): string | null {
  if (!value.startsWith('=?base64?') || !value.endsWith('?=')) return value;
  const encoded = SENTINEL.exec(value)?.[1];
  return encoded === undefined || encoded.length % 4 !== 0 ? null : Buffer.from(encoded, 'base64').toString('utf8');
}

function disagreement(name: string, header: string | string[] | undefined, said: unknown): RpcFault | undefined {
  if (typeof header !== 'string') return mismatch(`The header ${name} is required once`);
  // What the message does not say as text is the dialect's to refuse.
  if (typeof said !== 'string' || header === said || decodeHeader(header) === said) return undefined;
  return mismatch(`The header ${name} says '${header}', the message says '${said}'`);
}

function mismatch(message: string): RpcFault {
  return new RpcFault(HEADER_MISMATCH, message, { httpStatus: 400 });
}
