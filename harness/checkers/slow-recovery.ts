import { type AckedTask, ackedTasks, firstAbove } from '../model/acked-tasks.ts';
import { settleDeadlineT } from '../model/answer.ts';
import type { Checker } from '../model/checker.ts';
import type { BootView, Exchange, HistoryIndex } from '../model/history-index.ts';
import { isTerminal } from '../model/operation.ts';
import type { Plan } from '../model/plan.ts';
import { createFindingList, type FindingList, judged, second, vacuous } from './finding-list.ts';

interface Recovery {
  readonly boot: number;
  readonly spawnT: number;
  /** Until the boot ended, or the run. */
  readonly endT: number;
  readonly fromSeq: number;
  readonly toSeq: number;
}

/**
 * A boot after a restart comes back: ready within limits.readyMs of its start; a good reply within limits.readyMs of the first
 * request after that; the first new task settled within the SLA of its receipt. A boot that was ended before its time, or that
 * nobody asked anything, is not judged by that part. Counts: restarts, ready, answered, settledNew.
 */
export const slowRecovery: Checker = {
  meta: {
    id: 'slow-recovery',
    title: 'A restarted server comes back and takes work again',
    description: 'A server that survives its crash and then hangs over its own backlog is down all the same.',
    invariants: ['L2'],
    requires: ['calls'],
    judges: 'server',
  },
  applicable: ({ target }) =>
    target.facts.process ? null : 'the harness did not start this server, so it sees no restart',
  check({ plan, history }) {
    const findings = createFindingList();
    const counts = { restarts: 0, ready: 0, answered: 0, settledNew: 0 };
    for (const boot of history.boots) {
      if (isFirst(boot, history) || !boot.spawn) continue;
      counts.restarts += 1;
      const recovery = recoveryOf(boot, boot.spawn, history);
      if (isReady(boot, recovery, plan, findings)) counts.ready += 1;
      else continue;
      if (isAnswering(recovery, plan, history, findings)) counts.answered += 1;
      if (isSettling(recovery, plan, history, findings)) counts.settledNew += 1;
    }
    if (counts.restarts === 0) return vacuous('the server was never restarted in this run', counts);
    const result = judged(findings, counts);
    if (findings.count > 0 || counts.answered > 0) return result;
    return {
      ...result,
      valid: 'unknown',
      reason: 'the server was restarted, but asked nothing long enough afterwards',
    };
  },
};

/** Of several processes each has a first boot. */
function isFirst({ boot, spawn }: BootView, { boots }: HistoryIndex): boolean {
  const name = spawn?.process;
  if (name === undefined) return boot === 1;
  return !boots.some((other) => other.boot < boot && other.spawn?.process === name);
}

function recoveryOf(
  { boot, exit, ready }: BootView,
  spawn: NonNullable<BootView['spawn']>,
  history: HistoryIndex,
): Recovery {
  return {
    boot,
    spawnT: spawn.t,
    endT: exit?.t ?? history.endT,
    fromSeq: ready?.seq ?? spawn.seq,
    toSeq: exit?.seq ?? history.events.length,
  };
}

function isReady(boot: BootView, recovery: Recovery, plan: Plan, findings: FindingList): boolean {
  const limitT = recovery.spawnT + plan.limits.readyMs * 1_000_000;
  if (boot.ready && boot.ready.t <= limitT) return true;
  const isOwnExit = boot.exit?.by === 'server';
  if (!boot.ready && !isOwnExit && recovery.endT <= limitT) return false;
  const seqs = [boot.spawn, boot.ready, boot.exit].flatMap((event) => (event ? [event.seq] : []));
  const how = boot.ready
    ? `was ready only at ${second(boot.ready.t)}`
    : isOwnExit
      ? 'ended by itself'
      : 'was never ready';
  findings.add(
    'L2',
    `boot ${boot.boot}, started at ${second(recovery.spawnT)}, ${how}; ${plan.limits.readyMs} ms were allowed`,
    seqs,
  );
  return boot.ready !== null;
}

