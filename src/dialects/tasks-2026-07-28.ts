/**
 * Tasks of revision 2026-07-28: the extension io.modelcontextprotocol/tasks (SEP-2663). The server alone decides that a call
 * becomes a task, and only for a client that declared the extension on that request; everybody else's call waits for the
 * result.
 */
import type { Tool } from '../tools/tool.ts';
import { answerableBy, requireAnswerable } from './client-input.ts';
import type { CreateDialect, DialectOptions } from './dialect.ts';
import type { MethodCall } from './dispatch.ts';
import { takeRound } from './input-rounds.ts';
import { type JsonObject, MISSING_CLIENT_CAPABILITY } from './json-rpc.ts';
import { createModernDialect, type ModernFace } from './modern-face.ts';
import { declaresTasks, requireTasks } from './modern-request.ts';
import { modernTask } from './modern-task.ts';
import { publishedTool } from './published-tool.ts';
import { type AcceptedCall, callAndWait, readCall, requestedTool, submitCall, taskSupportOf } from './tool-call.ts';
import { blockingWords, modernWords, type ToolWords, timesOf } from './tool-words.ts';

export const meta = {
  id: 'tasks-2026-07-28',
  title: 'Tasks of 2026-07-28',
  description:
    'Server-directed tasks, result inline in tasks/get, no sessions (extension io.modelcontextprotocol/tasks).',
  sessions: false,
} as const;

export const create: CreateDialect = (options) =>
  createModernDialect(options, {
    meta,
    tools: [...options.tools.values()].map((tool) => publishedTool(tool, { options, words: wordsOf(tool, options) })),
    async callTool(face, call, capabilities) {
      const answer = await callAsTask(face, call, capabilities);
      return answer.kind === 'answered' ? answer.result : { ...modernTask(answer.task), resultType: 'task' };
    },
  });

function wordsOf(tool: Tool, options: DialectOptions): ToolWords {
  const times = timesOf(options);
  const support = taskSupportOf(options, tool);
  if (support === 'forbidden') return blockingWords(tool, times);
  const otherwise =
    support === 'required'
      ? 'Any other client is refused.'
      : 'Any other client is answered with the result itself, once the work is done.';
  return modernWords(tool, times, otherwise);
}

export type TaskCall =
  | { readonly kind: 'answered'; readonly result: JsonObject }
  | ({ readonly kind: 'task' } & AcceptedCall);

/**
 * What can be asked before there is a task is asked first, by an answer that is input_required. A client that knows no tasks is
 * asked everything in that way, and gets the result: this revision has no other for it.
 */
export async function callAsTask(face: ModernFace, call: MethodCall, capabilities: JsonObject): Promise<TaskCall> {
  const { options, states } = face;
  const { params, context } = call;
  const { principal } = context;
  const tool = requestedTool(options, params);
  const support = taskSupportOf(options, tool);
  if (support === 'required') requireTasks(capabilities, `Tool '${tool.name}' can only be called as a task`);
  const isTask = support !== 'forbidden' && declaresTasks(capabilities);
  const requested = readCall(tool, params);
  const { first, later } = requested.questions;
  const questions = { ...first, ...later };
  requireAnswerable(questions, { capabilities, tool: tool.name, code: MISSING_CLIENT_CAPABILITY });
  const round = takeRound(isTask ? first : questions, { states, call: requested, params, principal });
  if (round.kind === 'asking') return { kind: 'answered', result: round.result };
  const { kind: _kind, ...answers } = round;
  if (!isTask) {
    const result = await callAndWait(options, { call: requested, params, context, ...answers });
    return { kind: 'answered', result: { ...result } };
  }
  const answerable = answerableBy(capabilities);
  return { kind: 'task', ...(await submitCall(options, { call: requested, principal, answerable, ...answers })) };
}
