import type { Event, EventOf, FrameBody, Stamped } from './event.ts';
import { createEventSpill } from './event-spill.ts';
import { createPollFold } from './fold-polls.ts';
import { createReadFold, type FoldedExchange } from './fold-reads.ts';
import type { Fold, Kept } from './folded.ts';
import type { Exchange } from './history-index.ts';
import { type ByRequest, groupIdOf, idsOf } from './history-lookup.ts';
import { createOrderWatch } from './order-watch.ts';
import type { Plan } from './plan.ts';

/**
 * Folds a history while it is made, so that neither disk nor memory holds what nobody will ask for. What is kept is handed to
 * `keep`, not always in order: a read waits until it is known whether the next one says the same.
 *
 * All checkers, situations, fates and metrics say of what is kept and the sums what they would say of the whole; but how long
 * reads took in a measured load, and how many a second were answered, is not said at all. Two more exceptions are in words only. A task that is found running after its time is shown by the last read that says so, not the
 * first. An answer that comes once more for a request whose frames were let go is an answer to no open request (S16, S7).
 */
export function createFold(plan: Plan, keep: (event: Event) => void): Fold {
  const order = createOrderWatch();
  const polls = createPollFold();
  const reads = createReadFold(plan, keep);
  const open = new Map<number, FoldedExchange>();
  const byRequest: ByRequest<FoldedExchange> = new Map();
  const sums = { pairs: 0 };
  /** Counts starts and ends of the server, and faults undone: reads on both sides of one are never the same. */
  let era = 0;

  const begin = (inv: EventOf<'inv'>) => {
    const exchange: FoldedExchange = { inv, end: null, frames: [], era };
    open.set(inv.seq, exchange);
    idsOf(byRequest, inv.conn).set(inv.rpcId, exchange);
    polls.begin(exchange);
  };
  const end = (event: NonNullable<Exchange['end']>) => {
    const exchange = open.get(event.of);
    if (!exchange) {
      keep(event);
      return;
    }
    close(exchange);
    exchange.end = event;
    polls.end(exchange);
    if (isPlainPair(exchange.frames)) sums.pairs += 1;
    else for (const frame of exchange.frames) keep(frame);
    exchange.frames = NO_FRAMES;
    reads.end(exchange, era);
  };
  const close = ({ inv }: FoldedExchange) => {
    open.delete(inv.seq);
    const own = idsOf(byRequest, inv.conn);
    if (own.get(inv.rpcId)?.inv === inv) own.delete(inv.rpcId);
  };
  const frame = (event: Stamped<FrameBody>) => {
    const id = groupIdOf(event);
    const exchange = id === null ? undefined : byRequest.get(event.conn)?.get(id);
    polls.frame(event);
    if (exchange) exchange.frames.push(event);
    else if (!isPlainNotification(event)) keep(event);
  };
  return {
    take(event) {
      order.see(event);
      if (event.kind === 'proc' || (event.kind === 'fault' && event.phase === 'stop')) era += 1;
      if (event.kind === 'inv') begin(event);
      else if (event.kind === 'ok' || event.kind === 'fail' || event.kind === 'info') end(event);
      else if (event.kind === 'frame') frame(event);
      else {
        if (event.kind === 'push') reads.push(event);
        keep(event);
      }
    },
    finish() {
      for (const { inv, frames } of open.values()) {
        keep(inv);
        for (const event of frames) keep(event);
      }
      return { ...sums, ...reads.finish(), polls: polls.finish(), disorder: order.disorder };
    },
  };
}

/** A fold that leaves in a file what it keeps. */
export function createSpillingFold(plan: Plan, file: number): Fold<Kept> {
  const spill = createEventSpill(file);
  const fold = createFold(plan, spill.keep);
  return {
    take: fold.take,
    finish() {
      const folded = fold.finish();
      return { runs: spill.end(), folded };
    },
  };
}

const NO_FRAMES: never[] = [];
Object.freeze(NO_FRAMES);

/** Delivered once, answered once, and nobody touched either. */
function isPlainPair([request, reply, ...more]: readonly Stamped<FrameBody>[]): boolean {
  if (request === undefined || reply === undefined || more.length > 0) return false;
  const isRequest = request.dir === 'out' && request.type === 'request';
  const isReply = reply.dir === 'in' && reply.type === 'response';
  return isRequest && isReply && isUntouched(request) && isUntouched(reply);
}

function isPlainNotification(frame: FrameBody): boolean {
  return frame.type === 'notification' && isUntouched(frame);
}

function isUntouched({ action, entries, delayMs, http }: FrameBody): boolean {
  const isPlain = action === 'pass' && entries === undefined && delayMs === undefined;
  return isPlain && (http === undefined || http === 200 || http === 202);
}
