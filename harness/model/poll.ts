import type { Acked, Exchange } from './history-index.ts';
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

/** What an agent knows of one task. */
interface Known {
  readonly task: string;
  /** The latest answer that said something about the task. */
  answer: Exchange['end'];
  isTerminal: boolean;
  hintMs: number | null;
  lastT: number | null;
}

/**
 * Tells which reads of one call are polls; feed it the reads in the order they were sent, each once its end is known (or never
 * will be). A `result` request counts as a poll too unless the agent had already seen the task terminal: then it only fetches
 * what it knows to be there; null for such a read. The auditor's reads are no polls.
 */
export function createPollReader(acks: readonly Acked[]): (exchange: Exchange) => Poll | null {
  const known: Known[] = [];
  const stateOf = (task: string): Known => {
    for (const state of known) if (state.task === task) return state;
    const state = firstKnown(task, acks);
    known.push(state);
    return state;
  };
  return (exchange) => {
    const { inv, end } = exchange;
    if (inv.agent === 'auditor' || inv.task === undefined) return null;
    const state = stateOf(inv.task);
    if (inv.op === 'result' && state.isTerminal) return null;
    const isEnd = end?.kind === 'ok' && isTerminal(end.status);
    const saysSomething = end?.kind === 'ok' || end?.kind === 'fail';
    const poll = {
      exchange,
      isForFirstTask: acks[0]?.end.task === inv.task,
      useful: isEnd && !state.isTerminal,
      informative: saysSomething && !isSameAnswer(end, state.answer),
      hintMs: state.hintMs,
      previousT: state.lastT,
    };
    // A read that lost its session told nobody anything and is repeated in a new one at once: no interval runs from it.
    state.lastT = isSessionLost(exchange) ? null : inv.t;
    if (saysSomething) state.answer = end;
    state.isTerminal ||= isEnd;
    if (end?.kind === 'ok') state.hintMs = end.pollMs ?? state.hintMs;
    return poll;
  };
}

/** What the receipt told. */
function firstKnown(task: string, acks: readonly Acked[]): Known {
  const end = acks.find((ack) => ack.inv.agent !== 'auditor' && ack.end.task === task)?.end;
  if (end === undefined) return { task, answer: null, isTerminal: false, hintMs: null, lastT: null };
  return { task, answer: end, isTerminal: isTerminal(end.status), hintMs: end.pollMs ?? null, lastT: end.t };
}

/** The server answered that it does not know the session, which says nothing about the task. */
export function isSessionLost({ end }: Exchange): boolean {
  return end !== null && end.kind !== 'ok' && end.reason === 'session-lost';
}

/** An agent that had the one learns nothing from the other. */
function isSameAnswer(a: Exchange['end'], b: Exchange['end']): boolean {
  if (a?.kind === 'fail') return b?.kind === 'fail' && a.reason === b.reason;
  if (a?.kind !== 'ok' || b?.kind !== 'ok') return false;
  return a.status === b.status && a.lastUpdatedAt === b.lastUpdatedAt && a.statusMessage === b.statusMessage;
}
