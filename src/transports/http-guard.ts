/** What is decided about an HTTP request before its body is read, and the paths beside the protocol's own. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorAnswer, INTERNAL_ERROR, INVALID_REQUEST, RpcFault } from '../dialects/json-rpc.ts';
import { sendJson } from './http-answer.ts';
import { encode } from './message.ts';
import { type OriginRules, refusedOrigin } from './origin.ts';

export interface HttpLimits {
  readonly bodyBytesMax: number;
}

export interface SideDoors {
  /** Shown at /metrics; without it there is no such path. */
  readonly metrics?: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /** /healthz answers 200 while this says true (or is not given), else 503. */
  readonly isHealthy?: () => boolean;
  /** /readyz answers 200 while this says true (or is not given), else 503: alive, but no clients should be sent here. */
  readonly isReady?: () => Promise<boolean>;
}

export interface Admission {
  readonly rules: OriginRules;
  readonly hasSessions: boolean;
}

/** true: the request may go on. Otherwise it is answered already. */
export function admit(request: IncomingMessage, response: ServerResponse, admission: Admission): boolean {
  const refusal = refusalOf(request, admission);
  if (refusal === undefined) return true;
  request.resume(); // its body is not wanted, but the connection is
  const { status, why, headers } = refusal;
  refuse(response, status, why, headers);
  return false;
}

interface Refusal {
  readonly status: number;
  readonly why: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function refusalOf(request: IncomingMessage, { rules, hasSessions }: Admission): Refusal | undefined {
  const { method, headers } = request;
  const origin = refusedOrigin(headers, rules);
  if (origin !== undefined) return { status: 403, why: origin };
  if (method !== 'POST' && !(method === 'DELETE' && hasSessions)) {
    return {
      status: 405,
      why: `${method ?? ''} is not supported here`,
      headers: { allow: hasSessions ? 'POST, DELETE' : 'POST' },
    };
  }
  if (method === 'DELETE') return undefined;
  if (!isJson(headers['content-type'])) return { status: 415, why: 'Content-Type must be application/json' };
  if (acceptsAnswers(headers.accept)) return undefined;
  return { status: 406, why: 'Accept must list application/json and text/event-stream' };
}

export function refuse(
  response: ServerResponse,
  status: number,
  why: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const fault = new RpcFault(status === 500 ? INTERNAL_ERROR : INVALID_REQUEST, why);
  sendJson(response, status, encode(errorAnswer(null, fault)), headers);
}

/** Serves /healthz, /readyz and /metrics; everything else is not found. */
export function createSideDoors(
  doors: SideDoors,
): (path: string, request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (path, request, response) => {
    request.resume();
    if (path === '/healthz') return tellState(response, doors.isHealthy?.() ?? true);
    if (path === '/readyz') return tellState(response, (await doors.isReady?.()) ?? true);
    if (path !== '/metrics' || doors.metrics === undefined) return refuse(response, 404, `There is nothing at ${path}`);
    const { contentType, body } = await doors.metrics();
    response.writeHead(200, { 'content-type': contentType }).end(body);
  };
}

function tellState(response: ServerResponse, isGood: boolean): void {
  sendJson(response, isGood ? 200 : 503, JSON.stringify({ status: isGood ? 'ok' : 'unavailable' }));
}

function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/json\s*(;|$)/i.test(contentType);
}

function acceptsAnswers(accept: string | undefined): boolean {
  if (accept === undefined || accept.includes('*/*')) return true;
  return accept.includes('application/json') && accept.includes('text/event-stream');
}
