import type { JsonObject, RpcRequest } from './json-rpc.ts';

const METHOD_NOT_FOUND = -32601;

/** The answer to a request that the server sends us: ping is alive, everything else is a capability we did not declare. */
export function answerServerRequest(request: RpcRequest): JsonObject {
  if (request.method === 'ping') return { jsonrpc: '2.0', id: request.id, result: {} };
  const message = `${request.method} is not offered by this client`;
  return { jsonrpc: '2.0', id: request.id, error: { code: METHOD_NOT_FOUND, message } };
}
