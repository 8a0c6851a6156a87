/**
 * The hybrid: a call is answered with its result if that is there within a grace window, else with a receipt. Only revision
 * 2026-07-28 lets a server decide this (in 2025-11-25 who asked for a task must get one), so it is spoken here. A client that
 * declared the tasks extension gets a task as its receipt: its own library polls that. Any other gets a job handle, an
 * ordinary tool result that tools beside the work look at: it is answered within the window too, and never waits for work.
 */
import type { TaskRecord, ToolResult } from '../tasks/task.ts';
import type { CreateDialect, DialectOptions } from './dialect.ts';
import type { MethodCall } from './dispatch.ts';
import { waitWithin } from './grace-window.ts';
import { isJobTool, useJobTool } from './job-calls.ts';
import { taskPayload } from './job-payload.ts';
import { followingTools, HANDLE_ANSWERABLE } from './job-tools.ts';
import type { JsonObject } from './json-rpc.ts';
import { createModernDialect, type ModernFace } from './modern-face.ts';
import { declaresTasks } from './modern-request.ts';
import { modernTask } from './modern-task.ts';
import { publishedTool } from './published-tool.ts';
import { callAsTask } from './tasks-2026-07-28.ts';
import { finalResult, readCall, requestedTool, submitCall } from './tool-call.ts';
import { graceWords, timesOf } from './tool-words.ts';
import { isTerminal } from './waiting.ts';

export const meta = {
  id: 'grace',
  title: 'Inline within a grace window',
  description:
    'Answers with the result if it is there in time, else with a receipt: a task of 2026-07-28, or a job handle for clients without tasks.',
  sessions: false,
} as const;

/** Under the shortest limit a client is known to give a call (5 s), and about as long as somebody waits without wondering. */
const GRACE_MS = 2_000;

const RECEIPT = 'a call that was answered with a task_ref';

export const create: CreateDialect = (options) =>
  createModernDialect(options, {
    meta,
    tools: [
      ...[...options.tools.values()].map((tool) =>
        publishedTool(tool, { options, words: graceWords(tool, timesOf(options), graceMsOf(options)) }),
      ),
      ...followingTools(RECEIPT, options),
    ],
    callTool: (face, call, capabilities) =>
      declaresTasks(capabilities) ? callForTask(face, call, capabilities) : callForHandle(options, call),
  });

async function callForTask(face: ModernFace, call: MethodCall, capabilities: JsonObject): Promise<JsonObject> {
  const { name } = call.params;
  if (isJobTool(name)) return { ...(await useJobTool(face.options, name, call)) };
  const accepted = await callAsTask(face, call, capabilities);
  if (accepted.kind === 'answered') return accepted.result;
  const task = await waitWithin(graceMsOf(face.options), face.options, { ...call, ...accepted });
  return inlineResult(task) ?? { ...modernTask(task), resultType: 'task' };
}

/** What the work asks is asked through the handle: that takes a tool call, and no capability of the client. */
async function callForHandle(options: DialectOptions, call: MethodCall): Promise<JsonObject> {
  const { params, context } = call;
  if (isJobTool(params.name)) return { ...(await useJobTool(options, params.name, call)) };
  const accepted = await submitCall(options, {
    call: readCall(requestedTool(options, params), params),
    principal: context.principal,
    answerable: HANDLE_ANSWERABLE,
  });
  const task = await waitWithin(graceMsOf(options), options, { ...call, ...accepted });
  return { ...(inlineResult(task) ?? taskPayload(task)) };
}

/** What the call would have answered had it been an ordinary one; undefined: it has not ended. Throws the work's own error. */
function inlineResult(task: TaskRecord): (ToolResult & JsonObject) | undefined {
  return isTerminal(task) ? { ...finalResult(task) } : undefined;
}

function graceMsOf({ graceMs = GRACE_MS }: DialectOptions): number {
  return graceMs;
}
