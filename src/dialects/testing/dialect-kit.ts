/** A dialect over a real engine, asked in process: no sockets, virtual time. For tests. */
import { vi } from 'vitest';
import { createKit, type EngineKit, type KitOptions } from '../../tasks/testing/engine-kit.ts';
import { createTools } from '../../tools/index.ts';
import type {
  Abandonment,
  Dialect,
  DialectModule,
  DialectOptions,
  JsonRpcNotification,
  JsonRpcResponse,
  RequestContext,
} from '../dialect.ts';
import { isObject, type JsonObject } from '../json-rpc.ts';

export interface DialectKit extends AsyncDisposable {
  readonly dialect: Dialect;
  readonly parts: EngineKit;
  /** The result; throws a RefusedRequest when it is an error. */
  ask(method: string, params?: JsonObject, context?: Partial<RequestContext>): Promise<JsonObject>;
  /** The error; throws when it is a result. */
  refusal(method: string, params?: JsonObject, context?: Partial<RequestContext>): Promise<RefusedRequest>;
  /** A request that the test ends itself. */
  begin(method: string, params?: JsonObject, context?: Partial<RequestContext>): OpenRequest;
}

export interface OpenRequest {
  readonly answer: Promise<JsonRpcResponse | undefined>;
  readonly notifications: readonly JsonRpcNotification[];
  abandon(reason: Abandonment): void;
}

/** A JSON-RPC error as a test sees it. */
export interface RefusedRequest {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
  readonly httpStatus?: number;
}

export const SERVER_INFO = { name: 'claimcheck', version: '0.0.0-test' } as const;

export async function createDialectKit(
  module: DialectModule,
  options: KitOptions & Pick<DialectOptions, 'taskSupport'> = {},
): Promise<DialectKit> {
  const { taskSupport, ...engineOptions } = options;
  const tools = options.tools ?? createTools();
  const parts = await createKit({ ...engineOptions, tools });
  const dialect = module.create({
    engine: parts.engine,
    tools,
    serverInfo: SERVER_INFO,
    instructions: 'For tests.',
    ...(taskSupport === undefined ? {} : { taskSupport }),
  });
  let lastId = 0;
  const begin: DialectKit['begin'] = (method, params, context = {}) => {
    const controller = new AbortController();
    const notifications: JsonRpcNotification[] = [];
    lastId += 1;
    const message = { jsonrpc: '2.0', id: lastId, method, ...(params === undefined ? {} : { params }) } as const;
    const answer = dialect.handle(message, {
      principal: 'alice',
      transport: 'stdio',
      session: { id: 's' },
      signal: controller.signal,
      notify: (notification) => notifications.push(notification),
      ...context,
    });
    return { answer, notifications, abandon: (reason) => controller.abort(reason) };
  };
  const answered = async (...request: Parameters<DialectKit['begin']>): Promise<JsonRpcResponse> => {
    const answer = await begin(...request).answer;
    if (answer === undefined) throw new Error(`expected an answer to ${request[0]}, got none`);
    return answer;
  };
  return {
    dialect,
    parts,
    begin,
    async ask(...request) {
      const answer = await answered(...request);
      if ('result' in answer && isObject(answer.result)) return answer.result;
      throw new Error(`expected a result of ${request[0]}, got ${JSON.stringify(answer)}`);
    },
    async refusal(...request) {
      const answer = await answered(...request);
      if (!('error' in answer)) throw new Error(`expected an error of ${request[0]}, got ${JSON.stringify(answer)}`);
      return { ...answer.error, ...(answer.httpStatus === undefined ? {} : { httpStatus: answer.httpStatus }) };
    },
    async [Symbol.asyncDispose]() {
      const closed = parts.engine[Symbol.asyncDispose]();
      if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(3_000); // past whatever the engine waits for
      await closed;
    },
  };
}
