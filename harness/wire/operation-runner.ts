import type { Draft } from '../model/draft.ts';
import type { Operation } from '../model/operation.ts';
import type { Outcome } from '../model/outcome.ts';
import type { PlannedCall } from '../model/plan.ts';
import type { Reader, WireContext } from './connection.ts';
import type { Adapter, Handshake, OperationInput, RequestShape } from './dialects/adapter.ts';
import { invBody } from './invocation.ts';
import type { RpcId } from './json-rpc.ts';
import { compact, outcomeBody } from './outcome-record.ts';
import type { PushHub } from './push-hub.ts';
import { createQuestions } from './questions.ts';
import type { RpcLink, SendOptions } from './rpc-link.ts';
import { createShapeMemory } from './shape-memory.ts';
import { createTaskMemory } from './task-memory.ts';
import type { RawReply, RequestTag } from './wire.ts';

/** A call may ask for input this often before it is taken on; one that asks for ever is given up with what it said last. */
const ROUNDS_MAX = 5;

/** One operation to perform. */
export interface Ask {
  readonly op: Operation;
  readonly call: PlannedCall;
  readonly task: string | null;
  readonly reader: Reader;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Creates only. */
  readonly create?: {
    readonly attempt: number;
    readonly key: string | null;
    readonly intended: number;
    readonly probe: boolean;
  };
  /** For a task that is another agent's. */
  readonly isTrespass?: boolean;
  /** Updates only: the keys answered. */
  readonly inputs?: readonly string[];
}

/** A greeted link, or why there is none: then nothing can be sent. */
export type Line =
  | { readonly link: RpcLink; readonly handshake: Handshake }
  | { readonly link: null; readonly conn: string; readonly outcome: Outcome };

export interface OperationRunner {
  /** Records the inv, sends, interprets, records the outcome. Never throws; null: the dialect has no such operation. */
  perform(ask: Ask, line: Line): Promise<Performed | null>;
}

export interface Performed {
  readonly outcome: Outcome;
  /** The caller's signal ended the wait. */
  readonly aborted: boolean;
  /** The session the request went out with. */
  readonly sessionId: string | null;
}

