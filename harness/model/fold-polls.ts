import type { FrameBody, InvBody, OkBody, Stamped } from './event.ts';
import type { FoldedExchange } from './fold-reads.ts';
import { appended, NOTHING } from './history-draft.ts';
import { createPollReader, type KnownTask, type Poll, type PollReceipt } from './poll.ts';
import type { PollFigures } from './poll-figures.ts';
import { createPollTally } from './poll-tally.ts';

interface CallReads {
  readonly acks: PollReceipt[];
  readonly known: KnownTask[];
  readonly read: (exchange: FoldedExchange) => Poll | null;
  /** Reads in the order they were sent, from the first that has not ended. */
  waiting: Waiting[];
}

interface Waiting {
  readonly exchange: FoldedExchange;
  bytes: number;
  hasEnded: boolean;
}

/** Sums up the polls of a run as their answers come. */
export interface PollFold {
  begin(exchange: FoldedExchange): void;
  frame(frame: FrameBody): void;
  /** The exchange has its end, and its frames are all there. */
  end(exchange: FoldedExchange): void;
  /** Reads that never ended are polls as well. */
  finish(): PollFigures;
}

export function createPollFold(): PollFold {
  const tally = createPollTally();
  const calls = new Map<number, CallReads>();
  /** Calls whose one task was seen at its end: hardly ever read again, so of all they were the least is kept. */
  const settled = new Map<number, KnownTask>();
  let hasReplies = false;
  const callOf = (number: number): CallReads => {
    const open = calls.get(number);
    if (open) return open;
    const before = settled.get(number);
    settled.delete(number);
    const acks = before ? [receiptFor(before)] : [];
    const known = before ? [before] : [];
    const fresh: CallReads = { acks, known, read: createPollReader(acks, known), waiting: NOTHING };
    calls.set(number, fresh);
    return fresh;
  };
  const settle = (number: number, { acks, known, waiting }: CallReads) => {
    const [task, another] = known;
    const isOne = acks.length === 1 && another === undefined && acks[0]?.end.task === task?.task;
    if (task === undefined || !isOne || !task.isTerminal || waiting.length > 0) return;
    calls.delete(number);
    settled.set(number, task);
  };
  const count = (number: number, call: CallReads, isLast: boolean) => {
    let counted = 0;
    for (const { exchange, bytes, hasEnded } of call.waiting) {
      if (!hasEnded && !isLast) break;
      const poll = call.read(exchange);
      if (poll) tally.add(number, poll, hasEnded ? bytes : bytesOf(exchange));
      counted += 1;
    }
    call.waiting = counted === call.waiting.length ? NOTHING : call.waiting.slice(counted);
  };
  return {
    begin(exchange) {
      const { op, agent, call } = exchange.inv;
      if ((op !== 'get' && op !== 'result') || agent === 'auditor') return;
      const reads = callOf(call);
      reads.waiting = appended(reads.waiting, { exchange, bytes: 0, hasEnded: false });
    },
    frame({ dir }) {
      if (dir === 'in') hasReplies = true;
    },
    end(exchange) {
      const { inv, end } = exchange;
      if (inv.op === 'create' && end?.kind === 'ok') callOf(inv.call).acks.push(receiptOf(inv, end));
      const call = calls.get(inv.call);
      if (!call) return;
      const own = call.waiting.find((waiting) => waiting.exchange === exchange);
      if (!own) return;
      own.hasEnded = true;
      own.bytes = bytesOf(exchange);
      count(inv.call, call, false);
      settle(inv.call, call);
    },
    finish() {
      for (const [number, call] of calls) count(number, call, true);
      return tally.figures(hasReplies);
    },
  };
}

/** A copy of what will be asked for: the events themselves are let go. */
function receiptOf({ agent }: InvBody, end: Stamped<OkBody>): PollReceipt {
  const { kind, t, task, status, pollMs, lastUpdatedAt, statusMessage } = end;
  return { inv: { agent }, end: { kind, t, task, status, pollMs, lastUpdatedAt, statusMessage } };
}

/** Stands for the receipt of a task of which all that a receipt tells is known already. */
function receiptFor({ task, lastT }: KnownTask): PollReceipt {
  return { inv: { agent: 0 }, end: { kind: 'ok', t: lastT ?? 0, task } };
}

/** Request and replies as recorded; the request falls back to what the sender counted. */
function bytesOf({ inv, frames }: FoldedExchange): number {
  const sum = (dir: FrameBody['dir']) =>
    frames.reduce((total: number, frame: Stamped<FrameBody>) => total + (frame.dir === dir ? frame.bytes : 0), 0);
  return (sum('out') || (inv.bytes ?? 0)) + sum('in');
}
