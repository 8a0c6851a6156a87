/** The opening of a conversation up to revision 2025-11-25: initialize, ping, tools/list. */
import type { DialectOptions } from './dialect.ts';
import type { Method, MethodCall, MethodTable } from './dispatch.ts';
import { INVALID_PARAMS, isObject, type JsonObject, RpcFault, requiredString } from './json-rpc.ts';

export const TASKS_VERSION = '2025-11-25';

/** Revisions spoken here; the newest first, which is also the answer to a client that asks for another. */
export const LEGACY_VERSIONS: readonly string[] = [TASKS_VERSION, '2025-06-18'];

export interface HandshakeOptions {
  readonly options: DialectOptions;
  /** What the server can do for a client of this revision. */
  capabilities(protocolVersion: string, call: MethodCall): JsonObject;
  /** Answer of tools/list for this conversation. */
  tools(call: MethodCall): readonly JsonObject[];
}

/** The methods every dialect with a handshake has. */
export function handshakeMethods(handshake: HandshakeOptions): MethodTable {
  const initialize: Method = (call) => {
    const { params, context } = call;
    const asked = requiredString(params, 'protocolVersion');
    const clientCapabilities = params.capabilities;
    if (!isObject(clientCapabilities)) throw new RpcFault(INVALID_PARAMS, 'params.capabilities must be an object');
    const version = LEGACY_VERSIONS.includes(asked) ? asked : TASKS_VERSION;
    context.session.protocolVersion = version;
    context.session.clientCapabilities = clientCapabilities;
    return {
      protocolVersion: version,
      capabilities: handshake.capabilities(version, call),
      serverInfo: handshake.options.serverInfo,
      ...instructionsOf(handshake.options),
    };
  };
  return new Map<string, Method>([
    ['initialize', initialize],
    ['ping', () => ({})],
    ['tools/list', (call) => ({ tools: handshake.tools(call) })],
  ]);
}

/** As the answer to a greeting carries them. */
export function instructionsOf({ instructions }: Pick<DialectOptions, 'instructions'>): JsonObject {
  return instructions === undefined ? {} : { instructions };
}
