import type { CallRequest } from '../../model/operation.ts';
import { UsageError } from '../../model/usage-error.ts';
import { isObject, type JsonObject } from '../json-rpc.ts';
import type { WorkTool } from '../wire-target.ts';
import type { OperationInput } from './adapter.ts';

interface WorkCall extends JsonObject {
  readonly name: string;
  readonly arguments: JsonObject;
}

/**
 * tools/call of the call's work tool, its arguments filled in, or of what the call itself asks for: the start of every
 * dialect's `create`.
 */
export function workCall(input: OperationInput): WorkCall {
  const { target, call, key, handshake } = input;
  const tool = target.tools.get(call.tool);
  if (tool === undefined) {
    throw new UsageError(`call ${call.call} uses tool '${call.tool}'; known: ${[...target.tools.keys()].join(', ')}`);
  }
  if (call.request !== undefined) return requested(call.request, tool, key);
  const rendered = target.renderArguments(tool.arguments, {
    token: call.token,
    ms: call.ms,
    key,
    n: call.call,
    inputSchema: handshake.tools.get(tool.name)?.inputSchema ?? null,
  });
  const withKey = tool.key === null || key === null ? rendered : withArgument(rendered, tool.key, key);
  const isModal = tool.mode !== null && call.mode !== null;
  const args = isModal ? withArgument(withKey, tool.mode, call.mode) : withKey;
  if (input.callbackUrl === undefined) return { name: tool.name, arguments: args };
  return { name: tool.name, arguments: args, _meta: { 'claimcheck/callback': { url: input.callbackUrl } } };
}

/** A request of the call's own, with the key where this server takes it. Where one tool starts all others, it is told which. */
function requested(request: CallRequest, { name, starts, key: keyName }: WorkTool, key: string | null): WorkCall {
  const args = starts
    ? { [starts.tool]: request.tool, [starts.arguments]: request.arguments }
    : { ...request.arguments };
  return {
    name: starts ? name : request.tool,
    arguments: keyName === null || key === null ? args : withArgument(args, keyName, key),
  };
}

/** The arguments with one set; `outer.inner` is an argument inside another, as in a job handle's own `arguments`. */
function withArgument(args: JsonObject, name: string, value: unknown): JsonObject {
  if (name in args || !name.includes('.')) return { ...args, [name]: value };
  const [outer = '', ...inner] = name.split('.');
  const inside = args[outer];
  return { ...args, [outer]: withArgument(isObject(inside) ? inside : {}, inner.join('.'), value) };
}
