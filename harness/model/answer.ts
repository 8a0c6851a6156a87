import { derivedOnce } from './derivation.ts';
import type { EventOf, Observation, OkBody, Stamped } from './event.ts';
import type { Acked, Exchange, HistoryIndex, TaskView } from './history-index.ts';
import type { Plan, PlannedCall } from './plan.ts';

/** What an answer says, in the terms the invariants are written in. */

/** What somebody was told about a task: a good reply, or a notification. */
export type Answer = Stamped<OkBody> | EventOf<'push'>;

/** Adds the good replies to these requests; `isOwn`: only to those that the agent sent, not the auditor. */
export function addReplies(answers: Answer[], exchanges: readonly Exchange[], isOwn: boolean): void {
  for (const { inv, end } of exchanges) {
    if (end?.kind === 'ok' && !(isOwn && inv.agent === 'auditor')) answers.push(end);
  }
}

/** Adds the notifications that showed these tasks. */
export function addPushes(answers: Answer[], task: TaskView): void {
  for (const { event } of task.sightings) if (event.kind === 'push') answers.push(event);
}

/** In the order of their seq. Most are already, and to find that out costs less than to sort. */
export function sortedBySeq<Item extends { readonly seq: number }>(answers: Item[]): Item[] {
  for (let index = 1; index < answers.length; index += 1) {
    const [before, after] = [answers[index - 1], answers[index]];
    if (before !== undefined && after !== undefined && before.seq > after.seq) return answers.sort(bySeq);
  }
  return answers;
}

export function bySeq(a: { readonly seq: number }, b: { readonly seq: number }): number {
  return a.seq - b.seq;
}

/** Completed, and the result did not say isError. */
export function isSuccess(seen: Observation): boolean {
  return seen.status === 'completed' && seen.isError !== true;
}

export function hasResult(seen: Observation): boolean {
  return seen.result !== undefined || seen.resultSha !== undefined;
}

/** The agent needs nothing more: a result, or a terminal status that has none. */
export function hasOutcome(seen: Observation): boolean {
  if (seen.status === undefined) return false;
  if (seen.status === 'failed' || seen.status === 'cancelled') return true;
  return seen.status === 'completed' && (hasResult(seen) || seen.isError !== undefined);
}

/**
 * Does a good result carry the token of its call? null: it cannot be told (not a success, no result in it, no echo
 * expression was evaluated, or a call that is meant to fail).
 */
export function carriesToken(call: PlannedCall, seen: Observation): boolean | null {
  if (call.tool === 'failing' || !isSuccess(seen) || !hasResult(seen) || seen.echo === undefined) return null;
  if (seen.echo === null) return false;
  // A number stands for the token where a tool takes only numbers: 12 is not in 112.
  return /^\d+$/.test(call.token) ? seen.echo === call.token : seen.echo.includes(call.token);
}

/** The agent that a request speaks for: the auditor reads as the owner. */
export function readerOf(exchange: Exchange): number {
  const { agent, as } = exchange.inv;
  return agent === 'auditor' ? (as ?? 0) : agent;
}

/** How a read denies that a task exists. `promised`: its receipt was out and its retention had not passed. */
export function denial(
  plan: Plan,
  history: HistoryIndex,
  task: TaskView,
  read: Exchange,
): 'none' | 'promised' | 'before-receipt' | 'expired' | 'session-ended' {
  const { inv, end } = read;
  if (end?.kind !== 'fail' || end.reason !== 'not-found') return 'none';
  const [ack] = task.acks;
  if (!ack || ack.end.seq > inv.seq) return 'before-receipt';
  if (end.t >= task.expiresT) return 'expired';
  if (plan.target.facts.scope === 'session' && sessionEnded(history, ack, read)) return 'session-ended';
  return 'promised';
}

/** The session that owned the task is gone: forgotten by its server, or with the boot or the connection it belonged to. */
function sessionEnded(history: HistoryIndex, ack: Acked, { inv }: Exchange): boolean {
  const ackSeq = ack.end.seq;
  if (ack.inv.conn !== inv.conn || history.bootAt(ackSeq) !== history.bootAt(inv.seq)) return true;
  return (
    sessionLosses(history)
      .get(inv.conn)
      ?.some((seq) => seq > ackSeq && seq < inv.seq) === true
  );
}

/** By connection: when (seq) a request was answered that its session is not known. */
const sessionLosses = derivedOnce(({ exchanges }) => {
  const losses = new Map<string, number[]>();
  for (const { inv, end } of exchanges) {
    if (end === null || end.kind === 'ok' || end.reason !== 'session-lost') continue;
    const known = losses.get(inv.conn);
    if (known) known.push(end.seq);
    else losses.set(inv.conn, [end.seq]);
  }
  return losses;
});

/** Answers to what tasks asked for that the server took, by task, in the order they were taken. */
export function answersOf(history: Pick<HistoryIndex, 'exchanges'>): ReadonlyMap<string, readonly Acked[]> {
  const answers = new Map<string, Acked[]>();
  for (const { inv, end } of history.exchanges) {
    if (inv.op !== 'update' || end?.kind !== 'ok' || inv.task === undefined) continue;
    const known = answers.get(inv.task);
    if (known) known.push({ inv, end });
    else answers.set(inv.task, [{ inv, end }]);
  }
  return answers;
}

/** ns from run start until which a task acked at `ackT` must have settled: the SLA, moved by the last heal. */
export function settleDeadlineT(plan: Plan, history: HistoryIndex, ackT: number): number {
  return Math.max(ackT, history.lastHealT) + plan.slaMs * 1_000_000;
}
