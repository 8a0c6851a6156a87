import { hasModernTasks } from '../../model/operation.ts';
import type { ServerTool } from '../../wire/dialects/adapter.ts';
import { isObject } from '../../wire/json-rpc.ts';
import { findJobHandles, isRecordName, type JobHandle, wordsOf } from './job-handles.ts';
import type { JudgedTool, Partners, ServerDescription, ToolRole } from './lint-rule.ts';
import { joinTexts, NO_TEXT, toolText } from './tool-text.ts';

const BACKGROUND = /\bin the background\b|\basynchronous(ly)?\b/i;
const GIVES_RECEIPT =
  /\b(returns?|answers?|gives?|responds?)\b.{0,60}\b(?:(receipt)|(task|job|run|operation|execution|tracking)[ _-]?(?:id|ref|reference|handle))\b/i;
const LONG =
  /\blong[- ]running\b|\b(takes?|taking|take|lasts?|runs? for)\b.{0,30}\b(a while|long|some time|several|minutes?|hours?|\d+ ?(s|secs?|seconds|min|minutes|hours?))\b/i;
/** Arguments that bound how long a call may wait. */
const WAIT_ARGUMENT = /^(max_wait(_\w+)?|wait_(ms|s|seconds|timeout)|timeout(_(ms|s|sec|seconds))?|deadline(_\w+)?)$/;
/** On a server that may turn any call into a task, arguments that say how long the work is. */
const LENGTH_ARGUMENT = /^(ms|millis|seconds|duration(_\w+)?|delay(_\w+)?)$/;

const ALONE: Partners = { start: [], status: [], answer: [], cancel: [] };

interface Role {
  readonly role: ToolRole;
  readonly why: string;
}

/** Every tool of a server with its role, in the order of the server's list. */
export function judgeTools(server: ServerDescription): readonly JudgedTool[] {
  const { tools, instructions } = server;
  const deferring = tools.filter((tool) => isDeferring(tool, server)).map(({ name }) => name);
  const handles = [...knownHandle(server), ...findJobHandles(tools, deferring)];
  const allNames = tools.map(({ name }) => name);
  const texts = new Map(
    tools.map((tool) => {
      const others = allNames.filter((name) => name !== tool.name);
      return [tool.name, toolText(tool, instructions, others)];
    }),
  );
  const textOf = (name: string) => texts.get(name) ?? NO_TEXT;
  return tools.map((tool) => {
    const partners = handles.find((handle) => membersOf(handle).includes(tool.name)) ?? ALONE;
    const isFollower = !partners.start.includes(tool.name);
    const beside = isFollower ? [] : partners.status;
    return {
      ...roleOf(tool, server, partners),
      tool,
      text: textOf(tool.name),
      whole: joinTexts([tool.name, ...beside].map(textOf)),
      partners,
      tasks: tasksOf(server),
    };
  });
}

function roleOf(tool: ServerTool, server: ServerDescription, partners: Partners): Role {
  const known = server.known.get(tool.name);
  if (known !== undefined) {
    const role = known.role === 'work' ? (isModern(server) || declaresTask(tool) ? 'task' : 'slow') : known.role;
    return { role, why: known.why };
  }
  for (const role of ['status', 'answer', 'cancel'] as const) {
    if (partners[role].includes(tool.name)) {
      return { role, why: `it takes the reference to work that ${oneOf(partners.start)} starts` };
    }
  }
  const sign = signOf(tool, server);
  if (declaresTask(tool)) return { role: 'task', why: `its execution.taskSupport is '${tool.taskSupport}'` };
  if (isModern(server) && sign !== null) return { role: 'task', why: `the server has tasks, and ${sign}` };
  if (partners.start.includes(tool.name)) {
    return { role: 'start', why: `${oneOf(partners.status)} tells the state of what it starts` };
  }
  if (isDeferred(tool)) return { role: 'start', why: 'its description says that the result comes later' };
  if (sign !== null) return { role: 'slow', why: sign };
  return { role: 'plain', why: 'nothing says that its result may come late' };
}

/** Half a sentence on why this tool may take long; null: nothing says so. */
function signOf(tool: ServerTool, server: ServerDescription): string | null {
  if (isDeferred(tool) || LONG.test(tool.description)) return 'its description speaks of long work';
  const { properties } = tool.inputSchema;
  const argumentNames = isObject(properties) ? Object.keys(properties) : [];
  const found = argumentNames.find((name) => {
    const plain = wordsOf(name).join('_');
    return WAIT_ARGUMENT.test(plain) || (isModern(server) && LENGTH_ARGUMENT.test(plain));
  });
  return found === undefined ? null : `its argument ${found} is a length of time`;
}

/** The description says that the work goes on after the answer. */
function isDeferred({ name, description }: ServerTool): boolean {
  if (BACKGROUND.test(description)) return true;
  const [, , receipt, noun] = GIVES_RECEIPT.exec(description) ?? [];
  // What "create_task" gives the id of may as well be an entry in a list of errands.
  if (noun?.toLowerCase() === 'task' && isRecordName(name)) return false;
  return receipt !== undefined || noun !== undefined;
}

function isDeferring(tool: ServerTool, server: ServerDescription): boolean {
  const known = server.known.get(tool.name);
  return known?.role === 'work' || (isModern(server) && signOf(tool, server) !== null);
}

function declaresTask({ taskSupport }: ServerTool): boolean {
  return taskSupport !== 'forbidden';
}

function isModern({ dialect }: ServerDescription): boolean {
  return hasModernTasks(dialect);
}

function tasksOf(server: ServerDescription): JudgedTool['tasks'] {
  if (isModern(server)) return 'tasks-2026-07-28';
  return server.tools.some(declaresTask) ? 'tasks-2025-11-25' : null;
}

/** The job handle that a profile describes. */
function knownHandle({ known }: ServerDescription): readonly JobHandle[] {
  const of = (wanted: string) => [...known].filter(([, { role }]) => role === wanted).map(([name]) => name);
  const start = of('start');
  return start.length === 0
    ? []
    : [{ reference: '', start, status: of('status'), answer: of('answer'), cancel: of('cancel') }];
}

function membersOf({ start, status, answer, cancel }: Partners): readonly string[] {
  return [...start, ...status, ...answer, ...cancel];
}

function oneOf(toolNames: readonly string[]): string {
  const [first = 'another tool', ...more] = toolNames;
  return more.length === 0 ? first : `${first} (or one of ${more.length} more)`;
}
