import { isTerminal, type Operation, type Status } from '../../model/operation.ts';
import type { Outcome } from '../../model/outcome.ts';
import { quote, refusalReason, unreadable } from '../error-table.ts';
import { textOf, textOfValue } from '../expression.ts';
import { isObject, type JsonObject, readError } from '../json-rpc.ts';
import type { RawReply } from '../wire.ts';
import type { HandleSpec, HandleStatus, PlainCall } from '../wire-target.ts';
import type { Adapter, OperationInput, RequestShape } from './adapter.ts';
import { greetEither } from './blocking.ts';
import { contentOf, observeInputs } from './elicitation.ts';
import { isErrorReply, readReply } from './tool-result.ts';
import { workCall } from './work-call.ts';

/**
 * Job handles: ordinary tools that start work, tell its state and cancel it. Which tools, and what their answers mean, the
 * profile says. What a tool answers with isError is its own error; a job is missing only where the profile's rule or the
 * words of the error say so: -32602 means wrong arguments here, as for every tool.
 */
export const handle: Adapter = {
  meta: {
    id: 'handle',
    title: 'Job handle',
    description:
      'One tool starts work and answers with a reference, another tells its state and result, a third cancels it.',
    source: 'the profile: section handle',
  },
  hasBlockingResult: false,
  getCarriesResult: true,
  createBlocks: false,
  answersBy: 'update',
  followsBy: null,
  elicits: false,
  capabilities: {},
  handshake: (exchange, capabilities) => greetEither(exchange, capabilities),
  request(op, input) {
    const { answer, cancel } = specOf(input);
    switch (op) {
      case 'create': {
        const params = workCall(input);
        return { method: 'tools/call', params, mcpName: params.name };
      }
      case 'get':
      case 'result':
        return jobCall(statusToolOf(op, input), input);
      case 'cancel':
        return cancel && jobCall(cancel, input);
      case 'update':
        return answer && jobCall(answer, input, answersIn(answer.byKey, input));
      default:
        return null;
    }
  },
  interpret(op, reply, input) {
    if (op === 'create') return interpretStart(reply, input);
    if (op === 'cancel' || op === 'update') return interpretAccepted(op, reply, input);
    const spec = statusToolOf(op, input);
    if (input.before === undefined) return interpretStatus(reply, spec, input);
    return interpretFetched(reply, interpretStatus(input.before, spec, input), input);
  },
  goOn(op, _shape, reply, input) {
    const { result } = specOf(input);
    if (result === null || input.before !== undefined || !(op === 'get' || op === 'result')) return null;
    const spec = statusToolOf(op, input);
    const seen = interpretStatus(reply, spec, input);
    if (seen.type !== 'ok' || seen.status !== 'completed') return null;
    // Its own request needs what this very reply has told.
    const kept = { ...input.kept, ...keptOf(reply, spec) };
    const fetch = jobCall(result, { ...input, kept });
    return fetch && { ...fetch, atOnce: true };
  },
  keep: (op, reply, input) => (op === 'get' || op === 'result' ? keptOf(reply, statusToolOf(op, input)) : {}),
  push: () => null,
};

function specOf(input: OperationInput): HandleSpec {
  if (input.target.handle === null) throw new Error('the dialect is handle and the target has no handle section');
  return input.target.handle;
}

/** A fetch that blocks asks the tool that waits, where there is one. */
function statusToolOf(op: Operation, input: OperationInput): HandleStatus {
  const { status, wait } = specOf(input);
  return op === 'result' ? (wait ?? status) : status;
}

function keptOf(reply: RawReply, spec: HandleStatus): Readonly<Record<string, string>> {
  return reply.kind === 'answered' && isObject(reply.message.result) ? spec.keep(reply.message.result) : {};
}

function jobCall(tool: PlainCall, input: OperationInput, more: JsonObject = {}): RequestShape | null {
  const { target, call, key, task, handshake } = input;
  if (task === null) return null;
  const inputSchema = handshake.tools.get(tool.tool)?.inputSchema ?? null;
  const { kept = {} } = input;
  const values = { token: call.token, ms: call.ms, key, n: call.call, id: task, kept, inputSchema };
  const params = { name: tool.tool, arguments: { ...target.renderArguments(tool.arguments, values), ...more } };
  return { method: 'tools/call', params, mcpName: params.name };
}

/** The answers as the argument that takes them by key, where there is one. */
function answersIn(argument: string | null, input: OperationInput): JsonObject {
  const content = contentOf(input);
  if (argument === null || content === null) return {};
  return { [argument]: Object.fromEntries(input.inputs.map((key) => [key, content])) };
}

/** A start tool's own error is a refusal: no job was named. Without an error there must be an id. */
function interpretStart(reply: RawReply, input: OperationInput): Outcome {
  const read = readReply('create', reply, input);
  if (read.outcome !== null) return read.outcome;
  const { result, shape } = read;
  if (result.isError === true) {
    const message = quote(textOf(result));
    return { type: 'fail', reason: refusalReason(message), message, answered: true, shape };
  }
  const found = specOf(input).start.id(result);
  // Anything else names nothing, however it is written.
  const id = typeof found === 'string' || Number.isFinite(found) ? textOfValue(found) : null;
  if (id !== null && id !== '') return { type: 'ok', task: id, shape };
  return unreadable(read.reply, shape, 'no job id stands where the profile says (handle.start.id)');
}

