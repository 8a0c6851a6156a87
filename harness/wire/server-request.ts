import type { RpcAnswer, RpcRequest } from './json-rpc.ts';

const METHOD_NOT_FOUND = -32601;

/**
 * The answer to a request of the server that nobody has taken. ping is alive; a question that belongs to nothing open is
 * dismissed where questions were invited (`elicits`); everything else is a capability we did not declare.
 */
export function answerServerRequest({ id, method }: RpcRequest, elicits = false): RpcAnswer {
  if (method === 'ping') return { jsonrpc: '2.0', id, result: {} };
  if (method === 'elicitation/create' && elicits) return { jsonrpc: '2.0', id, result: { action: 'cancel' } };
  return { jsonrpc: '2.0', id, error: { code: METHOD_NOT_FOUND, message: `${method} is not offered by this client` } };
}
