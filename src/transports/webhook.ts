/** One webhook: signed and sent to an address that was checked, once, following no redirect. */
import { createHmac } from 'node:crypto';
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { isPrivateAddress } from './private-address.ts';

export interface WebhookOptions {
  /** Shared with the receivers; both sides sign with it. */
  readonly secret: Uint8Array;
  /** Private and local addresses may be called. */
  readonly allowPrivate: boolean;
  readonly timeoutMs: number;
  /** ms since the epoch */
  readonly now: () => number;
}

export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly body: string;
}

export type WebhookAnswer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'failed'; readonly why: string; readonly isFinal: boolean };

const URL_LENGTH_MAX = 2_048;
const GONE = 410; // The receiver wants no more of these.

/** What is wrong with an address as such; undefined: nothing that could be seen without asking for its name. */
export function refusedUrl(text: unknown, allowPrivate: boolean): string | undefined {
  if (typeof text !== 'string' || text.length > URL_LENGTH_MAX || !URL.canParse(text)) return 'it is no URL';
  const { protocol, username, password, hostname } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return 'it is neither https nor http';
  if (username !== '' || password !== '') return 'it holds credentials';
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !allowPrivate && isPrivateAddress(host)) return 'it is a private address';
  return undefined;
}

/**
 * The header fields that say who sends what: `webhook-id`, `webhook-timestamp` (seconds) and `webhook-signature`, which is
 * `v1,` and the base64 of HMAC-SHA256 over `<id>.<timestamp>.<body>`. Source: Standard Webhooks.
 */
export function signedHeaders({ id, body }: Webhook, secret: Uint8Array, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

/** Never rejects. Only a status of 2xx means that it was taken. */
export function sendWebhook(webhook: Webhook, options: WebhookOptions, signal: AbortSignal): Promise<WebhookAnswer> {
  const fault = refusedUrl(webhook.url, options.allowPrivate);
  if (fault !== undefined) return Promise.resolve({ kind: 'failed', why: `refused: ${fault}`, isFinal: true });
  const url = new URL(webhook.url);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const fail = (why: string, isFinal = false) => resolve({ kind: 'failed', why, isFinal });
    const request = send(url, {
      method: 'POST',
      // No kept connection: a name is looked up and checked anew for every delivery.
      agent: false,
      lookup: checkedLookup(options.allowPrivate),
      signal,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(webhook.body),
        'user-agent': 'claimcheck',
        ...signedHeaders(webhook, options.secret, options.now()),
      },
    });
    // A timer of its own: Node 20 lets AbortSignal.timeout() go when only AbortSignal.any() knows of it, and it never fires.
    const late = () => request.destroy(new Error(`no answer within ${options.timeoutMs} ms`));
    const limit = setTimeout(late, options.timeoutMs);
    request.once('close', () => clearTimeout(limit));
    request.once('response', (response) => {
      const status = response.statusCode ?? 0;
      response.destroy(); // What it says is nobody's business here; a redirect is not followed.
      if (status >= 200 && status < 300) resolve({ kind: 'taken' });
      else fail(`HTTP ${status}`, status === GONE);
    });
    request.on('error', (error) => fail(error.message, error instanceof PrivateAddress));
    request.end(webhook.body);
  });
}

class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress';
}

/**
 * Looks a name up and lets the connection go to no other addresses than those it has checked: a name that says something else
 * the next time (rebinding) is not asked a second time. One private address among them refuses them all.
 */
function checkedLookup(allowPrivate: boolean) {
  return (
    host: string,
    options: { readonly all?: boolean | undefined },
    done: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
  ): void => {
    systemLookup(host, { all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) return done(error ?? new Error(`${host} has no address`), '');
      const isRefused = !allowPrivate && addresses.some(({ address }) => isPrivateAddress(address));
      if (isRefused) return done(new PrivateAddress(`refused: ${host} has a private address`), '');
      if (options.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}
