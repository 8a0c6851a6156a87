/**
 * What `createServer` of a module may return, as something the simulator can speak to. To add one: write
 * harness/simulate/faces/<shape>.ts that makes a ServerFace of it, and tell it apart in `faceOf` below.
 */
import type { TransportId } from '../../model/operation.ts';
import { UsageError } from '../../model/usage-error.ts';
import type { ServerFace } from '../server-face.ts';
import { type ConnectOptions, connectFace } from './connect.ts';
import { type FetchServer, fetchFace } from './fetch.ts';
import { handlerFace, type MessageHandler } from './handler.ts';
import type { ConnectableServer } from './memory-transport.ts';

export const FACE_KINDS = ['connect', 'handler', 'fetch'] as const;
export type FaceKind = (typeof FACE_KINDS)[number];

/** How each can be spoken to; the first is what it is spoken to unless the user says otherwise. */
export const TRANSPORTS_OF: Readonly<Record<FaceKind, readonly TransportId[]>> = {
  connect: ['stdio', 'http'],
  handler: ['http', 'stdio'],
  fetch: ['http'],
};

/** What somebody returned, with its kind: as the module says, else by its shape. */
export type ShapedServer =
  | { readonly kind: 'connect'; readonly server: ConnectableServer }
  | { readonly kind: 'handler'; readonly server: MessageHandler }
  | { readonly kind: 'fetch'; readonly server: FetchServer };

/**
 * Tells what a module's createServer returned. `kind`: what the module exports under this name, needed only for a function
 * that takes a Request (a function is a handler otherwise). Throws a UsageError.
 */
export function shapeOf(server: unknown, kind: unknown): ShapedServer {
  const chosen = kindNamed(kind);
  if (typeof server === 'function' && !hasAny(server)) {
    if (chosen === 'connect') throw notThat(chosen, server);
    const call = (...input: readonly unknown[]): unknown => Reflect.apply(server, undefined, input);
    return chosen === 'fetch'
      ? { kind: 'fetch', server: { fetch: async (request) => responseOf(await call(request)) } }
      : { kind: 'handler', server: { handle: (message, context) => call(message, context) } };
  }
  if (hasMethod(server, 'fetch') && (chosen ?? 'fetch') === 'fetch') {
    const { fetch } = server;
    return {
      kind: 'fetch',
      server: { ...endOf(server), fetch: async (request) => responseOf(await fetch.call(server, request)) },
    };
  }
  if (hasMethod(server, 'handle') && (chosen ?? 'handler') === 'handler') {
    const { handle } = server;
    const sessions = 'sessions' in server && server.sessions === false ? { sessions: false } : {};
    return {
      kind: 'handler',
      server: { ...endOf(server), ...sessions, handle: (message, context) => handle.call(server, message, context) },
    };
  }
  if (hasMethod(server, 'connect') && (chosen ?? 'connect') === 'connect') {
    const { connect } = server;
    return { kind: 'connect', server: { ...endOf(server), connect: (transport) => connect.call(server, transport) } };
  }
  throw notThat(chosen, server);
}

/** Throws a UsageError when it cannot be spoken to over this transport. */
export function faceOf(
  shaped: ShapedServer,
  options: ConnectOptions & { readonly transport: TransportId },
): ServerFace {
  if (!TRANSPORTS_OF[shaped.kind].includes(options.transport)) {
    throw new UsageError(
      `createServer gave a fetch handler, which speaks HTTP only; leave out --transport ${options.transport}.`,
    );
  }
  switch (shaped.kind) {
    case 'connect':
      return connectFace(shaped.server, options);
    case 'handler':
      return handlerFace(shaped.server, options.boot);
    case 'fetch':
      return fetchFace(shaped.server);
  }
}

function kindNamed(kind: unknown): FaceKind | null {
  if (kind === undefined) return null;
  const found = FACE_KINDS.find((known) => known === kind);
  if (found === undefined) {
    throw new UsageError(`The module exports kind = ${JSON.stringify(kind)}; expected ${FACE_KINDS.join(', ')}.`);
  }
  return found;
}

type Method = (...input: readonly unknown[]) => unknown;

function hasMethod<Name extends string>(value: unknown, name: Name): value is Readonly<Record<Name, Method>> {
  const isRecord = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isRecord && typeof Reflect.get(value, name) === 'function';
}

function hasAny(value: unknown): boolean {
  return hasMethod(value, 'fetch') || hasMethod(value, 'handle') || hasMethod(value, 'connect');
}

function endOf(server: unknown): { readonly stop?: () => unknown } {
  if (hasMethod(server, 'stop')) return { stop: () => server.stop() };
  return hasMethod(server, 'close') ? { stop: () => server.close() } : {};
}

function responseOf(value: unknown): Response {
  if (value instanceof Response) return value;
  throw new Error('the fetch handler gave no Response');
}

function notThat(kind: FaceKind | null, server: unknown): UsageError {
  const got =
    server === null ? 'null' : typeof server === 'object' ? `{ ${Object.keys(server).join(', ')} }` : typeof server;
  const wanted = {
    connect: 'something with connect(transport)',
    handler: 'something with handle(message, context), or such a function',
    fetch: 'something with fetch(request), or such a function',
  };
  const list = kind === null ? Object.values(wanted).join('; ') : wanted[kind];
  return new UsageError(`createServer must return ${list}. It returned ${got}.`);
}
