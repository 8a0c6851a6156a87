/** Who asks. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ANONYMOUS } from '../dialects/dialect.ts';

/** The caller's principal; undefined: not let in (401). */
export type Authenticate = (headers: IncomingHttpHeaders) => string | undefined | Promise<string | undefined>;

const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;

/**
 * Every bearer token is a principal of its own: its hash, so that the token stands in no store and no log. Callers without
 * one share the principal 'anonymous'. Other schemes are not let in.
 */
export const bearerPrincipal: Authenticate = (headers) => {
  const { authorization } = headers;
  if (authorization === undefined) return ANONYMOUS;
  const token = BEARER.exec(authorization)?.[1];
  return token === undefined ? undefined : `bearer:${createHash('sha256').update(token).digest('hex')}`;
};
