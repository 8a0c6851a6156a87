import type { Clock } from '../model/clock.ts';
import type { Detection } from '../wire/detection.ts';
import type { ServerTool } from '../wire/dialects/adapter.ts';
import { describeReply } from '../wire/handshake.ts';
import { isObject, type JsonObject, readError } from '../wire/json-rpc.ts';

/** A conversation with a server of which little is known, for calls that find out more. */
export interface TrialLine {
  readonly tools: ReadonlyMap<string, ServerTool>;
  call(tool: string, args: JsonObject, more?: JsonObject): Promise<TrialReply>;
  /** Any other request. */
  ask(method: string, params: JsonObject): Promise<TrialReply>;
  sleep(ms: number): Promise<void>;
  nowMs(): number;
}

/** result: as received, isError among them. error: a JSON-RPC error. none: nothing came, or nothing that can be read. */
export type TrialReply =
  | { readonly kind: 'result'; readonly result: JsonObject }
  | { readonly kind: 'error' | 'none'; readonly message: string };

export interface TrialLineOptions {
  readonly found: Detection;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long one answer may take. */
  readonly answerMs: number;
}

export function openTrialLine({ found, clock, signal, answerMs }: TrialLineOptions): TrialLine {
  const { exchange, handshake } = found;
  const ask = async (method: string, params: JsonObject, mcpName: string): Promise<TrialReply> => {
    signal.throwIfAborted();
    const modern = handshake.era === 'modern';
    const reply = await exchange.request(method, params, { modern, mcpName, timeoutMs: answerMs });
    signal.throwIfAborted();
    if (reply.kind !== 'answered') return { kind: 'none', message: describeReply(reply) };
    const { result, error } = reply.message;
    if (isObject(result)) return { kind: 'result', result };
    return { kind: 'error', message: error === undefined ? describeReply(reply) : readError(error).message };
  };
  return {
    tools: handshake.tools,
    call: (name, args, more = {}) => ask('tools/call', { name, arguments: args, ...more }, name),
    ask: (method, params) => ask(method, params, typeof params.taskId === 'string' ? params.taskId : method),
    sleep: (ms) => clock.sleep(ms, signal),
    nowMs: () => clock.now() / 1e6,
  };
}
