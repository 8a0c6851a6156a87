import {
  type Answer,
  addPushes,
  addReplies,
  carriesToken,
  denial,
  hasOutcome,
  isSuccess,
  readerOf,
  settleDeadlineT,
  sortedBySeq,
} from './answer.ts';
import { derivedOnce } from './derivation.ts';
import type { CallView, Exchange, HistoryIndex, TaskView } from './history-index.ts';
import { isTerminal } from './operation.ts';
import type { Plan } from './plan.ts';
import { FATES, type Fate } from './verdict.ts';

/** What became of one call, with the events (seq) that say so. */
export interface CallFate {
  readonly call: number;
  readonly fate: Fate;
  readonly events: readonly number[];
}

interface Subject {
  readonly plan: Plan;
  readonly history: HistoryIndex;
  readonly call: CallView;
  readonly tasks: readonly TaskView[];
  /** What its own agent saw, notifications included; never the auditor's reads. */
  readonly seen: readonly Answer[];
  /** Answers to other agents that carry its token. */
  readonly leaks: readonly number[];
}

/** The events that prove this fate; null: it does not hold. */
type Rule = (subject: Subject) => readonly number[] | null;

/** One fate a call, the first that holds in the order of FATES: a partition, so the counts add up to the calls of the plan. */
export function fatesOf(plan: Plan, history: HistoryIndex): readonly CallFate[] {
  const known = fatesByPlan(history);
  const fates = known.get(plan) ?? deriveFates(plan, history);
  known.set(plan, fates);
  return fates;
}

const fatesByPlan = derivedOnce(() => new WeakMap<Plan, readonly CallFate[]>());

function deriveFates(plan: Plan, history: HistoryIndex): readonly CallFate[] {
  const leaks = leaksOf(plan, history);
  return history.calls.map((call) => {
    const number = call.planned.call;
    const tasks = call.tasks.map((id) => history.tasks.get(id)).filter((task) => task !== undefined);
    const subject = { plan, history, call, tasks, seen: seenBy(call, tasks), leaks: leaks.get(number) ?? [] };
    for (const fate of FATES) {
      const events = RULES[fate](subject);
      if (events !== null) return { call: number, fate, events };
    }
    throw new Error(`call ${number} has no fate: expected 'open' to hold when nothing else does`);
  });
}

/** Fates that occurred, in the order of FATES. */
export function countFates(fates: readonly CallFate[]): Readonly<Partial<Record<Fate, number>>> {
  const found = new Map<Fate, number>();
  for (const { fate } of fates) found.set(fate, (found.get(fate) ?? 0) + 1);
  const counts: Partial<Record<Fate, number>> = {};
  for (const fate of FATES) {
    const count = found.get(fate);
    if (count !== undefined) counts[fate] = count;
  }
  return counts;
}

