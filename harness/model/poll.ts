import type { InvBody, OkBody, Stamped } from './event.ts';
import type { Exchange } from './history-index.ts';
import { isTerminal } from './operation.ts';

/** One poll: an agent asking how its task stands. */
export interface Poll {
  readonly exchange: Exchange;
  /** It asked for the first task its call was given. */
  readonly isForFirstTask: boolean;
  /** It was the first to show this task terminal to its agent. */
  readonly useful: boolean;
  /** Its answer differed from what the agent knew: another status, message, update time, or a definite "no such task". */
  readonly informative: boolean;
  /** The latest poll interval the agent had been given before it sent this; null: none. */
  readonly hintMs: number | null;
  /** ns: when it sent the poll before, or got the receipt. */
  readonly previousT: number | null;
}

/** What a receipt tells whoever polls; an `Acked` is one. */
export interface PollReceipt {
  readonly inv: Pick<InvBody, 'agent'>;
  readonly end: Pick<Stamped<OkBody>, 'kind' | 't' | 'task' | 'status' | 'pollMs' | 'lastUpdatedAt' | 'statusMessage'>;
}

/** What an agent knows of one task. Kept for every task of a run, so it holds no event. */
export interface KnownTask {
  readonly task: string;
  /** What the latest answer said of the task; null: none did. */
  said: Said | null;
  isTerminal: boolean;
  hintMs: number | null;
  lastT: number | null;
}

/**
 * Tells which reads of one call are polls; feed it the reads in the order they were sent, each once its end is known (or never
 * will be). A `result` request counts as a poll too unless the agent had already seen the task terminal: then it only fetches
 * what it knows to be there; null for such a read. The auditor's reads are no polls. `known`: what came of the reads so far.
 */
export function createPollReader(
  acks: readonly PollReceipt[],
  known: KnownTask[] = [],
): (exchange: Exchange) => Poll | null {
  return (exchange) => {
    const { inv, end } = exchange;
    if (inv.agent === 'auditor' || inv.task === undefined) return null;
    const state = knownOf(inv.task, known, acks);
    if (inv.op === 'result' && state.isTerminal) return null;
    const isEnd = end?.kind === 'ok' && isTerminal(end.status);
    const said = saidBy(end, state.said);
    const poll = {
      exchange,
      isForFirstTask: acks[0]?.end.task === inv.task,
      useful: isEnd && !state.isTerminal,
      informative: said !== null && said !== state.said,
      hintMs: state.hintMs,
      previousT: state.lastT,
    };
    // A read that lost its session told nobody anything and is repeated in a new one at once: no interval runs from it.
    state.lastT = isSessionLost(exchange) ? null : inv.t;
    state.said = said ?? state.said;
    state.isTerminal ||= isEnd;
    if (end?.kind === 'ok') state.hintMs = end.pollMs ?? state.hintMs;
    return poll;
  };
}

function knownOf(task: string, known: KnownTask[], acks: readonly PollReceipt[]): KnownTask {
  for (const state of known) if (state.task === task) return state;
  const state = firstKnown(task, acks);
  known.push(state);
  return state;
}

/** What the receipt told. */
function firstKnown(task: string, acks: readonly PollReceipt[]): KnownTask {
  const end = acks.find((ack) => ack.inv.agent !== 'auditor' && ack.end.task === task)?.end;
  if (end === undefined) return { task, said: null, isTerminal: false, hintMs: null, lastT: null };
  const said = saidBy(end, null);
  return { task, said, isTerminal: isTerminal(end.status), hintMs: end.pollMs ?? null, lastT: end.t };
}

/** The server answered that it does not know the session, which says nothing about the task. */
export function isSessionLost({ end }: Exchange): boolean {
  return end !== null && end.kind !== 'ok' && end.reason === 'session-lost';
}

/** What an agent learns from an answer. */
interface Said {
  readonly kind: 'ok' | 'fail';
  /** Its status, or why there is none. */
  readonly word: string | undefined;
  readonly lastUpdatedAt: string | undefined;
  readonly statusMessage: string | undefined;
}

/** What an answer said: `before` itself where that is the same; null: nothing. */
function saidBy(end: Exchange['end'] | PollReceipt['end'], before: Said | null): Said | null {
  if (end?.kind !== 'ok' && end?.kind !== 'fail') return null;
  const isOk = end.kind === 'ok';
  const word = isOk ? end.status : end.reason;
  const lastUpdatedAt = isOk ? end.lastUpdatedAt : undefined;
  const statusMessage = isOk ? end.statusMessage : undefined;
  const isSame = before?.kind === end.kind && before.word === word && before.lastUpdatedAt === lastUpdatedAt;
  if (isSame && before.statusMessage === statusMessage) return before;
  return { kind: end.kind, word, lastUpdatedAt, statusMessage };
}
