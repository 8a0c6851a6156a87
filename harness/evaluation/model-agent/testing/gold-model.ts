import type { Instance, Json, StepId } from '../../../model/evaluation/instance.ts';
import { stepId } from '../../../model/evaluation/instance.ts';
import { resolveArguments } from '../../../model/evaluation/reference.ts';
import { WAIT_TOOL } from '../host-tools.ts';
import { type Asked, completion, type SaidCall, type Scripted } from './scripted-endpoint.ts';

type AskedMessage = Asked['messages'][number];

/**
 * A script that knows the gold calls and otherwise only what stands in the conversation: it calls what can be called, `perTurn`
 * calls a turn, waits where the host lets it, and reports. With `openMax` calls at work it waits. Its calls are told apart by
 * their arguments.
 */
export function goldModel(
  instances: readonly Instance[],
  { perTurn = Number.POSITIVE_INFINITY, openMax = Number.POSITIVE_INFINITY } = {},
) {
  return ({ messages, tools }: Asked): Scripted => {
    const told = messages.map(({ content }) => content ?? '').join('\n');
    const instance = instances.find(({ tasks }) => tasks.every(({ instruction }) => told.includes(instruction)));
    if (instance === undefined) throw new Error('expected an instance that is known');
    const { called, results } = readConversation(instance, messages);
    const ready = instance.tasks.flatMap(({ id, steps }) =>
      steps.flatMap(({ label, tool, arguments: args, after }): SaidCall[] => {
        if (called.has(stepId(id, label))) return [];
        if (!after.every((one) => results.has(stepId(id, one)))) return [];
        return [{ name: tool, arguments: resolveArguments(args, (one) => results.get(stepId(id, one))) }];
      }),
    );
    const free = openMax - (called.size - results.size);
    if (ready.length > 0 && free > 0) return completion(null, ready.slice(0, Math.min(perTurn, free)));
    const steps = instance.tasks.flatMap(({ id, steps: own }) => own.map(({ label }) => stepId(id, label)));
    const canWait = tools.some(({ function: { name } }) => name === WAIT_TOOL);
    if (steps.some((step) => !results.has(step)) && canWait)
      return completion(null, [{ name: WAIT_TOOL, arguments: {} }]);
    return completion(instance.tasks.map(({ id }) => `TASK ${id}: DONE`).join('\n'));
  };
}

function readConversation(instance: Instance, messages: readonly AskedMessage[]) {
  const called = new Set<StepId>();
  const results = new Map<StepId, Json>();
  const byChatId = new Map<string, StepId>();
  const byTaskId = new Map<string, StepId>();
  for (const { role, content, tool_calls: calls = [], tool_call_id: chatId = '' } of messages) {
    for (const { id, function: asked } of calls) {
      const step = stepOf(instance, results, called, asked);
      if (step === null) continue;
      called.add(step);
      byChatId.set(id, step);
    }
    const text = content ?? '';
    if (role === 'tool') {
      const step = byChatId.get(chatId);
      const answer: { readonly task_id?: string; readonly status?: string } = JSON.parse(text);
      if (step === undefined) continue;
      if (answer.task_id !== undefined && answer.status === 'working') byTaskId.set(answer.task_id, step);
      else results.set(step, JSON.parse(text));
    } else if (text.startsWith('Result of a task: ')) {
      const late: { readonly task_id: string; readonly result: Json } = JSON.parse(text.slice(18));
      const step = byTaskId.get(late.task_id);
      if (step !== undefined) results.set(step, late.result);
    }
  }
  return { called, results };
}

function stepOf(
  instance: Instance,
  results: ReadonlyMap<StepId, Json>,
  called: ReadonlySet<StepId>,
  asked: { readonly name: string; readonly arguments: string },
): StepId | null {
  for (const { id, steps } of instance.tasks) {
    for (const { label, tool, arguments: args } of steps) {
      const wanted = JSON.stringify(resolveArguments(args, (one) => results.get(stepId(id, one))));
      const step = stepId(id, label);
      if (!called.has(step) && tool === asked.name && wanted === asked.arguments) return step;
    }
  }
  return null;
}