const RULES: Readonly<Record<Fate, Rule>> = {
  /** Its token was in an answer to another agent, where every agent is a principal of its own. */
  leaked: ({ leaks }) => orNull(leaks),
  /** A result that its agent got for it does not carry its token. */
  wrong: ({ call, seen }) => orNull(seqs(seen.filter((event) => carriesToken(call.planned, event) === false))),
  /** Its effect was committed more than once, allowed or not. */
  doubled: ({ call }) => (call.commits.length > 1 ? seqs(call.commits) : null),
  /** Acked, and denied within its retention: to its agent at any time, or to the final read when the agent had no outcome yet. */
  lost: (subject) => orNull(denials(subject, 'promised')),
  /** Acked, never seen terminal by anybody, and its time (SLA after ack and last heal) ran out within the run. */
  stuck: (subject) => {
    const { plan, history, call, tasks } = subject;
    const [ack] = call.acks;
    if (!ack || isSettled(subject) || tasks.some(({ settled }) => settled !== null)) return null;
    const expiresT = Math.max(...tasks.map((task) => task.expiresT), 0) || Number.POSITIVE_INFINITY;
    const deadlineT = settleDeadlineT(plan, history, ack.end.t);
    return deadlineT < Math.min(history.endT, expiresT) ? [ack.end.seq, ...lastSeen(tasks)] : null;
  },
  /** Acked and kept to its deadline (ttl), but its agent never fetched an outcome. */
  expired: (subject) => {
    const { history, call, tasks } = subject;
    if (call.acks.length === 0 || tasks.length === 0 || isSettled(subject)) return null;
    if (!tasks.every(({ expiresT }) => expiresT <= history.endT)) return null;
    return [...seqs(call.acks.map(({ end }) => end)), ...denials(subject, 'expired')];
  },
  /** Acked and terminal, as a notification, the final read or a bare status showed; its agent never got the outcome. */
  unread: (subject) => {
    if (subject.call.acks.length === 0 || isSettled(subject)) return null;
    return orNull(subject.tasks.flatMap(({ settled }) => (settled ? [settled.event.seq] : [])));
  },
  /** Its agent got an outcome, none of them a success: failed, cancelled, or a result that says isError. */
  'settled-failed': ({ seen, call }) => {
    const outcomes = seen.filter(hasOutcome);
    if (call.acks.length === 0 || outcomes.length === 0 || outcomes.some(isSuccess)) return null;
    // In 2025-11-25 a bare status says completed although the result says isError: only outcomes count.
    return seqs(outcomes.slice(0, 1));
  },
  /** Its agent got a successful outcome. */
  'settled-ok': ({ seen, call }) => {
    const outcomes = seen.filter((event) => hasOutcome(event) && isSuccess(event));
    return call.acks.length === 0 ? null : orNull(seqs(outcomes.slice(0, 1)));
  },
  /** Never acked, yet its effect was committed. */
  orphaned: ({ call }) => (call.acks.length === 0 ? orNull(seqs(call.commits)) : null),
  /** Never acked; every attempt was definitely refused. */
  refused: (subject) => {
    const { creates } = subject.call;
    const isRefused = creates.length > 0 && creates.every(({ end }) => end?.kind === 'fail');
    return isRefused && isOver(subject) ? creates.flatMap(({ end }) => (end ? [end.seq] : [])) : null;
  },
  /** Never acked, no effect: nobody knows, and nothing came of it. */
  void: (subject) =>
    subject.call.acks.length === 0 && isOver(subject) ? subject.call.creates.map(({ inv }) => inv.seq) : null,
  /** The run ended before its time was up. */
  open: ({ call }) => call.creates.slice(-1).map(({ inv }) => inv.seq),
};

function isSettled({ seen }: Subject): boolean {
  return seen.some(hasOutcome);
}

/** Nothing more would have come of it: the run ended by itself, or the agent gave the call up. */
function isOver({ history, call }: Subject): boolean {
  return !history.interrupted || call.quits.length > 0;
}

function denials(subject: Subject, kind: ReturnType<typeof denial>): readonly number[] {
  const { plan, history, tasks } = subject;
  const isKnown = isSettled(subject);
  return tasks.flatMap((task) =>
    task.reads.flatMap((read) => {
      const isFinal = read.inv.agent === 'auditor';
      return read.end && !(isFinal && isKnown) && denial(plan, history, task, read) === kind ? [read.end.seq] : [];
    }),
  );
}

function seenBy(call: CallView, tasks: readonly TaskView[]): Subject['seen'] {
  const seen: Answer[] = [];
  for (const requests of [call.creates, call.reads, call.cancels]) addReplies(seen, requests, true);
  for (const task of tasks) addPushes(seen, task);
  return sortedBySeq(seen);
}

function lastSeen(tasks: readonly TaskView[]): readonly number[] {
  return tasks.flatMap(({ sightings }) =>
    sightings
      .slice(-1)
      .filter(({ event }) => !isTerminal(event.status))
      .map(({ event }) => event.seq),
  );
}

function leaksOf(plan: Plan, history: HistoryIndex): ReadonlyMap<number, readonly number[]> {
  const leaks = new Map<number, number[]>();
  if (plan.target.facts.scope !== 'principal') return leaks;
  const calls = new Map(history.calls.map(({ planned }) => [planned.token, planned]));
  const leaked = ({ end }: Exchange) => (end?.kind === 'ok' && end.echo != null ? calls.get(end.echo) : undefined);
  for (const exchange of history.exchanges) {
    const call = leaked(exchange);
    if (!call || !exchange.end || readerOf(exchange) === call.agent) continue;
    leaks.set(call.call, [...(leaks.get(call.call) ?? []), exchange.end.seq]);
  }
  return leaks;
}

function seqs(events: readonly { readonly seq: number }[]): readonly number[] {
  return events.map(({ seq }) => seq);
}

function orNull(events: readonly number[]): readonly number[] | null {
  return events.length === 0 ? null : events;
}
