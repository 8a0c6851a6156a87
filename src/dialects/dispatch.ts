/** From a message to the handler of its method, and from what the handler did to the answer. */
import type { JsonRpcMessage, JsonRpcRequest, JsonRpcResponse, RequestContext } from './dialect.ts';
import {
  errorAnswer,
  isRequest,
  type JsonObject,
  METHOD_NOT_FOUND,
  REFUSED,
  RpcFault,
  resultAnswer,
} from './json-rpc.ts';

export interface MethodCall {
  readonly id: JsonRpcRequest['id'];
  readonly params: JsonObject;
  readonly context: RequestContext;
}

export type Method = (call: MethodCall) => Promise<unknown> | unknown;

export type MethodTable = ReadonlyMap<string, Method>;

export interface DispatchOptions {
  readonly onError?: ((error: unknown) => void) | undefined;
  /** What every result of this dialect carries beside what its method gave. */
  readonly complete?: (result: unknown) => unknown;
}

const NO_PARAMS: JsonObject = {};

/**
 * The answer to one message: undefined for a notification, and for a request that its caller cancelled or that lost its
 * caller (nobody waits). Never throws: an RpcFault becomes its error, anything else -32603 and is told to `onError`.
 */
export async function dispatch(
  methods: MethodTable,
  message: JsonRpcMessage,
  context: RequestContext,
  { onError, complete }: DispatchOptions = {},
): Promise<JsonRpcResponse | undefined> {
  if (!isRequest(message)) return undefined;
  const method = methods.get(message.method);
  if (method === undefined) return errorAnswer(message.id, methodNotFound(message.method));
  try {
    const result = await method({ id: message.id, params: message.params ?? NO_PARAMS, context });
    return resultAnswer(message.id, complete === undefined ? result : complete(result));
  } catch (thrown) {
    if (thrown instanceof RpcFault) return errorAnswer(message.id, thrown);
    if (!context.signal.aborted) {
      onError?.(thrown);
      return errorAnswer(message.id, thrown);
    }
    return context.signal.reason === 'shutdown' ? errorAnswer(message.id, goingDown()) : undefined;
  }
}

export function methodNotFound(method: string): RpcFault {
  // The modern revision answers unknown methods with 404 over HTTP; with a session, 404 would mean a lost session.
  return new RpcFault(METHOD_NOT_FOUND, `Method '${method}' is not offered by this server`);
}

/** The server is stopping: the request was not, or not wholly, carried out here. */
export function goingDown(): RpcFault {
  return new RpcFault(REFUSED, 'The server is going down; ask again when it is back', {
    data: { reason: 'draining' },
    httpStatus: 503,
  });
}
