/** The envelope of revision 2026-07-28: what every request must say of itself, and what every answer carries. */
import type { DialectOptions } from './dialect.ts';
import {
  describe,
  INVALID_PARAMS,
  isObject,
  type JsonObject,
  MISSING_CLIENT_CAPABILITY,
  RpcFault,
  UNSUPPORTED_VERSION,
} from './json-rpc.ts';

export const MODERN_VERSION = '2026-07-28';
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';
export const VERSION_META = 'io.modelcontextprotocol/protocolVersion';
export const CAPABILITIES_META = 'io.modelcontextprotocol/clientCapabilities';
const SERVER_INFO_META = 'io.modelcontextprotocol/serverInfo';
export const SUBSCRIPTION_META = 'io.modelcontextprotocol/subscriptionId';

const MISSING = { httpStatus: 400 } as const;

/** Checks `_meta` and gives the client's capabilities. Throws -32602 when something required is missing, -32022 for another revision. */
export function clientCapabilities(params: JsonObject): JsonObject {
  const meta = params._meta;
  if (!isObject(meta))
    throw new RpcFault(INVALID_PARAMS, `params._meta must be an object, got ${describe(meta)}`, MISSING);
  const version = meta[VERSION_META];
  if (typeof version !== 'string') {
    throw new RpcFault(INVALID_PARAMS, `params._meta['${VERSION_META}'] must be a string`, MISSING);
  }
  if (version !== MODERN_VERSION) {
    throw new RpcFault(UNSUPPORTED_VERSION, `Protocol version '${version}' is not supported; use ${MODERN_VERSION}`, {
      data: { supported: [MODERN_VERSION], requested: version },
      httpStatus: 400,
    });
  }
  const capabilities = meta[CAPABILITIES_META];
  if (isObject(capabilities)) return capabilities;
  throw new RpcFault(INVALID_PARAMS, `params._meta['${CAPABILITIES_META}'] must be an object`, MISSING);
}

/** The client declared the tasks extension on this request; what it said before does not count. */
export function declaresTasks(capabilities: JsonObject): boolean {
  return isObject(capabilities.extensions) && isObject(capabilities.extensions[TASKS_EXTENSION]);
}

/** Throws -32021 unless the request declares the tasks extension. */
export function requireTasks(capabilities: JsonObject, why: string): void {
  if (declaresTasks(capabilities)) return;
  throw new RpcFault(MISSING_CLIENT_CAPABILITY, `${why}: declare the extension ${TASKS_EXTENSION} on the request`, {
    data: { requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } },
    httpStatus: 400,
  });
}

/** `_meta` of every result. */
export function serverMeta(options: DialectOptions): JsonObject {
  return { [SERVER_INFO_META]: options.serverInfo };
}
