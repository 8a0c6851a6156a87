import { arrivals, countPairs } from '../metrics/arrival.ts';
import { msOf, nsOf } from '../model/clock.ts';
import type { CallView, Exchange, HistoryIndex } from '../model/history-index.ts';
import type { MetricValue, TrendValue } from '../model/metric-value.ts';
import { isTerminal } from '../model/operation.ts';
import { trend } from '../model/percentile.ts';
import type { Plan } from '../model/plan.ts';
import type { Verdict } from '../model/verdict.ts';
import { pollDelays } from '../plan/poll-margin.ts';

/** What calibration compares of one run: its verdict, and what the machine did to it. */
export interface Observation {
  readonly verdict: Verdict;
  /** Requests, tasks and effects of the agents, by what they are. */
  readonly counts: Readonly<Record<string, number>>;
  /** Distributions that are no metrics of a run, since they tell about the machine: MACHINE_TIMES. */
  readonly machine: Readonly<Record<string, TrendValue>>;
  /** Most requests of agents under way at the same time. */
  readonly exchangesAtOnce: number;
  /** One small exchange through the harness, ms; null: not measured. */
  readonly floorMs: number | null;
  readonly calls: readonly ObservedCall[];
  /** When calls were sent and their results arrived, ms, and how many pairs of them were in flight together. */
  readonly order: {
    readonly sentMs: readonly number[];
    readonly knownMs: readonly number[];
    readonly overlapping: number;
  };
}

/** The polls of a call, and when its work ended. */
export interface ObservedCall {
  readonly call: number;
  readonly polls: readonly { readonly sentMs: number; readonly endMs: number | null; readonly isTerminal: boolean }[];
  /** ms from run start; null: it made no effect. */
  readonly workEndMs: number | null;
}

/** What tells about the machine, in the order in which it is shown. */
export const MACHINE_TIMES: Readonly<Record<string, string>> = {
  'boot-time': 'Start of the server until it answers',
  'read-latency': 'Round trip of a poll',
  'work-overrun': 'Work beyond what was asked',
  'poll-lateness': 'Polls sent after they were due',
};

/** Policies whose agents poll by the plan's backoff to the end. */
const POLLING: readonly string[] = ['poller', 'moved-on'];

/** Pure: the same run gives the same observation. */
export function observe(plan: Plan, history: HistoryIndex, verdict: Verdict): Observation {
  const ofAgents = history.exchanges.filter(({ inv }) => inv.agent !== 'auditor');
  return {
    verdict,
    counts: countsOf(history, ofAgents),
    machine: machineOf(plan, history),
    exchangesAtOnce: mostAtOnce(ofAgents),
    floorMs: floorOf(history),
    calls: history.calls.map(observeCall),
    order: orderOf(history),
  };
}

/** What no run in virtual time has, since its server counts into files; there is nothing to compare. */
const REAL_ONLY: readonly string[] = ['store-operations', 'store-bytes'];

/** Metrics and machine times of a run in one name space. */
export function valuesOf({ verdict, machine }: Observation): Readonly<Record<string, MetricValue>> {
  const metrics = Object.entries(verdict.metrics).filter(([id]) => !REAL_ONLY.includes(id));
  return { ...Object.fromEntries(metrics), ...machine };
}

function countsOf(history: HistoryIndex, exchanges: readonly Exchange[]): Readonly<Record<string, number>> {
  const of = (op: string) => exchanges.filter(({ inv }) => inv.op === op).length;
  const effects = (phase: string) => history.effects.filter((effect) => effect.phase === phase).length;
  return {
    creates: of('create'),
    'status reads': of('get'),
    'result reads': of('result'),
    cancels: of('cancel'),
    tasks: history.tasks.size,
    'effects begun': effects('begin'),
    'effects committed': effects('commit'),
    boots: history.boots.length,
  };
}

