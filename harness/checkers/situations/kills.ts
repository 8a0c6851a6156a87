import { firstAbove } from '../../model/acked-tasks.ts';
import { derivedOnce } from '../../model/derivation.ts';
import type { CallView, HistoryIndex, Strike } from '../../model/history-index.ts';
import { storeLosses, wasStoreLost } from '../../model/store-loss.ts';
import { NO_EFFECTS, type Situation, withOrderedEffects, withProcess, withTasks } from './situation.ts';

export const killBetweenEffectCommitAndAck: Situation = {
  meta: {
    id: 'kill-between-effect-commit-and-ack',
    title: 'Killed after the effect of a call was committed and before its receipt was out',
    description: 'The work is done and nobody was told: a retry must not do it again. Counted per call.',
  },
  applicable: (target) => withProcess(target) ?? withOrderedEffects(target),
  find: ({ history }) =>
    overKills(history, (call, { boot, seq }) => {
      const isWaiting = call.creates.some(
        ({ inv, end }) => inv.seq < seq && end?.kind !== 'ok' && (end === null || end.seq > seq),
      );
      return isWaiting && !isAckedBefore(call, seq) && call.commits.some((commit) => commit.boot === boot);
    }),
};

export const killMidWork: Situation = {
  meta: {
    id: 'kill-mid-work',
    title: 'Killed while work had begun and was not committed',
    description: 'The next boot must run it again or fail it honestly. Counted per call.',
  },
  applicable: (target) => withProcess(target) ?? withOrderedEffects(target),
  find: ({ history }) =>
    overKills(history, (call, { boot }) => {
      const begins = call.begins.filter((begin) => begin.boot === boot).length;
      return begins > call.commits.filter((commit) => commit.boot === boot).length;
    }),
};

export const killAfterAck: Situation = {
  meta: {
    id: 'kill-after-ack',
    title: 'Killed while a task with a receipt was not seen settled',
    description: 'The receipt is a promise that outlives the process. Counted per call.',
  },
  applicable: (target) => withProcess(target) ?? withTasks(target),
  find: ({ history }) =>
    overKills(history, (call, { seq }) =>
      call.tasks.some((id) => {
        const task = history.tasks.get(id);
        return task?.acks.some(({ end }) => end.seq < seq) && (task.settled === null || task.settled.event.seq > seq);
      }),
    ),
};

export const storeLostATask: Situation = {
  meta: {
    id: 'store-lost-a-task',
    title: 'A task with a receipt was gone after its store had died',
    description: 'What a store without a log costs when it dies. Counted per task.',
  },
  applicable: (target) =>
    withTasks(target) ??
    (target.store === 'redis' ? null : 'only a Redis that is run without its log loses what it answered'),
  find({ plan, history }) {
    if (storeLosses(plan, history).length === 0) return [];
    return [...history.tasks.values()].flatMap((task) => {
      const [ack] = task.acks;
      const denied = task.reads.find(
        ({ inv, end }) =>
          end?.kind === 'fail' &&
          end.reason === 'not-found' &&
          wasStoreLost(plan, history, { from: ack?.inv.seq ?? inv.seq, to: end.seq }),
      );
      return denied?.end ? [denied.end.seq] : [];
    });
  },
};

export const readServedByLaterBoot: Situation = {
  meta: {
    id: 'read-served-by-later-boot',
    title: 'A task was read from a later boot than the one that gave its receipt',
    description: 'Without this no run says anything about what survives a restart. Counted per task.',
  },
  applicable: (target) => withProcess(target) ?? withTasks(target),
  find({ history }) {
    const found: number[] = [];
    for (const task of history.tasks.values()) {
      const [ack] = task.acks;
      if (!ack) continue;
      const ackBoot = history.bootAt(ack.end.seq);
      const later = task.reads.find(({ end }) => end?.kind === 'ok' && history.bootAt(end.seq) > ackBoot);
      if (later?.end) found.push(later.end.seq);
    }
    return found;
  },
};

export const drainWithWorkInFlight: Situation = {
  meta: {
    id: 'drain-with-work-in-flight',
    title: 'Asked to end while tasks were running',
    description: 'A graceful shutdown with nothing to do shows nothing. Counted per SIGTERM.',
  },
  applicable: withProcess,
  find({ history }) {
    const drains = history.faults.filter(({ id, phase }) => id === 'F13' && phase === 'start');
    const isBusyAt = busyTimes(history);
    return drains.map(({ seq }) => seq).filter(isBusyAt);
  },
};

export const faultOverlapsWork: Situation = {
  meta: {
    id: 'fault-overlaps-work',
    title: 'A fault struck while at least one call was in flight',
    description: 'Faults that fall between two pieces of work prove nothing. Counted per fault entry.',
  },
  applicable: () => null,
  find({ history }) {
    const found = new Map<string, number>();
    const isBusyAt = busyTimes(history);
    for (const { entry, phase, seq } of history.faults) {
      if (phase === 'plan' || phase === 'stop' || found.has(entry)) continue;
      if (isBusyAt(seq)) found.set(entry, seq);
    }
    return [...found.values()];
  },
};

export const effectsObserved: Situation = {
  meta: {
    id: 'effects-observed',
    title: 'The ledger saw effects being committed',
    description: 'Lost and doubled work can only be seen in the ledger. Counted per commit.',
  },
  applicable: ({ facts }) => (facts.effects === 'none' ? NO_EFFECTS : null),
  find: ({ history }) => history.effects.filter(({ phase }) => phase === 'commit').map(({ seq }) => seq),
};

/** One entry for each SIGKILL and each call that the predicate holds for. */
function overKills(
  history: HistoryIndex,
  holds: (call: CallView, strike: Strike) => boolean | undefined,
): readonly number[] {
  const kills = history.strikes.filter(({ fault }) => fault === 'F12');
  return kills.flatMap((strike) => history.calls.filter((call) => holds(call, strike)).map(() => strike.seq));
}

function isAckedBefore(call: CallView, seq: number): boolean {
  return call.acks.some(({ end }) => end.seq < seq);
}

/** Tells whether any call was in flight at an event: sent, and neither settled nor given up. */
const busyTimes = derivedOnce((history): ((seq: number) => boolean) => {
  const flights = history.calls.flatMap((call) => {
    const sent = call.creates[0];
    return sent ? [{ fromSeq: sent.inv.seq, toSeq: landedSeq(call, history) }] : [];
  });
  flights.sort((a, b) => a.fromSeq - b.fromSeq);
  let latest = -1;
  // The latest end of all that were sent so far: at an event, somebody is in flight if that is still to come.
  const busy = flights.map(({ fromSeq, toSeq }) => {
    latest = Math.max(latest, toSeq);
    return { fromSeq, toSeq: latest };
  });
  return (seq) => {
    const sentBefore = firstAbove(busy, seq, ({ fromSeq }) => fromSeq);
    return seq < (busy[sentBefore - 1]?.toSeq ?? -1);
  };
});

/** seq of what ended the call for its agent or showed its task settled, whichever came first. */
function landedSeq(call: CallView, history: HistoryIndex): number {
  const settledSeqs = call.tasks.map((id) => history.tasks.get(id)?.settled?.event.seq ?? Number.POSITIVE_INFINITY);
  const blockingSeq = call.acks.find(({ end }) => end.task === undefined)?.end.seq ?? Number.POSITIVE_INFINITY;
  const quitSeq = call.quits[0]?.seq ?? Number.POSITIVE_INFINITY;
  return Math.min(...settledSeqs, blockingSeq, quitSeq);
}