function isAnswering(recovery: Recovery, plan: Plan, history: HistoryIndex, findings: FindingList): boolean {
  const { exchanges } = history;
  const from = firstAbove(exchanges, recovery.fromSeq, ({ inv }) => inv.seq);
  const first = exchanges.slice(from).find((exchange) => hasArrived(exchange, history));
  if (!first || first.inv.seq >= recovery.toSeq) return false;
  const limitT = first.inv.t + plan.limits.readyMs * 1_000_000;
  let earliestT = Number.POSITIVE_INFINITY;
  for (let index = from; index < exchanges.length; index += 1) {
    const exchange = exchanges[index];
    if (!exchange || exchange.inv.seq >= recovery.toSeq) break;
    const { end } = exchange;
    // A definite refusal is an answer as well: the server is back and says no.
    const isAnswer = end !== null && (end.kind === 'ok' || end.answered === true) && end.seq < recovery.toSeq;
    if (isAnswer && end.t < earliestT) earliestT = end.t;
  }
  if (earliestT <= limitT) return true;
  if (recovery.endT <= limitT) return false;
  if (hasReplied(recovery, history, { from, limitT })) return true;
  const what =
    earliestT === Number.POSITIVE_INFINITY ? 'nothing was answered' : `the first answer came at ${second(earliestT)}`;
  findings.add(
    'L2',
    `boot ${recovery.boot} was first asked at ${second(first.inv.t)} and ${what}; ${plan.limits.readyMs} ms were allowed`,
    [first.inv.seq],
  );
  return false;
}

/** A request that a fault took away asked the server nothing. */
function hasArrived({ inv }: Exchange, { framesOf }: HistoryIndex): boolean {
  const sent = framesOf(inv).filter(({ dir }) => dir === 'out');
  return sent.length === 0 || sent.some(({ action }) => action !== 'drop' && action !== 'cut');
}

/** A reply that a fault kept from the agents is an answer of the server all the same; its frame shows it. */
function hasReplied(
  { toSeq }: Recovery,
  { exchanges, framesOf }: HistoryIndex,
  { from, limitT }: { readonly from: number; readonly limitT: number },
): boolean {
  return exchanges
    .slice(from)
    .some(
      ({ inv }) =>
        inv.seq < toSeq &&
        framesOf(inv).some(
          ({ dir, type, seq, t }) => dir === 'in' && type === 'response' && seq < toSeq && t <= limitT,
        ),
    );
}

function isSettling(recovery: Recovery, plan: Plan, history: HistoryIndex, findings: FindingList): boolean {
  const acked = ackedTasks(history);
  const seqOf = ({ ackSeq }: AckedTask) => ackSeq;
  const fresh = acked
    .slice(firstAbove(acked, recovery.fromSeq, seqOf), firstAbove(acked, recovery.toSeq - 1, seqOf))
    .map(({ task }) => task);
  const ackT = fresh[0]?.acks[0]?.end.t;
  if (ackT === undefined) return false;
  const settledT = fresh.reduce((t, { settled }) => Math.min(t, settled?.event.t ?? t), Number.POSITIVE_INFINITY);
  const limitT = settleDeadlineT(plan, history, ackT);
  if (settledT <= limitT) return true;
  // Not having looked proves nothing: every one of them must have been shown running after the time allowed.
  const isProven = fresh.every(({ sightings }) =>
    sightings.some(
      ({ inv, event }) =>
        inv !== undefined && inv.t > limitT && event.status !== undefined && !isTerminal(event.status),
    ),
  );
  if (recovery.endT <= limitT || !isProven) return false;
  findings.add(
    'L2',
    `boot ${recovery.boot} took its first new task at ${second(ackT)} and had settled none by ${second(limitT)}`,
    fresh.slice(0, 3).flatMap(({ acks }) => acks.slice(0, 1).map(({ end }) => end.seq)),
  );
  return false;
}