function machineOf(plan: Plan, history: HistoryIndex): Readonly<Record<string, TrendValue>> {
  const boots = history.boots.flatMap(({ spawn, ready }) =>
    spawn === null || ready === null ? [] : [msOf(ready.t - spawn.t)],
  );
  const trips = history.calls
    .flatMap(readsOf)
    .flatMap(({ inv, end }) => (inv.op === 'get' && end?.kind === 'ok' ? [msOf(end.t - inv.t)] : []));
  const overruns = history.calls.flatMap((call) => {
    const [begin] = call.begins;
    const [commit] = call.commits;
    const isWhole = call.begins.length === 1 && call.commits.length === 1;
    return isWhole && begin && commit ? [msOf(commit.at - begin.at) - call.planned.ms] : [];
  });
  const late = history.calls.flatMap((call) => latenessOf(plan, call));
  const samples = { 'boot-time': boots, 'read-latency': trips, 'work-overrun': overruns, 'poll-lateness': late };
  return Object.fromEntries(
    Object.entries(samples).flatMap(([id, list]) =>
      list.length === 0 ? [] : [[id, trend(list, { unit: 'ms', censored: 0 })]],
    ),
  );
}

/**
 * How late each poll of a call left, ms: the agent's own rule (harness/agents/fetching.ts) reckoned again from what it saw.
 * Empty where nobody knows when its polls are due.
 */
function latenessOf(plan: Plan, call: CallView): readonly number[] {
  const [acked] = call.acks;
  if (acked === undefined || !POLLING.includes(call.planned.policy)) return [];
  let hintMs = acked.end.pollMs ?? null;
  let dueT = acked.end.t;
  let sentT = acked.end.t;
  let endT = acked.end.t;
  const late: number[] = [];
  for (const [index, { inv, end }] of readsOf(call).entries()) {
    const delayMs = pollDelays(plan, hintMs)?.(index + 1);
    if (delayMs === undefined || end === null) break;
    const politeT = hintMs !== null && delayMs >= hintMs ? sentT + nsOf(hintMs) : 0;
    dueT = Math.max(dueT + nsOf(delayMs), politeT, endT);
    late.push(msOf(inv.t - dueT));
    if (end.kind !== 'ok' || isTerminal(end.status)) break;
    sentT = inv.t;
    endT = end.t;
    hintMs = end.pollMs ?? hintMs;
  }
  return late;
}

function readsOf(call: CallView): readonly Exchange[] {
  return call.reads.filter(({ inv }) => inv.agent !== 'auditor');
}

function observeCall(call: CallView): ObservedCall {
  const [commit] = call.commits;
  return {
    call: call.planned.call,
    polls: readsOf(call).flatMap(({ inv, end }) =>
      inv.op !== 'get'
        ? []
        : [
            {
              sentMs: msOf(inv.t),
              endMs: end === null ? null : msOf(end.t),
              isTerminal: end?.kind === 'ok' && isTerminal(end.status),
            },
          ],
    ),
    workEndMs: commit === undefined ? null : msOf(commit.at),
  };
}

function orderOf(history: HistoryIndex): Observation['order'] {
  const arrived = arrivals(history);
  return {
    sentMs: arrived.map(({ sentT }) => msOf(sentT)),
    knownMs: arrived.map(({ knownT }) => msOf(knownT)),
    overlapping: countPairs(arrived).overlapping,
  };
}

function mostAtOnce(exchanges: readonly Exchange[]): number {
  const steps = exchanges
    .flatMap(({ inv, end }) => (end === null ? [] : [[inv.t, 1] as const, [end.t, -1] as const]))
    .sort(([t, by], [otherT, otherBy]) => t - otherT || by - otherBy);
  let now = 0;
  let most = 0;
  for (const [, by] of steps) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}

function floorOf({ notes }: HistoryIndex): number | null {
  const ms = notes.find(({ topic }) => topic === 'floor')?.data?.proxiedMs;
  return typeof ms === 'number' ? ms : null;
}
