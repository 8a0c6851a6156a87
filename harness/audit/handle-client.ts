import { msOf, nsOf } from '../model/clock.ts';
import { isTerminal, type Status } from '../model/operation.ts';
import { textOf, textOfValue } from '../wire/expression.ts';
import type { JsonObject } from '../wire/json-rpc.ts';
import type { HandleSpec } from '../wire/wire-target.ts';
import { type Answer, described } from './answer.ts';
import type { AuditSession } from './audit-session.ts';
import type { ToolCall } from './audit-tools.ts';
import { createLegacyClient, type LegacyClient } from './legacy-client.ts';
import type { RawLink } from './raw-link.ts';

/** What the start tool answered. */
export interface JobReceipt {
  readonly answer: Answer;
  /** null: none stands where the profile says. */
  readonly id: string | null;
}

/** What the status tool said of a job. */
export interface JobLook {
  readonly answer: Answer;
  /** The word of the server; null: none. */
  readonly state: string | null;
  /** What that means, as the profile says; null: nothing that is known. */
  readonly status: Status | 'missing' | null;
  /** It says that something is wrong: an error, or a result with isError. */
  readonly isError: boolean;
  /** What came out; undefined: nothing. */
  readonly result: unknown;
}

/** Job handles over a raw link, read as the profile says. */
export interface HandleClient {
  readonly spec: HandleSpec;
  start(call: ToolCall, more?: JsonObject): Promise<JobReceipt>;
  look(id: unknown): Promise<JobLook>;
  /** null: there is no tool for it. */
  cancel(id: unknown): Promise<Answer | null>;
  /** Answers everything that this look asks; null: there is no tool for it. */
  reply(id: string, look: JobLook, answer: JsonObject): Promise<Answer | null>;
}

const LOOK_MS = 50; // Between two looks at one job: an audit is no agent.

export function createHandleClient(session: AuditSession, link: RawLink): HandleClient {
  const { wireTarget, limits, tools } = session;
  const { handle: spec } = wireTarget;
  if (spec === null) throw new Error('the dialect is handle and the target has no handle section');
  const client: LegacyClient = createLegacyClient(link, limits.requestMs);
  const argumentsOf = (tool: string, template: JsonObject, id: unknown): JsonObject => {
    const inputSchema = tools.listed.get(tool)?.inputSchema ?? null;
    const own = typeof id === 'string' ? id : 'claimcheck-no-job';
    const filled = wireTarget.renderArguments(template, { token: '', ms: 0, key: null, n: 1, id: own, inputSchema });
    return typeof id === 'string' ? filled : replaced(filled, own, id);
  };
  const call = (tool: string, args: JsonObject) => client.request('tools/call', { name: tool, arguments: args });
  return {
    spec,
    async start({ name, arguments: args, takesMs }, more = {}) {
      const params = { name, arguments: { ...args, ...more } };
      const answer = await client.request('tools/call', params, { withinMs: takesMs + limits.workMs });
      const id = answer.result === null ? null : textOfValue(spec.start.id(answer.result));
      return { answer, id: id === '' || answer.result?.isError === true ? null : id };
    },
    look: async (id) =>
      readLook(spec, await call(spec.status.tool, argumentsOf(spec.status.tool, spec.status.arguments, id))),
    async cancel(id) {
      return spec.cancel && call(spec.cancel.tool, argumentsOf(spec.cancel.tool, spec.cancel.arguments, id));
    },
    async reply(id, { answer: { result } }, answer) {
      const tool = spec.answer;
      if (tool === null) return null;
      const keys = Object.keys(result === null ? {} : spec.status.questions(result));
      const by = tool.byKey === null ? answer : { [tool.byKey]: Object.fromEntries(keys.map((key) => [key, answer])) };
      return call(tool.tool, { ...argumentsOf(tool.tool, tool.arguments, id), ...by });
    },
  };
}

/** The one argument that held the reference, with something else in its place; undefined leaves it out. */
function replaced(args: JsonObject, own: string, id: unknown): JsonObject {
  return Object.fromEntries(
    Object.entries(args).flatMap(([key, value]) => {
      if (value !== own) return [[key, value]];
      return id === undefined ? [] : [[key, id]];
    }),
  );
}

function readLook({ status: spec }: HandleSpec, answer: Answer): JobLook {
  const { result, error } = answer;
  const isError = error !== null || result?.isError === true;
  if (result === null) {
    const isMissing = error !== null && spec.isMissing(null, error.message);
    return { answer, state: null, status: isMissing ? 'missing' : null, isError, result: undefined };
  }
  const state = spec.state(result);
  const status = spec.statusOf(state);
  const isFinal = status !== null && status !== 'missing' && isTerminal(status);
  const text = result.isError === true && !isFinal ? textOf(result) : null;
  const isMissing = status === 'missing' || spec.isMissing(result, text);
  const value = spec.result === null ? result : spec.result(result);
  return { answer, state, status: isMissing ? 'missing' : status, isError, result: isFinal ? value : undefined };
}

export function isEnded({ status }: JobLook): boolean {
  return status !== null && status !== 'missing' && isTerminal(status);
}

/** Looks until the job has ended, is gone, or the time is over; `until` may end it sooner. All looks, in order. */
export async function followJob(
  session: AuditSession,
  client: HandleClient,
  {
    id,
    withinMs,
    until = isEnded,
  }: { readonly id: string; readonly withinMs: number; readonly until?: (look: JobLook) => boolean },
): Promise<readonly JobLook[]> {
  const { clock, signal } = session;
  const deadline = clock.now() + nsOf(withinMs);
  const looks: JobLook[] = [];
  for (;;) {
    const look = await client.look(id);
    looks.push(look);
    const leftMs = msOf(deadline - clock.now());
    if (look.status === 'missing' || look.answer.reply === null || until(look) || leftMs < 1) return looks;
    await clock.sleep(Math.min(LOOK_MS, leftMs), signal);
  }
}

/** What a look said, in one clause. */
export function told({ answer, state, status }: JobLook): string {
  if (state !== null) return `state "${state}"`;
  return status === null ? described(answer) : `${status}: ${described(answer)}`;
}
