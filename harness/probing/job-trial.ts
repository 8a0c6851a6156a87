import type { JobHandle } from '../evaluation/lint/job-handles.ts';
import { wordsOf } from '../evaluation/lint/job-handles.ts';
import type { ServerTool } from '../wire/dialects/adapter.ts';
import { textOf } from '../wire/expression.ts';
import type { JsonObject } from '../wire/json-rpc.ts';
import { isDestructive } from './candidates.ts';
import { type FoundStates, placeOfState, statesOf } from './job-state.ts';
import { propertiesOf, type SampleArguments, type SampleWish, sampleArguments } from './sample-arguments.ts';
import { escaped, patternOf, placeOfNamed, textAt } from './token-place.ts';
import { echoOf, fillSample, quoted, type TrialToken } from './trial.ts';
import type { TrialLine, TrialReply } from './trial-line.ts';

const JOB_MS_MAX = 30_000;
const POLL_MS = 50;
const READER_WORDS = /^(tail|logs?|output|outputs|read|peek|results?|fetch|get|show|stdout)$/;
const WAIT_WORDS = /^(wait|await|join)$/;
/** Long enough to be cancelled in, and over soon where nobody could. */
const LONG_COMMAND = 'sleep 20; echo {{token}}';
const FAILING_COMMAND = 'exit 3';
/** How long a tool that waits is asked to wait at a time. */
const WAIT_S = 5;
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';
const UNKNOWN_NUMBER = 987_654_321;

/** A job handle as it was tried out: everything that a profile says of it. */
export interface JobTrial {
  readonly start: ServerTool;
  readonly sample: SampleArguments;
  readonly failure: string | null;
  readonly found: FoundJob | null;
}

export interface FoundJob extends FoundStates {
  readonly id: string;
  readonly status: JobTool;
  readonly wait: JobTool | null;
  /** Where the result is not in the status reply. */
  readonly result: JobTool | null;
  readonly cancel: (JobTool & { readonly thenMissing: boolean }) | null;
  /** A cancel tool that was not tried, and why. */
  readonly untriedCancel: string | null;
  readonly failing: JsonObject | null;
  readonly missing: { readonly error?: string; readonly path?: string; readonly states?: readonly string[] } | null;
  /** Where the token comes back; of a tool that waits it may be another place, and then both stand here. */
  readonly echo: readonly string[];
  readonly tookMs: number;
}

export interface JobTool {
  readonly tool: string;
  readonly arguments: JsonObject;
}

export interface JobTrialOptions {
  readonly line: TrialLine;
  readonly handle: JobHandle;
  readonly wish: SampleWish;
  readonly token: TrialToken;
  readonly mayDestroy: boolean;
  /** Arguments that somebody gave; absent: they are made from the schema. */
  readonly sample?: SampleArguments;
}

/** Starts one job, follows it to its end, and looks at an id that nobody has; where it may, one that fails and one that is cancelled. */
export async function tryJob(start: ServerTool, options: JobTrialOptions): Promise<JobTrial> {
  const { line, wish } = options;
  const sample = options.sample ?? sampleArguments(start.inputSchema, wish);
  const failed = (failure: string): JobTrial => ({ start, sample, failure, found: null });
  const startedMs = line.nowMs();
  const first = await line.call(start.name, fillSample(sample, start, options));
  if (first.kind !== 'result') return failed(`it was refused: ${quoted(first.message)}`);
  if (first.result.isError === true) return failed(`it failed: ${quoted(textOf(first.result))}`);
  const id = placeOfNamed(first.result, idNames(options.handle.reference));
  const value = id === null ? null : textAt(id, first.result);
  if (id === null || value === null) return failed('no id of the job was found in what it answered');
  const followers = followersOf(line, options.handle);
  for (const follower of [...followers.status, ...followers.readers, ...followers.waiters]) {
    const status = jobTool(follower, options.handle.reference, 0);
    const seen = await followJob(line, { status, value, untilMs: startedMs + JOB_MS_MAX });
    if (seen === null) continue;
    const tookMs = line.nowMs() - startedMs;
    const found = await lookAround({ ...options, start, sample }, { status, value, seen });
    return { start, sample, failure: null, found: { ...found, id, status, tookMs } };
  }
  return failed(`no tool told how job ${value} stands: ${followers.all.map(({ name }) => name).join(', ')}`);
}

interface Seen {
  readonly state: string;
  /** The first reply, and the one with the end. */
  readonly early: JsonObject;
  readonly end: JsonObject;
}

