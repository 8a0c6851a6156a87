import type { Era } from './dialects/adapter.ts';
import type { JsonObject } from './json-rpc.ts';

export const LEGACY_VERSION = '2025-11-25';
export const MODERN_VERSION = '2026-07-28';
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';
export const CLIENT_INFO = { name: 'claimcheck', version: '0.1.0' } as const;

/** Params of a request, and the same as text. */
export interface WrittenParams {
  readonly params: JsonObject;
  readonly text: string;
}

export function plainParams(params: JsonObject): WrittenParams {
  return { params, text: JSON.stringify(params) };
}

/**
 * Params of a modern request: every request carries version, capabilities and client in `_meta`. They are the same each time, and
 * longer than all the rest: as text they are written once.
 */
export function createEnvelope(capabilities: JsonObject): (params: JsonObject) => WrittenParams {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': MODERN_VERSION,
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
  };
  const tail = `"_meta":${JSON.stringify(meta)}}`;
  return (params) => {
    const { _meta: own } = params;
    if (own !== undefined)
      return plainParams({ ...params, _meta: { ...(typeof own === 'object' ? own : {}), ...meta } });
    const text = JSON.stringify(params);
    return { params: { ...params, _meta: meta }, text: text === '{}' ? `{${tail}` : `${text.slice(0, -1)},${tail}` };
  };
}

export interface HeaderInput {
  readonly era: Era;
  readonly method: string;
  readonly mcpName: string | null;
  /** Legacy: what initialize agreed on; null before it. */
  readonly protocolVersion: string | null;
  readonly sessionId: string | null;
}

/** The HTTP headers of one message, beside Accept, Content-Type and what the endpoint itself adds. */
export function headersOf(input: HeaderInput): Record<string, string> {
  if (input.era === 'modern') {
    const headers: Record<string, string> = { 'mcp-protocol-version': MODERN_VERSION, 'mcp-method': input.method };
    if (input.mcpName !== null) headers['mcp-name'] = headerValue(input.mcpName);
    return headers;
  }
  return {
    ...(input.protocolVersion === null ? {} : { 'mcp-protocol-version': input.protocolVersion }),
    ...(input.sessionId === null ? {} : { 'mcp-session-id': input.sessionId }),
  };
}

/** It may stand in a header as it is: plain text on one line. */
export function isHeaderText(text: string): boolean {
  return /^[\t\x20-\x7e]*$/.test(text);
}

/** A header value; what is not plain visible ASCII (or looks like the sentinel itself) goes as `=?base64?…?=`. */
export function headerValue(text: string): string {
  const isPlain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.startsWith('=?base64?');
  return isPlain ? text : `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}
