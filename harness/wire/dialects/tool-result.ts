import type { Draft } from '../../model/draft.ts';
import type { Observation } from '../../model/event.ts';
import type { Status } from '../../model/operation.ts';
import { STATUSES } from '../../model/operation.ts';
import type { OkOutcome, Outcome, UnsureOutcome } from '../../model/outcome.ts';
import { answeredError, unanswered, unreadable } from '../error-table.ts';
import { isObject, type JsonObject } from '../json-rpc.ts';
import { type ReplyForm, validateReply } from '../validation.ts';
import type { AnsweredReply, RawReply } from '../wire.ts';
import type { WireTarget } from '../wire-target.ts';
import type { OperationInput } from './adapter.ts';

/** A reply that is neither broken nor an error, or the outcome that it already is. */
export type Read =
  | { readonly outcome: UnsureOutcome }
  | {
      readonly outcome: null;
      readonly reply: AnsweredReply;
      readonly result: JsonObject;
      readonly shape: readonly string[];
    };

/** The common first half of every `interpret`: what did not answer and what answered with an error is settled here. */
export function readReply(op: ReplyForm['op'], reply: RawReply, input: OperationInput): Read {
  if (reply.kind !== 'answered') return { outcome: unanswered(op, reply, input) };
  const shape = input.shapes?.of(formOf(op, input), reply) ?? validateReply(formOf(op, input), reply.whole);
  if (isErrorReply(reply)) return { outcome: answeredError(op, reply, input, shape) };
  if (!isObject(reply.message.result)) return { outcome: unreadable(reply, shape) };
  return { outcome: null, reply, result: reply.message.result, shape };
}

export function isErrorReply(reply: AnsweredReply): boolean {
  return reply.message.error !== undefined && reply.message.error !== null;
}

/** Adds what a tool result says: the result as received, isError, and the token it carries. */
export function observeResult(seen: Draft<Observation>, target: WireTarget, result: JsonObject): void {
  seen.result = result;
  if (result.isError === true) seen.isError = true;
  if (target.echo !== null) seen.echo = target.echo(result);
}

/** The call was answered with its final result and without a task, which every dialect allows. */
export function plainResult(target: WireTarget, result: JsonObject, shape: readonly string[]): Outcome | null {
  if (!Array.isArray(result.content)) return null;
  const outcome: Draft<OkOutcome> = { type: 'ok', shape, status: 'completed' };
  observeResult(outcome, target, result);
  return outcome;
}

function readStatus(value: unknown): Status | null {
  return STATUSES.find((status) => status === value) ?? null;
}

/** Adds the text fields that a task has in both Tasks dialects. */
export function observeTask(seen: Draft<Observation>, task: JsonObject): void {
  const { taskId, statusMessage, createdAt, lastUpdatedAt } = task;
  const status = readStatus(task.status);
  if (typeof taskId === 'string') seen.task = taskId;
  if (status !== null) seen.status = status;
  if (typeof statusMessage === 'string') seen.statusMessage = statusMessage;
  if (typeof createdAt === 'string') seen.createdAt = createdAt;
  if (typeof lastUpdatedAt === 'string') seen.lastUpdatedAt = lastUpdatedAt;
}

/** Adds `ttlMs` and `pollMs`, from wherever the dialect keeps them. */
export function observeTimes(seen: Draft<Observation>, ttl: unknown, poll: unknown): void {
  if (typeof ttl === 'number' || ttl === null) seen.ttlMs = ttl;
  if (typeof poll === 'number') seen.pollMs = poll;
}

function formOf(op: ReplyForm['op'], input: OperationInput): ReplyForm {
  return { dialect: input.target.dialect, era: input.handshake.era, op, task: input.task };
}
