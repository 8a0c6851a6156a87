import { ackedTasks } from '../../model/acked-tasks.ts';
import { groupBy } from '../../model/grouping.ts';
import type { Exchange, HistoryIndex } from '../../model/history-index.ts';
import type { Status } from '../../model/operation.ts';
import { NO_CANCEL, type Situation, withTasks } from './situation.ts';

export const outOfOrderCompletion: Situation = {
  meta: {
    id: 'out-of-order-completion',
    title: 'A task settled before one that was created earlier',
    description: 'Agents that bind results by order instead of by id get them wrong here. Counted per task.',
  },
  applicable: withTasks,
  find({ history }) {
    const tasks = ackedTasks(history).flatMap(({ task: { settled } }) => (settled ? [settled.event.seq] : []));
    let latest = -1;
    return tasks.filter((seq) => {
      const isOvertaking = seq < latest;
      latest = Math.max(latest, seq);
      return isOvertaking;
    });
  },
};

export const resultAfterMovingOn: Situation = {
  meta: {
    id: 'result-after-moving-on',
    title: 'A result arrived after its agent had taken up other work',
    description: 'The context in which the call was made is gone; only the binding is left. Counted per result.',
  },
  applicable: withTasks,
  find({ history }) {
    const acts = groupBy(history.acts, ({ agent }) => agent);
    return history.calls.flatMap((call) => {
      const [know] = call.knows;
      const [ack] = call.acks;
      if (!know || !ack) return [];
      const isBusy = (acts.get(know.agent) ?? []).some(({ from }) => from >= ack.end.t && from < know.t);
      return isBusy ? [know.seq] : [];
    });
  },
};

export const severalTasksPerAgent: Situation = {
  meta: {
    id: 'several-tasks-per-agent',
    title: 'One agent had more than one task',
    description: 'Mixed-up results need at least two to mix. Counted per agent.',
  },
  applicable: withTasks,
  find({ history }) {
    const owned = new Map<number, number>();
    return ackedTasks(history).flatMap(({ task: { owner }, ackSeq }) => {
      const count = (owned.get(owner) ?? 0) + 1;
      owned.set(owner, count);
      return count === 2 ? [ackSeq] : [];
    });
  },
};

export const concurrentTasks: Situation = {
  meta: {
    id: 'concurrent-tasks',
    title: 'A task was accepted while another was not yet settled',
    description: 'One at a time, the easiest server is right. Counted per task.',
  },
  applicable: withTasks,
  find({ history }) {
    let busyUntilSeq = -1;
    return ackedTasks(history).flatMap(({ task, ackSeq }) => {
      const isOverlapping = ackSeq < busyUntilSeq;
      busyUntilSeq = Math.max(busyUntilSeq, task.settled?.event.seq ?? Number.POSITIVE_INFINITY);
      return isOverlapping ? [ackSeq] : [];
    });
  },
};

export const everyOperationAnswered: Situation = {
  meta: {
    id: 'every-operation-answered',
    title: 'Every kind of operation that was sent was answered well at least once',
    description: 'An operation that only ever failed was not tested. Counted per operation, zero while one is missing.',
  },
  applicable: () => null,
  find({ history }) {
    const answered = new Map<string, number>();
    const sent = new Set<string>();
    for (const { inv, end } of history.exchanges) {
      sent.add(inv.op);
      if (end?.kind === 'ok' && !answered.has(inv.op)) answered.set(inv.op, end.seq);
    }
    return answered.size === sent.size ? [...answered.values()] : [];
  },
};

export const cancelWon: Situation = {
  meta: {
    id: 'cancel-won',
    title: 'A cancel came in time and the task ended as cancelled',
    description: 'One side of the race between cancel and completion. Counted per task.',
  },
  applicable: withCancel,
  find: ({ history }) => cancelled(history, (status) => status === 'cancelled'),
};

export const cancelLost: Situation = {
  meta: {
    id: 'cancel-lost',
    title: 'A cancel came too late and the task ended with an outcome of its own',
    description: 'The other side of the race between cancel and completion. Counted per task.',
  },
  applicable: withCancel,
  find: ({ history }) => cancelled(history, (status) => status === 'completed' || status === 'failed'),
};

function withCancel(target: Parameters<Situation['applicable']>[0]): string | null {
  return withTasks(target) ?? (target.facts.cancel ? null : NO_CANCEL);
}

/** Tasks somebody tried to cancel whose last status shown is as asked; seq of that sighting. */
function cancelled(history: HistoryIndex, isEnd: (status: Status) => boolean): readonly number[] {
  const attempted = new Set<string>();
  for (const { inv } of history.exchanges) if (inv.op === 'cancel' && inv.task) attempted.add(inv.task);
  return [...attempted].flatMap((id) => {
    // What a cancel itself answers is a promise; what a read shows afterwards is the end.
    const last = history.tasks.get(id)?.sightings.findLast(({ inv, event }) => inv?.op !== 'cancel' && event.status);
    return last?.event.status !== undefined && isEnd(last.event.status) ? [last.event.seq] : [];
  });
}

export const circuitRefused: Situation = {
  meta: {
    id: 'circuit-refused',
    title: 'A call was refused at once because what the work needs was out of order',
    description: 'A server that knows better than to try says so before its callers have waited. Counted per attempt.',
  },
  applicable: () => null,
  find: ({ history }) => unavailable(history),
};

export const circuitClosedAgain: Situation = {
  meta: {
    id: 'circuit-closed-again',
    title: 'After such a refusal a call was done well',
    description: 'A circuit that never closes again is an outage of its own. Counted once per refusal before it.',
  },
  applicable: () => null,
  find({ history }) {
    const isGood = ({ end }: Exchange) => end?.kind === 'ok' && end.status === 'completed' && end.isError !== true;
    let last = -1;
    for (const exchange of history.exchanges) if (isGood(exchange)) last = Math.max(last, exchange.end?.seq ?? -1);
    return unavailable(history).filter((seq) => seq < last);
  },
};

function unavailable({ exchanges }: HistoryIndex): readonly number[] {
  return exchanges.flatMap(({ inv, end }) => {
    const isRefused = inv.op === 'create' && end !== null && end.kind !== 'ok' && end.reason === 'unavailable';
    return isRefused ? [end.seq] : [];
  });
}