/** Asks until the state has changed to its last; null: this tool tells no state. */
async function followJob(
  line: TrialLine,
  { status, value, untilMs }: { readonly status: JobTool; readonly value: string; readonly untilMs: number },
): Promise<Seen | null> {
  let early: JsonObject | null = null;
  for (;;) {
    const reply = await askJob(line, status, value);
    if (reply.kind !== 'result') return null;
    early ??= reply.result;
    const state = placeOfState(reply.result);
    if (state === null && early !== reply.result) return null;
    if (state?.isOver) return { state: state.expression, early, end: reply.result };
    if (reply.result.isError === true || line.nowMs() > untilMs) return null;
    await line.sleep(POLL_MS);
  }
}

type Around = JobTrialOptions & { readonly start: ServerTool; readonly sample: SampleArguments };

async function lookAround(
  options: Around,
  { status, value, seen }: { readonly status: JobTool; readonly value: string; readonly seen: Seen },
): Promise<Omit<FoundJob, 'id' | 'status' | 'tookMs'>> {
  const { line, handle, sample, token } = options;
  const followers = followersOf(line, handle);
  const inStatus = echoOf(seen.end, sample, token, [seen.early]);
  const fetched = inStatus === null ? await fetchResult(options, { value, readers: followers.readers, status }) : null;
  const failing = sample.command === null ? null : { ...sample.arguments, [sample.command]: FAILING_COMMAND };
  const failedEnd = failing === null ? null : await runTo(options, failing, status);
  const cancelled = await tryCancel(options, status);
  const waiter = followers.waiters.find(({ name }) => name !== status.tool);
  const wait = waiter === undefined ? null : jobTool(waiter, handle.reference, WAIT_S);
  const waited = wait === null || inStatus === null ? null : await askJob(line, wait, value);
  const inWait = waited?.kind === 'result' ? echoOf(waited.result, sample, token, [seen.early]) : null;
  return {
    ...statesOf({ end: seen.end, failed: failedEnd, cancelled: cancelled?.end ?? null, expression: seen.state }),
    wait,
    result: fetched?.tool ?? null,
    echo: [...new Set([inStatus ?? fetched?.echo, inWait].flatMap((one) => one ?? []))],
    failing: failedEnd === null ? null : failing,
    missing: await lookMissing(line, status),
    cancel: cancelled?.tool ?? null,
    untriedCancel: cancelled === null ? (handle.cancel[0] ?? null) : null,
  };
}

async function fetchResult(
  { line, handle, sample, token }: Around,
  {
    value,
    readers,
    status,
  }: { readonly value: string; readonly readers: readonly ServerTool[]; readonly status: JobTool },
): Promise<{ readonly tool: JobTool; readonly echo: string } | null> {
  for (const reader of readers) {
    if (reader.name === status.tool) continue;
    const tool = jobTool(reader, handle.reference, 0);
    const reply = await askJob(line, tool, value);
    const echo = reply.kind === 'result' ? echoOf(reply.result, sample, token) : null;
    if (echo !== null) return { tool, echo };
  }
  return null;
}

/** Another job to its end; null: it never came to one. */
async function runTo(options: Around, args: JsonObject, status: JobTool): Promise<JsonObject | null> {
  const value = await startAnother(options, args);
  if (value === null) return null;
  const { line } = options;
  return (await followJob(line, { status, value, untilMs: line.nowMs() + JOB_MS_MAX }))?.end ?? null;
}

async function startAnother(options: Around, args: JsonObject): Promise<string | null> {
  const { line, start, handle } = options;
  const reply = await line.call(start.name, fillSample({ arguments: args }, start, options));
  if (reply.kind !== 'result') return null;
  const id = placeOfNamed(reply.result, idNames(handle.reference));
  return id === null ? null : textAt(id, reply.result);
}

/** Cancels a job of our own; null: there is no tool for it, or it may not be called. */
async function tryCancel(
  options: Around,
  status: JobTool,
): Promise<{ readonly tool: JobTool & { readonly thenMissing: boolean }; readonly end: JsonObject | null } | null> {
  const { line, handle, sample, mayDestroy } = options;
  const tool = line.tools.get(handle.cancel[0] ?? '');
  if (tool === undefined || (isDestructive(tool) && !mayDestroy)) return null;
  const long = sample.command === null ? sample.arguments : { ...sample.arguments, [sample.command]: LONG_COMMAND };
  const value = await startAnother(options, long);
  if (value === null) return null;
  const cancel = jobTool(tool, handle.reference, 0);
  const reply = await askJob(line, cancel, value);
  if (reply.kind !== 'result' || reply.result.isError === true) return null;
  const after = await askJob(line, status, value);
  const isKnown = after.kind === 'result' && placeOfState(after.result) !== null;
  return { tool: { ...cancel, thenMissing: !isKnown }, end: isKnown && after.kind === 'result' ? after.result : null };
}

