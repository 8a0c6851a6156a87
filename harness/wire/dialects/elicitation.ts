import { createHash } from 'node:crypto';
import { canonicalJson } from '../../model/canonical.ts';
import type { Observation } from '../../model/event.ts';
import { isObject, type JsonObject, type RpcRequest } from '../json-rpc.ts';
import type { RawReply } from '../wire.ts';
import type { WireTarget } from '../wire-target.ts';
import type { Adapter, OperationInput, RequestShape } from './adapter.ts';

/** How a call that needs input is told, asked and answered, as far as the dialects have it in common. */

const RELATED_TASK = 'io.modelcontextprotocol/related-task';

/** What the client says it can do: the dialect's own, and questions in form of a form where the target has a tool that asks. */
export function capabilitiesOf(
  adapter: Pick<Adapter, 'capabilities' | 'elicits'>,
  target: Pick<WireTarget, 'tools'>,
): JsonObject {
  return { ...adapter.capabilities, ...(isElicited(adapter, target) ? { elicitation: { form: {} } } : {}) };
}

/** The client has said that it answers elicitation requests. */
export function isElicited(adapter: Pick<Adapter, 'elicits'>, target: Pick<WireTarget, 'tools'>): boolean {
  return adapter.elicits && asksAnything(target);
}

export function asksAnything({ tools }: Pick<WireTarget, 'tools'>): boolean {
  return [...tools.values()].some(({ answer }) => answer !== undefined);
}

/** What a call's agent answers, from the target's description. null: it has no answer. */
export function contentOf(input: Pick<OperationInput, 'target' | 'call' | 'key'>): JsonObject | null {
  const { target, call, key } = input;
  const tools = [target.tools.get(call.tool), ...target.tools.values()];
  const template = tools.find((tool) => tool?.answer !== undefined)?.answer;
  if (template === undefined) return null;
  return target.renderArguments(template, { token: call.token, ms: call.ms, key, n: call.call, inputSchema: null });
}

/** The same as an ElicitResult, always an acceptance. */
export function answerOf(input: Pick<OperationInput, 'target' | 'call' | 'key'>): JsonObject | null {
  const content = contentOf(input);
  return content && { action: 'accept', content };
}

/** One answer a key. */
export function answersFor(keys: readonly string[], input: OperationInput): JsonObject {
  const answer = answerOf(input);
  return Object.fromEntries(answer === null ? [] : keys.map((key) => [key, answer]));
}

/** A call that asks before it becomes a task, or before it works (a multi round-trip request). */
export function asksForInput(result: unknown): result is JsonObject {
  return isObject(result) && result.resultType === 'input_required';
}

/**
 * The same call again with what it asked for and its state, byte for byte; null: this reply asks for nothing, or there is no
 * answer. `shape` is the call as it was first sent. Source: MCP 2026-07-28 basic/mrtr.
 */
export function answeredCall(shape: RequestShape, reply: RawReply, input: OperationInput): RequestShape | null {
  if (reply.kind !== 'answered' || !asksForInput(reply.message.result) || answerOf(input) === null) return null;
  const { inputRequests, requestState } = reply.message.result;
  const inputResponses = answersFor(isObject(inputRequests) ? Object.keys(inputRequests) : [], input);
  const state = requestState === undefined ? {} : { requestState };
  return { ...shape, params: { ...shape.params, inputResponses, ...state } };
}

/** What a task waits for. */
export function observeInputs(requests: unknown): Pick<Observation, 'inputs' | 'inputShas'> {
  if (!isObject(requests)) return {};
  const inputs = Object.keys(requests).sort();
  const digest = (key: string) => createHash('sha256').update(canonicalJson(requests[key])).digest('hex');
  return { inputs, inputShas: Object.fromEntries(inputs.map((key) => [key, digest(key)])) };
}

/** The task that a request of the server says it belongs to; null: it says nothing. */
export function relatedTaskOf({ params }: RpcRequest): string | null {
  const related = isObject(params?._meta) ? params._meta[RELATED_TASK] : undefined;
  return isObject(related) && typeof related.taskId === 'string' ? related.taskId : null;
}
