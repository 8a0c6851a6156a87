import type { Answer } from '../model/answer.ts';
import { msOf } from '../model/clock.ts';
import type { EventOf, FxBody, Stamped } from '../model/event.ts';
import type { Acked, CallView, Exchange, HistoryIndex } from '../model/history-index.ts';
import type { TrendValue } from '../model/metric-value.ts';
import { isTerminal } from '../model/operation.ts';
import { trend } from '../model/percentile.ts';
import type { Plan, PlannedCall } from '../model/plan.ts';

/** What several metrics read off a call, written once so that no two of them derive it differently. Times are ns from run start. */

/** Creates that carry the call itself. A probe repeats a call that was already acked and has no reader of its own. */
export function attempts(call: CallView): readonly Exchange[] {
  return call.creates.filter(({ inv }) => inv.probe !== true);
}

/** Calls that were sent at least once. */
export function sentCalls(history: HistoryIndex): readonly CallView[] {
  return history.calls.filter((call) => attempts(call).length > 0);
}

export function ackedCalls(history: HistoryIndex): readonly CallView[] {
  return history.calls.filter((call) => call.acks.length > 0);
}

/** When the call was meant to start; latency counts from here, so that a late generator cannot flatter the server. */
export function intendedT(call: CallView): number | null {
  const first = attempts(call)[0];
  return first === undefined ? null : (first.inv.intended ?? first.inv.t);
}

export function firstAck(call: CallView): Acked | null {
  return earliest(call.acks, (acked) => acked.end.t);
}

export function firstKnow(call: CallView): EventOf<'know'> | null {
  return earliest(call.knows, (know) => know.t);
}

/** When the agent itself first saw the call's task in a terminal state: a reply or a notification, never the auditor's reads. */
export function terminalSeenT(history: HistoryIndex, call: CallView): number | null {
  const event = terminalSeen(history, call);
  return event === null ? null : event.t;
}

export function terminalSeen(history: HistoryIndex, call: CallView): Stamped<{ lastUpdatedAt?: string }> | null {
  let first: Answer | null = null;
  const see = (event: Answer) => {
    if (isTerminal(event.status) && (first === null || event.t < first.t)) first = event;
  };
  for (const requests of [call.creates, call.reads, call.cancels]) {
    for (const { inv, end } of requests) if (inv.agent !== 'auditor' && end?.kind === 'ok') see(end);
  }
  for (const task of call.tasks) {
    for (const { event, inv } of history.tasks.get(task)?.sightings ?? []) if (inv === undefined) see(event);
  }
  return first;
}

/** The target reports its effects in order, so their instants mean something. */
export function hasOrderedEffects(plan: Plan): boolean {
  return plan.target.facts.effects === 'ordered';
}

export function hasEffects(plan: Plan): boolean {
  return plan.target.facts.effects !== 'none';
}

/** Work that is meant to end in a committed effect, as opposed to calls that fail on purpose. */
export function expectsCommit(planned: PlannedCall): boolean {
  return planned.tool !== 'failing' && !['error', 'throw', 'exit'].includes(planned.mode ?? '');
}

/** The commit that made the call's effect, and the begin of the run that made it (an earlier run may have died half way). */
export function committedRun(call: CallView): { begin: Stamped<FxBody> | null; commit: Stamped<FxBody> } | null {
  const commit = earliest(call.commits, (effect) => effect.at);
  if (commit === null) return null;
  const before = call.begins.filter((begin) => begin.at <= commit.at);
  return { commit, begin: earliest(before, (begin) => -begin.at) };
}

/** ns from run start of a wall-clock date a server wrote; null where it is no date. */
export function tOfDate(history: HistoryIndex, date: string | undefined): number | null {
  if (date === undefined) return null;
  const wallMs = Date.parse(date);
  if (Number.isNaN(wallMs)) return null;
  return (wallMs - history.run.wall) * 1e6 + history.run.t;
}

/** When the work of a call ended: its first commit; without one, the terminal time the server states. null: nobody can date it. */
export function workEndT(
  plan: Plan,
  history: HistoryIndex,
  call: CallView,
  lastUpdatedAt: string | undefined,
): number | null {
  const commit = hasOrderedEffects(plan) ? earliest(call.commits, (effect) => effect.at) : null;
  return commit?.at ?? tOfDate(history, lastUpdatedAt);
}

/** A trend in ms of samples in ns, one a subject; null: that subject never gave one. No subject at all: no evidence. */
export function trendMs(samplesNs: readonly (number | null)[]): TrendValue | null {
  return trendOf(
    samplesNs.map((sample) => (sample === null ? null : msOf(sample))),
    'ms',
  );
}

export function trendOf(samples: readonly (number | null)[], unit: string): TrendValue | null {
  if (samples.length === 0) return null;
  const measured = samples.filter((sample) => sample !== null);
  return trend(measured, { unit, censored: samples.length - measured.length });
}

export function earliest<Item>(items: readonly Item[], key: (item: Item) => number): Item | null {
  let found: Item | null = null;
  for (const item of items) if (found === null || key(item) < key(found)) found = item;
  return found;
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** There was something to poll: an agent held a task id. Without one (blocking calls) polling is not measured. */
export function hadTasks(history: HistoryIndex): boolean {
  return history.calls.some((call) => call.tasks.length > 0);
}