/** What is said of an id that nobody was given. */
async function lookMissing(line: TrialLine, status: JobTool): Promise<FoundJob['missing']> {
  const isNumber = takesNumber(line.tools.get(status.tool), status);
  const value = isNumber ? String(UNKNOWN_NUMBER) : UNKNOWN_ID;
  const reply = await askJob(line, status, value);
  if (reply.kind !== 'result') return reply.kind === 'none' ? null : withPattern({}, reply.message, value);
  const { result } = reply;
  if (result.isError === true) return withPattern({}, textOf(result), value);
  const path = placeOfNamed(result, /^(error|message|reason)$/i);
  const said = path === null ? null : textAt(path, result);
  if (path !== null && said !== null && path.startsWith('$')) return withPattern({ path }, said, value);
  const state = placeOfState(result);
  const text = state && textAt(state.expression, result);
  if (text !== null) return { states: [text] };
  // Words that no other reply has: they stand in the text and nowhere else.
  const pattern = patternOf(textOf(result), value);
  return pattern === null ? null : { path: `/${pattern}/`, error: pattern };
}

function withPattern(rest: { readonly path?: string }, message: string, id: string): FoundJob['missing'] {
  const pattern = patternOf(message, id);
  return pattern === null ? null : { ...rest, error: pattern };
}

function askJob(line: TrialLine, { tool, arguments: args }: JobTool, id: string): Promise<TrialReply> {
  const isNumber = takesNumber(line.tools.get(tool), { tool, arguments: args });
  const filled = Object.entries(args).map(([name, value]) => {
    if (value !== '{{id}}') return [name, value] as const;
    return [name, isNumber ? Number(id) : id] as const;
  });
  return line.call(tool, Object.fromEntries(filled));
}

function takesNumber(tool: ServerTool | undefined, { arguments: args }: JobTool): boolean {
  const name = Object.keys(args).find((key) => args[key] === '{{id}}') ?? '';
  const property = tool === undefined ? undefined : propertiesOf(tool.inputSchema)[name];
  const type = typeof property === 'object' && property !== null && 'type' in property ? property.type : undefined;
  return type === 'integer' || type === 'number';
}

/** The tool with the id of a job, and whatever else it cannot do without; a tool that waits is told how long, in s. */
function jobTool(tool: ServerTool, reference: string, seconds: number): JobTool {
  const sample = sampleArguments(tool.inputSchema, { command: '', folder: null }).arguments;
  const waits = Object.keys(propertiesOf(tool.inputSchema)).flatMap((name) => {
    const plain = wordsOf(name).join('_');
    if (!/(timeout|wait|seconds|max)/.test(plain)) return [];
    return [[name, Math.max(1, /ms|millis/.test(plain) ? seconds * 1000 : seconds)] as const];
  });
  const isWaiter = wordsOf(tool.name).some((word) => WAIT_WORDS.test(word)) || waits.length > 0;
  return {
    tool: tool.name,
    arguments: { ...sample, ...(isWaiter ? Object.fromEntries(waits) : {}), [reference]: '{{id}}' },
  };
}

function followersOf(line: TrialLine, handle: JobHandle) {
  const all = [...line.tools.values()].filter(
    (tool) =>
      Object.hasOwn(propertiesOf(tool.inputSchema), handle.reference) &&
      !handle.cancel.includes(tool.name) &&
      !handle.answer.includes(tool.name) &&
      !handle.start.includes(tool.name),
  );
  const has = (tool: ServerTool, words: RegExp) => wordsOf(tool.name).some((word) => words.test(word));
  const waiters = all.filter((tool) => has(tool, WAIT_WORDS));
  const status = all.filter(
    (tool) => !waiters.includes(tool) && handle.status.includes(tool.name) && !has(tool, /^(results?|output)$/),
  );
  const readers = all.filter((tool) => !waiters.includes(tool) && !status.includes(tool) && has(tool, READER_WORDS));
  return { all, waiters, status, readers };
}

/** What an id may be called in the answer to a start: as the argument that takes it, or simply an id. */
function idNames(reference: string): RegExp {
  const words = wordsOf(reference);
  const stem = words
    .filter((word) => word !== 'id')
    .map(escaped)
    .join('_?');
  return new RegExp(
    `^(${words.map(escaped).join('_?')}${stem === '' ? '' : `|${stem}(_?(id|ref|handle))?`}|id|pid|handle|ticket|receipt|uuid)$`,
    'i',
  );
}
