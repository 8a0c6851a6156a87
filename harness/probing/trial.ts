import type { DialectId } from '../model/operation.ts';
import type { ServerTool } from '../wire/dialects/adapter.ts';
import { textOf } from '../wire/expression.ts';
import { isObject, type JsonObject } from '../wire/json-rpc.ts';
import { fillArguments, numberRange } from '../wire/placeholder.ts';
import { type SampleArguments, type SampleWish, sampleArguments } from './sample-arguments.ts';
import { placeOfToken } from './token-place.ts';
import type { TrialLine, TrialReply } from './trial-line.ts';

/** A run of work that can be told from others takes no longer than this in a trial. */
const WORK_MS_MAX = 45_000;
const POLL_MS = 50;
const MS_ASKED = 600;
/** What a trial says of an error. */
const QUOTE_CHARS_MAX = 200;

/** What a call of the likeliest arguments has shown. */
export interface WorkTrial {
  readonly tool: ServerTool;
  readonly sample: SampleArguments;
  /** It ended well; else why not, in one clause. */
  readonly failure: string | null;
  /** From the call to its end; null: it did not end. */
  readonly tookMs: number | null;
  /** Where the token comes back; null: nowhere. */
  readonly echo: string | null;
  /** States it was seen in. */
  readonly states: readonly string[];
}

/** The number that stands for the token where a tool takes only numbers; the token itself else. */
export interface TrialToken {
  readonly token: string;
  readonly number: number;
  /** The folder of this trial; null: the server has none. */
  readonly dir: string | null;
}

/** Calls a tool once with arguments made from its schema, and follows what it starts to its end. */
export async function tryWork(
  line: TrialLine,
  tool: ServerTool,
  how: {
    readonly dialect: DialectId;
    readonly wish: SampleWish;
    readonly token: TrialToken;
    readonly sample?: SampleArguments;
  },
): Promise<WorkTrial> {
  const sample = how.sample ?? sampleArguments(tool.inputSchema, how.wish);
  const isTask = how.dialect === 'tasks-2025-11-25' && tool.taskSupport !== 'forbidden';
  const startedMs = line.nowMs();
  const first = await line.call(tool.name, fillSample(sample, tool, how), isTask ? { task: {} } : {});
  const states: string[] = [];
  const end = await followTask(line, first, { dialect: how.dialect, states, untilMs: startedMs + WORK_MS_MAX });
  const tookMs = line.nowMs() - startedMs;
  const common = { tool, sample, states };
  if (typeof end === 'string') return { ...common, failure: end, tookMs: null, echo: null };
  if (end.isError === true) return { ...common, failure: `it failed: ${quoted(textOf(end))}`, tookMs, echo: null };
  return { ...common, failure: null, tookMs, echo: echoOf(end, sample, how.token) };
}

/** Where what the call sent comes back. */
export function echoOf(
  end: JsonObject,
  { carries }: SampleArguments,
  { token, number }: TrialToken,
  unlike: readonly JsonObject[] = [],
): string | null {
  if (carries === null) return null;
  return placeOfToken(end, carries === 'token' ? token : String(number), unlike);
}

/** The arguments as a run would send them. */
export function fillSample(
  sample: Pick<SampleArguments, 'arguments'>,
  tool: ServerTool,
  { token }: { readonly token: TrialToken },
): JsonObject {
  return fillArguments(
    sample.arguments,
    (found) => {
      if (found.name === 'token') return token.token;
      if (found.name === 'ms') return MS_ASKED;
      if (found.name === 'dir') return token.dir ?? undefined;
      return numberRange(found) === null ? undefined : token.number;
    },
    tool.inputSchema,
  );
}

interface Following {
  readonly dialect: DialectId;
  readonly states: string[];
  readonly untilMs: number;
}

/** The result at the end, or why there is none. */
async function followTask(line: TrialLine, first: TrialReply, how: Following): Promise<JsonObject | string> {
  if (first.kind !== 'result')
    return first.kind === 'none' ? first.message : `it was refused: ${quoted(first.message)}`;
  const id = taskIdOf(first.result);
  if (id === null) {
    return first.result.resultType === 'input_required' ? 'it asks for input before it works' : first.result;
  }
  for (;;) {
    const reply = await line.ask('tasks/get', { taskId: id });
    if (reply.kind !== 'result') return `its task could not be read: ${quoted(reply.message)}`;
    const status = String(reply.result.status);
    if (how.states.at(-1) !== status) how.states.push(status);
    if (status === 'input_required') {
      await line.ask('tasks/cancel', { taskId: id });
      return 'it asks for input while it works';
    }
    if (status === 'failed' || status === 'cancelled') {
      return `its task ended as ${status}: ${quoted(String(reply.result.statusMessage ?? 'no reason given'))}`;
    }
    if (status === 'completed') return resultOf(line, id, reply.result, how.dialect);
    if (line.nowMs() > how.untilMs) return `it did not end within ${WORK_MS_MAX / 1000} s`;
    await line.sleep(POLL_MS);
  }
}

async function resultOf(
  line: TrialLine,
  taskId: string,
  read: JsonObject,
  dialect: DialectId,
): Promise<JsonObject | string> {
  if (dialect === 'tasks-2026-07-28') return isObject(read.result) ? read.result : 'its completed task has no result';
  const fetched = await line.ask('tasks/result', { taskId });
  return fetched.kind === 'result' ? fetched.result : `its result could not be read: ${quoted(fetched.message)}`;
}

function taskIdOf(result: JsonObject): string | null {
  const task = isObject(result.task) ? result.task : result.resultType === 'task' ? result : {};
  return typeof task.taskId === 'string' ? task.taskId : null;
}

export function quoted(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > QUOTE_CHARS_MAX ? `${line.slice(0, QUOTE_CHARS_MAX)}…` : line;
}