export function createOperationRunner(context: WireContext, adapter: Adapter, pushes: PushHub): OperationRunner {
  const memory = createTaskMemory();
  const shapes = createShapeMemory();
  let unsent = 0;

  const inputOf = (ask: Ask, link: RpcLink, handshake: Handshake): OperationInput => ({
    target: context.target,
    handshake,
    call: ask.call,
    key: ask.create?.key ?? null,
    callbackUrl: ask.call.policy === 'callback' ? context.callbacks?.urlOf(ask.call.call) : undefined,
    task: ask.task,
    inputs: ask.inputs ?? [],
    lastStatus: memory.statusOf(ask.task),
    cancelAccepted: memory.isCancelled(ask.task),
    kept: memory.keptOf(ask.task),
    shapes,
    session: link.sessionId() !== null,
    restarted: link.isRestarted(),
  });

  /** Nothing could be sent: the attempt stands in the history with an id that no frame carries. */
  const skip = (ask: Ask, conn: string, outcome: Outcome): Performed => {
    unsent += 1;
    const inv = invBody(ask, { attempt: memory.attemptOf(ask), conn, rpcId: `unsent-${ask.call.agent}-${unsent}` });
    context.record(outcomeBody(context.record(inv), outcome));
    return { outcome, aborted: false, sessionId: null };
  };

  const send = async (ask: Ask, link: RpcLink, input: OperationInput, shape: RequestShape): Promise<Performed> => {
    const attempt = memory.attemptOf(ask);
    const prepared = link.prepare(shape);
    const { conn } = link;
    const sessionId = link.sessionId();
    const seq = context.record(invBody(ask, { attempt, conn, rpcId: prepared.message.id, bytes: prepared.bytes }));
    const tag = { op: ask.op, call: ask.call.call, attempt, agent: ask.reader.agent };
    const questions = createQuestions({ context, adapter, memory, ask, link, input });
    const how: Draft<SendOptions> = {
      timeoutMs: ask.timeoutMs,
      signal: ask.signal,
      onNotification(notification) {
        const seen = adapter.push(notification, context.target);
        if (seen === null) return;
        context.record({ kind: 'push', conn, ...compact(seen) });
        pushes.publish(seen);
      },
    };
    if (questions !== null) how.taker = questions.taker;
    const first = await link.send(prepared, tag, how);
    const asksMore = adapter.goOn !== undefined && adapter.goOn(ask.op, shape, first, input) !== null;
    const rounds = asksMore ? await goOn(first, { ask, link, input, shape, tag, how }) : null;
    const reply = rounds?.reply ?? first;
    if (questions !== null) await questions.end();
    if (adapter.keep !== undefined) memory.keep(ask.task, adapter.keep(ask.op, first, input));
    const needsStatus = adapter.needsStatus?.(ask.op, reply, input) ?? false;
    const told = needsStatus
      ? await knowing(ask, link, input, reply)
      : adapter.interpret(ask.op, reply, rounds?.input ?? input);
    const complaints = [...(rounds?.complaints ?? []), ...(questions?.complaints ?? [])];
    const outcome = withRounds(told, rounds?.rpcIds ?? [], complaints);
    memory.remember(ask, outcome);
    context.record(outcomeBody(seq, outcome));
    return { outcome, aborted: reply.kind === 'timeout' && reply.aborted, sessionId };
  };

  /**
   * A call that asks for input first is sent again with the answer, under a new id, until it is taken on; what a status reply only
   * announces is fetched.
   */
  const goOn = async (first: RawReply, sent: Sent): Promise<Rounds> => {
    const { ask, link, shape, tag, how } = sent;
    const rpcIds: RpcId[] = [];
    const complaints: string[] = [];
    let reply = first;
    let input = sent.input;
    for (let round = 1; round <= ROUNDS_MAX; round += 1) {
      const next = adapter.goOn?.(ask.op, shape, reply, input) ?? null;
      if (next === null) break;
      complaints.push(...(adapter.interpret(ask.op, reply, input).shape ?? []));
      if (next.atOnce !== true && !(await hasThought(context, ask))) {
        return { reply: { kind: 'timeout', aborted: true }, input, rpcIds, complaints };
      }
      const prepared = link.prepare(next);
      rpcIds.push(prepared.message.id);
      input = { ...input, before: reply };
      reply = await link.send(prepared, tag, how);
    }
    return { reply, input, rpcIds, complaints };
  };

  /** Only the status tells what such a reply means: it is read first. */
  const knowing = async (ask: Ask, link: RpcLink, input: OperationInput, reply: RawReply): Promise<Outcome> => {
    const asked: Ask = { ...ask, op: 'get', timeoutMs: context.limits.requestMs };
    const shape = adapter.request('get', input);
    const known = shape === null ? null : await send(asked, link, input, shape);
    const status = known?.outcome.type === 'ok' ? known.outcome.status : undefined;
    return adapter.interpret(ask.op, reply, { ...input, lastStatus: status ?? input.lastStatus });
  };

  return {
    perform(ask, line) {
      if (line.link === null) return Promise.resolve(skip(ask, line.conn, line.outcome));
      const input = inputOf(ask, line.link, line.handshake);
      const shape = adapter.request(ask.op, input);
      return shape === null ? Promise.resolve(null) : send(ask, line.link, input, shape);
    },
  };
}

/** What stays the same over the rounds of one operation. */
interface Sent {
  readonly ask: Ask;
  readonly link: RpcLink;
  readonly input: OperationInput;
  /** As first sent. */
  readonly shape: RequestShape;
  readonly tag: RequestTag;
  readonly how: SendOptions;
}

interface Rounds {
  readonly reply: RawReply;
  /** What the last reply is read with. */
  readonly input: OperationInput;
  readonly rpcIds: readonly RpcId[];
  readonly complaints: readonly string[];
}

/** The agent takes its time to answer; false: the run ended meanwhile. */
async function hasThought({ clock }: WireContext, { call, signal }: Ask): Promise<boolean> {
  try {
    await clock.sleep(call.answerAfterMs ?? 0, signal);
    return true;
  } catch (error) {
    if (!signal.aborted) throw error;
    return false;
  }
}

function withRounds(outcome: Outcome, rpcIds: readonly RpcId[], complaints: readonly string[]): Outcome {
  if (rpcIds.length === 0 && complaints.length === 0) return outcome;
  const more = rpcIds.length === 0 ? {} : { rpcIds };
  return complaints.length === 0
    ? { ...outcome, ...more }
    : { ...outcome, ...more, shape: [...complaints, ...(outcome.shape ?? [])] };
}
