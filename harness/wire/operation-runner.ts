import type { InvBody } from '../model/event.ts';
import type { Operation } from '../model/operation.ts';
import type { Outcome } from '../model/outcome.ts';
import type { PlannedCall } from '../model/plan.ts';
import type { Reader, WireContext } from './connection.ts';
import type { Adapter, Handshake, OperationInput, RequestShape } from './dialects/adapter.ts';
import { compact, outcomeBody } from './outcome-record.ts';
import type { RpcLink } from './rpc-link.ts';
import { createTaskMemory } from './task-memory.ts';
import type { RawReply } from './wire.ts';

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

export function createOperationRunner(context: WireContext, adapter: Adapter): OperationRunner {
  const memory = createTaskMemory();
  let unsent = 0;

  const inputOf = (ask: Ask, link: RpcLink, handshake: Handshake): OperationInput => ({
    target: context.target,
    handshake,
    call: ask.call,
    key: ask.create?.key ?? null,
    task: ask.task,
    lastStatus: memory.statusOf(ask.task),
    cancelAccepted: memory.isCancelled(ask.task),
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
    const reply = await link.send(prepared, tag, {
      timeoutMs: ask.timeoutMs,
      signal: ask.signal,
      onNotification(notification) {
        const seen = adapter.push(notification, context.target);
        if (seen !== null) context.record({ kind: 'push', conn, ...compact(seen) });
      },
    });
    const outcome = await interpret(ask, link, input, reply);
    memory.remember(ask, outcome);
    context.record(outcomeBody(seq, outcome));
    return { outcome, aborted: reply.kind === 'timeout' && reply.aborted, sessionId };
  };

  const interpret = async (ask: Ask, link: RpcLink, input: OperationInput, reply: RawReply): Promise<Outcome> => {
    if (!adapter.needsStatus?.(ask.op, reply, input)) return adapter.interpret(ask.op, reply, input);
    const asked: Ask = { ...ask, op: 'get', timeoutMs: context.limits.requestMs };
    const shape = adapter.request('get', input);
    const known = shape === null ? null : await send(asked, link, input, shape);
    const status = known?.outcome.type === 'ok' ? known.outcome.status : undefined;
    return adapter.interpret(ask.op, reply, { ...input, lastStatus: status ?? input.lastStatus });
  };

  return {
    async perform(ask, line) {
      if (line.link === null) return skip(ask, line.conn, line.outcome);
      const input = inputOf(ask, line.link, line.handshake);
      const shape = adapter.request(ask.op, input);
      return shape === null ? null : send(ask, line.link, input, shape);
    },
  };
}

function invBody(ask: Ask, sent: Pick<InvBody, 'attempt' | 'conn' | 'rpcId' | 'bytes'>): InvBody {
  const { reader, create } = ask;
  return {
    kind: 'inv',
    op: ask.op,
    call: ask.call.call,
    attempt: sent.attempt,
    ...(ask.task === null ? {} : { task: ask.task }),
    agent: reader.agent,
    ...(reader.as === undefined ? {} : { as: reader.as }),
    conn: sent.conn,
    rpcId: sent.rpcId,
    ...(create?.key == null ? {} : { key: create.key }),
    ...(create?.probe ? { probe: true } : {}),
    ...(create === undefined ? {} : { intended: create.intended }),
    ...(sent.bytes === undefined ? {} : { bytes: sent.bytes }),
  };
}
