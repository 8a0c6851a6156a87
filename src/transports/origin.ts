/** Keeps web pages out: a page of any site can send requests to loopback, also under a name of its own (DNS rebinding). */
import type { IncomingHttpHeaders } from 'node:http';

export interface OriginRules {
  /** Address the server is bound to. */
  readonly boundTo: string;
  /** Host names (without port) that clients may use. Default: the loopback names when bound to loopback, else any. */
  readonly allowedHosts?: readonly string[];
  /** Origins (scheme://host[:port]) of pages that may call. Default: pages served from loopback. */
  readonly allowedOrigins?: readonly string[];
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

/** One sentence of why the request is refused; undefined: it may pass. */
export function refusedOrigin(headers: IncomingHttpHeaders, rules: OriginRules): string | undefined {
  const hostname = hostnameOf(headers.host ?? '');
  if (!isAllowedHost(hostname, rules)) return `Host '${headers.host ?? ''}' is not served here`;
  const { origin } = headers;
  if (origin === undefined) return undefined; // not a browser
  const isAllowed = rules.allowedOrigins?.includes(origin) ?? isLoopbackOrigin(origin);
  return isAllowed ? undefined : `Origin '${origin}' may not call this server`;
}

function isAllowedHost(hostname: string, rules: OriginRules): boolean {
  if (rules.allowedHosts !== undefined) return rules.allowedHosts.includes(hostname);
  return !LOOPBACK.has(rules.boundTo) || LOOPBACK.has(hostname);
}

function hostnameOf(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}

function isLoopbackOrigin(origin: string): boolean {
  return URL.canParse(origin) && LOOPBACK.has(new URL(origin).hostname);
}
