import type { Draft } from '../../model/draft.ts';
import type { Observation } from '../../model/event.ts';
import { isTerminal } from '../../model/operation.ts';
import type { OkOutcome, Outcome } from '../../model/outcome.ts';
import { unreadable } from '../error-table.ts';
import { greetLegacy } from '../handshake.ts';
import { isObject, type JsonObject, readError } from '../json-rpc.ts';
import type { RawReply } from '../wire.ts';
import type { Adapter, OperationInput } from './adapter.ts';
import { isErrorReply, observeResult, observeTask, observeTimes, plainResult, readReply } from './tool-result.ts';
import { workCall } from './work-call.ts';

/** Tasks of revision 2025-11-25: the client asks for a task, polls tasks/get, and fetches with a blocking tasks/result. */
export const tasks20251125: Adapter = {
  meta: {
    id: 'tasks-2025-11-25',
    title: 'Tasks, 2025-11-25',
    description: 'params.task on tools/call gives a task; tasks/get polls it, tasks/result fetches it and blocks.',
    source: 'MCP 2025-11-25 basic/utilities/tasks (SEP-1686)',
  },
  hasBlockingResult: true,
  getCarriesResult: false,
  createBlocks: false,
  answersBy: 'result',
  followsBy: 'notifications',
  elicits: true,
  capabilities: {},
  handshake: (exchange, capabilities) => greetLegacy(exchange, capabilities),
  request(op, input) {
    switch (op) {
      case 'create': {
        const { ttlMs } = input.target;
        return { method: 'tools/call', params: { ...workCall(input), task: ttlMs === null ? {} : { ttl: ttlMs } } };
      }
      case 'get':
      case 'result':
      case 'cancel':
        return input.task === null ? null : { method: `tasks/${op}`, params: { taskId: input.task } };
      case 'list':
        return { method: 'tasks/list', params: {} };
      case 'update':
      case 'listen':
        return null;
    }
  },
  interpret(op, reply, input) {
    if (op === 'result') return interpretResult(reply, input);
    const read = readReply(op, reply, input);
    if (read.outcome !== null) return read.outcome;
    const { result, shape } = read;
    if (op === 'list') return { type: 'ok', shape };
    const task = op === 'create' ? result.task : result;
    if (isObject(task)) {
      const seen = observe(task);
      if (seen.task !== undefined && seen.status !== undefined) return { type: 'ok', ...seen, shape };
    }
    const plain = op === 'create' ? plainResult(input.target, result, shape) : null;
    return plain ?? unreadable(read.reply, shape);
  },
  needsStatus(op, reply, input) {
    if (op !== 'result' || reply.kind !== 'answered' || isTerminal(input.lastStatus ?? undefined)) return false;
    const { result } = reply.message;
    return isErrorReply(reply) || (isObject(result) && result.isError === true);
  },
  push(notification) {
    if (notification.method !== 'notifications/tasks/status' || notification.params === undefined) return null;
    const seen = observe(notification.params);
    return seen.task === undefined ? null : seen;
  },
};

/**
 * tasks/result answers with the outcome itself: the tool result, or the JSON-RPC error that the call ended with. Which of
 * both an error is, only the status tells: after a status of failed or cancelled it is the task's own outcome.
 */
function interpretResult(reply: RawReply, input: OperationInput): Outcome {
  const { lastStatus, task } = input;
  const named = task === null ? {} : { task };
  const read = readReply('result', reply, input);
  if (read.outcome !== null) {
    if (reply.kind !== 'answered' || !isErrorReply(reply) || read.outcome.reason === 'session-lost') {
      return read.outcome;
    }
    if (lastStatus === 'failed' || lastStatus === 'cancelled') {
      const { code, message } = readError(reply.message.error);
      const error = { code, message };
      return { type: 'ok', ...named, status: lastStatus, error, shape: read.outcome.shape ?? [] };
    }
    return read.outcome;
  }
  if (!Array.isArray(read.result.content)) return unreadable(read.reply, read.shape);
  const known = isTerminal(lastStatus ?? undefined) ? lastStatus : null;
  // A tool result with isError: true makes the task failed in this dialect (2025-20).
  const status = known ?? (read.result.isError === true ? 'failed' : 'completed');
  const outcome: Draft<OkOutcome> = { type: 'ok', shape: read.shape, ...named, status };
  observeResult(outcome, input.target, read.result);
  return outcome;
}

/** A task as this dialect writes it. */
function observe(task: JsonObject): Observation {
  const seen: Draft<Observation> = {};
  observeTask(seen, task);
  observeTimes(seen, task.ttl, task.pollInterval);
  return seen;
}