function interpretStatus(reply: RawReply, spec: HandleStatus, input: OperationInput): Outcome {
  const read = readReply('get', reply, input);
  if (read.outcome !== null) {
    const { outcome } = read;
    if (reply.kind !== 'answered' || !isErrorReply(reply) || outcome.reason === 'session-lost') return outcome;
    if (spec.isMissing(null, readError(reply.message.error).message)) return missing(outcome, input);
    // The common table took an -32602 for an unknown task.
    return outcome.reason === 'not-found' ? { ...outcome, reason: 'refused' } : outcome;
  }
  const { result, shape } = read;
  const text = result.isError === true ? quote(textOf(result)) : null;
  const state = spec.state(result);
  const status = spec.statusOf(state);
  // A final state that is listed says more than the words of an error: "failed: file not found" is a failed job.
  const isFinal = status !== null && status !== 'missing' && isTerminal(status);
  if (status === 'missing' || spec.isMissing(result, isFinal ? null : text)) {
    const message = text ?? (state === null ? 'no such job' : `state ${state}`);
    return missing({ type: 'fail', reason: 'not-found', message, answered: true, shape }, input);
  }
  // With isError only a listed state tells of the job; otherwise it is the look at it that failed.
  if (text !== null && !isFinal) {
    return { type: 'fail', reason: refusalReason(text), message: text, answered: true, shape };
  }
  if (status === null) {
    return unreadable(read.reply, shape, 'no state stands where the profile says (handle.status.state)');
  }
  return {
    type: 'ok',
    ...(input.task === null ? {} : { task: input.task }),
    status,
    ...(status === 'input_required' ? observeInputs(spec.questions(result)) : {}),
    ...ending(status, result, { spec, shape, input }),
  };
}

/** What another tool gives of a job that is over; whether it is there is for that tool to say. */
function interpretFetched(reply: RawReply, seen: Outcome, input: OperationInput): Outcome {
  if (seen.type !== 'ok') return seen;
  const { status, result: fetch } = specOf(input);
  const read = readReply('get', reply, input);
  if (read.outcome !== null) {
    const isRefused = reply.kind === 'answered' && isErrorReply(reply);
    const isMissing = isRefused && status.isMissing(null, readError(reply.message.error).message);
    return isMissing ? missing(read.outcome, input) : read.outcome;
  }
  const { result: told, shape } = read;
  if (told.isError === true) {
    const message = quote(textOf(told));
    const reason = status.isMissing(told, message) ? 'not-found' : refusalReason(message);
    return { type: 'fail', reason, message, answered: true, shape };
  }
  const result = fetch?.value ? fetch.value(told) : told;
  if (result === undefined)
    return unreadable(read.reply, shape, 'no result stands where the profile says (handle.result.value)');
  const { echo } = input.target;
  return { ...seen, shape, result, ...(echo === null ? {} : { echo: echo(told) }) };
}

interface Ended {
  readonly spec: HandleStatus;
  readonly shape: readonly string[];
  readonly input: OperationInput;
}

/** The end of a job: what came out, and the token that the same reply carries. */
function ending(
  status: Status,
  reply: JsonObject,
  { spec, shape, input }: Ended,
): Pick<Extract<Outcome, { type: 'ok' }>, 'result' | 'isError' | 'echo' | 'shape'> {
  if (!isTerminal(status)) return { shape };
  // Fetched by a tool of its own, the result of a completed job stands in that tool's reply.
  if (status === 'completed' && specOf(input).result !== null) return { shape };
  const { target } = input;
  const { result: read } = spec;
  const result = read === null ? reply : read(reply);
  if (result === undefined) {
    const absent = 'a completed job without a result where the profile says (handle.status.result)';
    return { shape: status === 'completed' ? [...shape, absent] : shape };
  }
  return {
    result,
    ...(isObject(result) && result.isError === true ? { isError: true } : {}),
    ...(target.echo === null ? {} : { echo: target.echo(reply) }),
    shape,
  };
}

/** The answer to a cancel or to an answer: taken, or refused in the words of the tool. */
function interpretAccepted(op: 'cancel' | 'update', reply: RawReply, input: OperationInput): Outcome {
  const { cancel, status } = specOf(input);
  const accepted = op === 'cancel' ? (cancel?.accepted ?? null) : null;
  const read = readReply(op, reply, input);
  if (read.outcome !== null) return read.outcome;
  const { result, shape } = read;
  const text = quote(textOf(result));
  const isRefused = result.isError === true || (accepted !== null && !accepted(result));
  if (!isRefused) return { type: 'ok', ...(input.task === null ? {} : { task: input.task }), shape };
  const isMissing = status.statusOf(status.state(result)) === 'missing' || status.isMissing(result, text);
  return { type: 'fail', reason: isMissing ? 'not-found' : 'refused', message: text, answered: true, shape };
}

/** Some servers forget a job as soon as it is cancelled; where the profile says so, that is how it ended. */
function missing(outcome: Outcome & { readonly type: 'fail' | 'info' }, input: OperationInput): Outcome {
  const { cancel } = specOf(input);
  const named = input.task === null ? {} : { task: input.task };
  if (input.cancelAccepted && cancel?.thenMissing) {
    return { type: 'ok', ...named, status: 'cancelled', shape: outcome.shape ?? [] };
  }
  return { ...outcome, type: 'fail', reason: 'not-found' };
}
