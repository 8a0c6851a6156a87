import { NS_PER_SECOND } from '../model/clock.ts';
import type { OkBody, Stamped } from '../model/event.ts';
import type { CallView, Exchange, HistoryIndex } from '../model/history-index.ts';
import { isTerminal } from '../model/operation.ts';

/** One poll: an agent asking how its task stands. */
export interface Poll {
  readonly call: number;
  readonly task: string;
  readonly exchange: Exchange;
  /** It was the first to show this task terminal to its agent. */
  readonly useful: boolean;
  /** Its answer differed from what the agent knew: another status, message, update time, or a definite "no such task". */
  readonly informative: boolean;
  /** The latest poll interval the agent had been given before it sent this; null: none. */
  readonly hintMs: number | null;
  /** ns: when it sent the poll before, or got the receipt. */
  readonly previousT: number | null;
}

/**
 * Every poll of every agent, call by call. A `result` request counts as a poll too unless the agent had already seen the task
 * terminal: then it only fetches what it knows to be there. The auditor's reads are left out.
 */
export function collectPolls(history: HistoryIndex): readonly Poll[] {
  return history.calls.flatMap((call) => pollsOfCall(call));
}

interface Known {
  fingerprint: string | null;
  terminal: boolean;
  hintMs: number | null;
  lastT: number | null;
}

function pollsOfCall(call: CallView): Poll[] {
  const known = new Map<string, Known>();
  for (const { inv, end } of call.acks) {
    const task = end.task;
    if (inv.agent === 'auditor' || task === undefined || known.has(task)) continue;
    known.set(task, {
      fingerprint: fingerprintOf(end),
      terminal: isTerminal(end.status),
      hintMs: end.pollMs ?? null,
      lastT: end.t,
    });
  }
  const polls: Poll[] = [];
  for (const exchange of call.reads) {
    const { inv, end } = exchange;
    if (inv.agent === 'auditor' || inv.task === undefined) continue;
    const state = known.get(inv.task) ?? { fingerprint: null, terminal: false, hintMs: null, lastT: null };
    known.set(inv.task, state);
    if (inv.op === 'result' && state.terminal) continue;
    const answer = answerOf(exchange);
    const terminal = end?.kind === 'ok' && isTerminal(end.status);
    polls.push({
      call: call.planned.call,
      task: inv.task,
      exchange,
      useful: terminal && !state.terminal,
      informative: answer !== null && answer !== state.fingerprint,
      hintMs: state.hintMs,
      previousT: state.lastT,
    });
    // A read that lost its session told nobody anything and is repeated in a new one at once: no interval runs from it.
    state.lastT = isSessionLost(exchange) ? null : inv.t;
    state.fingerprint = answer ?? state.fingerprint;
    state.terminal = state.terminal || terminal;
    if (end?.kind === 'ok') state.hintMs = end.pollMs ?? state.hintMs;
  }
  return polls;
}

/** The server answered that it does not know the session, which says nothing about the task. */
export function isSessionLost({ end }: Exchange): boolean {
  return end !== null && end.kind !== 'ok' && end.reason === 'session-lost';
}

/** What an agent learned; null: nothing (no answer, or one that says nothing about the task). */
function answerOf({ end }: Exchange): string | null {
  if (end?.kind === 'ok') return fingerprintOf(end);
  return end?.kind === 'fail' ? `fail ${end.reason}` : null;
}

function fingerprintOf(end: Stamped<OkBody>): string {
  return `${end.status ?? ''}\0${end.lastUpdatedAt ?? ''}\0${end.statusMessage ?? ''}`;
}

/** There was something to poll: an agent held a task id. Without one (blocking calls) polling is not measured. */
export function hadTasks(history: HistoryIndex): boolean {
  return history.calls.some((call) => call.tasks.length > 0);
}

/** Polls in each whole second of the run, from the second of the first poll to the second of the last, both included. */
export function pollBins(polls: readonly Poll[]): readonly number[] {
  if (polls.length === 0) return [];
  const seconds = polls.map((poll) => Math.floor(poll.exchange.inv.t / NS_PER_SECOND));
  const first = seconds.reduce((least, second) => Math.min(least, second));
  const last = seconds.reduce((most, second) => Math.max(most, second));
  const bins = new Array<number>(last - first + 1).fill(0);
  for (const second of seconds) bins[second - first] = (bins[second - first] ?? 0) + 1;
  return bins;
}

/**
 * Bytes of each poll, request and reply, from the recorded frames; the request falls back to what the sender counted.
 * null: the history holds no frames, so replies cannot be sized.
 */
export function pollBytes(history: HistoryIndex, polls: readonly Poll[]): ReadonlyMap<Poll, number> | null {
  if (!history.frames.some((frame) => frame.dir === 'in')) return null;
  const sizes = new Map<Poll, number>();
  for (const poll of polls) {
    const { inv, end } = poll.exchange;
    // An rpc id may come back after a reconnect: only frames between the send and its end belong to this exchange.
    const until = end?.seq ?? Number.POSITIVE_INFINITY;
    const own = history.framesOf(inv).filter(({ seq }) => seq > inv.seq && seq < until);
    const sizeOf = (dir: 'in' | 'out') =>
      own.reduce((total, frame) => total + (frame.dir === dir ? frame.bytes : 0), 0);
    sizes.set(poll, (sizeOf('out') || (inv.bytes ?? 0)) + sizeOf('in'));
  }
  return sizes;
}
