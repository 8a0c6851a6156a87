import type { Draft } from '../../model/draft.ts';
import type { Observation } from '../../model/event.ts';
import type { OkOutcome } from '../../model/outcome.ts';
import { TASKS_EXTENSION } from '../envelope.ts';
import { unreadable } from '../error-table.ts';
import { greetModern } from '../handshake.ts';
import { isObject, type JsonObject, readError } from '../json-rpc.ts';
import type { WireTarget } from '../wire-target.ts';
import type { Adapter } from './adapter.ts';
import { answeredCall, answerOf, answersFor, asksForInput, observeInputs } from './elicitation.ts';
import { observeResult, observeTask, observeTimes, plainResult, readReply } from './tool-result.ts';
import { workCall } from './work-call.ts';

const ASKS_FIRST = 'the call asks for input before it becomes a task, and again after it was answered';
const ASKS_NOBODY = 'the call asks for input before it becomes a task, and this target has no answer (tools.asking)';

/** The extension io.modelcontextprotocol/tasks of revision 2026-07-28: the server decides on a task, tasks/get carries the result. */
export const tasks20260728: Adapter = {
  meta: {
    id: 'tasks-2026-07-28',
    title: 'Tasks, 2026-07-28',
    description: 'tools/call may answer with a task; tasks/get polls it and carries the result. No sessions.',
    source: 'MCP extension io.modelcontextprotocol/tasks (SEP-2663)',
  },
  hasBlockingResult: false,
  getCarriesResult: true,
  createBlocks: false,
  answersBy: 'update',
  followsBy: 'listen',
  elicits: true,
  capabilities: { extensions: { [TASKS_EXTENSION]: {} } },
  handshake: (exchange) => greetModern(exchange),
  request(op, input) {
    if (op === 'create') {
      const params = workCall(input);
      return { method: 'tools/call', params, mcpName: params.name };
    }
    if (input.task === null) return null;
    if (op === 'get' || op === 'result') {
      return { method: 'tasks/get', params: { taskId: input.task }, mcpName: input.task };
    }
    if (op === 'cancel') return { method: 'tasks/cancel', params: { taskId: input.task }, mcpName: input.task };
    if (op === 'listen') {
      return { method: 'subscriptions/listen', params: { notifications: { taskIds: [input.task] } } };
    }
    if (op !== 'update') return null;
    const params = { taskId: input.task, inputResponses: answersFor(input.inputs, input) };
    return { method: 'tasks/update', params, mcpName: input.task };
  },
  interpret(op, reply, input) {
    const read = readReply(op, reply, input);
    if (read.outcome !== null) return read.outcome;
    const { result, shape } = read;
    if (op === 'cancel' || op === 'update' || op === 'listen') {
      // The acknowledgement says nothing of the status: a cancel is cooperative here.
      return { type: 'ok', ...(input.task === null ? {} : { task: input.task }), shape };
    }
    const seen: Draft<OkOutcome> = { type: 'ok', shape };
    observe(seen, result, input.target);
    if (seen.task !== undefined && seen.status !== undefined) return seen;
    const plain = op === 'create' ? plainResult(input.target, result, shape) : null;
    if (plain !== null || !asksForInput(result)) return plain ?? unreadable(read.reply, shape);
    return unreadable(read.reply, shape, answerOf(input) === null ? ASKS_NOBODY : ASKS_FIRST);
  },
  goOn: (_op, shape, reply, input) => answeredCall(shape, reply, input),
  push(notification, target) {
    if (notification.method !== 'notifications/tasks' || notification.params === undefined) return null;
    const seen: Draft<Observation> = {};
    observe(seen, notification.params, target);
    return seen.task === undefined ? null : seen;
  },
};

/** Adds a task as this dialect writes it, with its outcome when it has one. */
function observe(seen: Draft<Observation>, task: JsonObject, target: WireTarget): void {
  observeTask(seen, task);
  observeTimes(seen, task.ttlMs, task.pollIntervalMs);
  if (task.inputRequests !== undefined) Object.assign(seen, observeInputs(task.inputRequests));
  if (isObject(task.result)) observeResult(seen, target, task.result);
  else if (isObject(task.error)) {
    const { code, message } = readError(task.error);
    seen.error = { code, message };
  }
}
