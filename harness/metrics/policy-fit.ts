import { exponential } from '../backoffs/exponential.ts';
import { fixed } from '../backoffs/fixed.ts';
import { linear } from '../backoffs/linear.ts';
import { pollInstants } from '../backoffs/schedule.ts';
import { stepped } from '../backoffs/stepped.ts';
import type { Backoff } from '../model/backoff.ts';
import { msOf } from '../model/clock.ts';
import type { HistoryIndex } from '../model/history-index.ts';
import { isTerminal } from '../model/operation.ts';
import type { Plan } from '../model/plan.ts';
import type { PollTrack } from '../model/poll-figures.ts';
import { pollFigures } from '../model/poll-tally.ts';
import { createPrng } from '../model/prng.ts';
import { takeInstants } from './poll-model.ts';
import { firstAck, terminalSeen, workEndT } from './timeline.ts';

/** How far what a task cost its agent is from what the plan's backoff costs for a task of that length. */
export interface PolicyFit {
  /** Polls sent beside those that the policy needs; 0: exactly those. */
  readonly polls: number;
  /** ms between the instant at which the policy finds the task and the moment its agent had the answer. */
  readonly lagMs: number;
}

/**
 * One entry a call that a poller held a task for: its fit, or null where it never saw the task end. The length L runs from
 * the receipt to the end of the work; the policy finds the task with its first poll at or after L. Two things are no
 * error of the policy: a poll that got no answer (the server was away) finds nothing, so the next one is expected to; and a
 * task that ends while a poll is under way may be found by it or by the next. Calls that were answered at once, and
 * those whose end nobody can date, are left out. null: no call of this run polls at instants that are known beforehand
 * (only `fixed` and `exponential` do).
 */
export function policyFits(plan: Plan, history: HistoryIndex): readonly (PolicyFit | null)[] | null {
  if (instantsOf(plan) === null) return null;
  const polls = pollFigures(history);
  return history.calls.flatMap((call) => {
    const acked = firstAck(call);
    if (call.planned.policy !== 'poller' || acked?.end.task === undefined || isTerminal(acked.end.status)) return [];
    const seen = terminalSeen(history, call);
    if (seen === null) return [null];
    const endT = workEndT(plan, history, call, seen.lastUpdatedAt);
    const track = polls.byCall.get(call.planned.call);
    if (endT === null || track === undefined) return [];
    const fit = fitOf(plan, track, { ackT: acked.end.t, endT, seenT: seen.t });
    return fit === null ? [] : [fit];
  });
}

interface Moments {
  readonly ackT: number;
  readonly endT: number;
  readonly seenT: number;
}

function fitOf(plan: Plan, track: PollTrack, { ackT, endT, seenT }: Moments): PolicyFit | null {
  // A notification was faster, which no poll can be held against.
  if (track.found === null || track.found.tripNs === null) return null;
  const found = track.found.index;
  const tripMs = msOf(track.found.tripNs);
  const lengthMs = msOf(endT - ackT);
  // A poll that goes out late is under way for longer than its own round trip.
  const [dueMs = 0] = takeInstants(instantsOf(plan) ?? [], found + 1).slice(-1);
  const underWayMs = Math.max(tripMs, msOf(seenT - ackT) - dueMs);
  const fits = [lengthMs, lengthMs - underWayMs, lengthMs + tripMs].map((candidateMs) => {
    const expected = expectedPoll(plan, track, candidateMs);
    return { polls: Math.abs(found + 1 - expected.polls), lagMs: Math.abs(msOf(seenT - ackT) - expected.atMs) };
  });
  return fits.reduce((best, fit) => (fit.lagMs < best.lagMs ? fit : best));
}

/** The first poll at or after the end of the task that is answered; polls beyond those really sent are taken to be. */
function expectedPoll(plan: Plan, track: PollTrack, lengthMs: number): { polls: number; atMs: number } {
  let count = 0;
  for (const atMs of instantsOf(plan) ?? []) {
    const isAnswered = !track.unanswered.includes(count);
    count += 1;
    if (atMs >= lengthMs && isAnswered) return { polls: count, atMs };
  }
  throw new Error('expected the instants of a policy to have no end');
}

/** Backoffs that look at nothing but the number of the poll. */
const KNOWN_INSTANTS: Readonly<Record<string, Backoff>> = { exponential, fixed, linear, stepped };

/** When the plan's backoff polls, ms after the receipt; null: that depends on hints, on chance or on what was before. */
function instantsOf({ agents: { backoff } }: Plan): Iterable<number> | null {
  const unit = Object.hasOwn(KNOWN_INSTANTS, backoff.id) ? KNOWN_INSTANTS[backoff.id] : undefined;
  if (unit === undefined) return null;
  const { options } = backoff;
  const instants = () => pollInstants(unit, { options, draw: NO_DRAW });
  // A backoff that stands still never comes to the end of any task.
  const [first = 0, second = 0] = takeInstants(instants(), 2);
  return first > 0 && second > first ? instants() : null;
}

const NO_DRAW = createPrng(0);
