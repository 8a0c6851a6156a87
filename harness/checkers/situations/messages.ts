import type { CallView, Exchange, HistoryIndex } from '../../model/history-index.ts';
import { NO_EFFECTS, type Situation, withTasks } from './situation.ts';

export const lostReceiptRetried: Situation = {
  meta: {
    id: 'lost-receipt-retried',
    title: 'A receipt never came and its agent sent the call again',
    description: 'MCP has no idempotency key of its own: this is where work doubles. Counted per retry.',
  },
  applicable: () => null,
  find: ({ history }) =>
    history.calls.flatMap(({ creates }) =>
      creates
        .filter(({ inv }) => inv.probe !== true && creates.some(({ end }) => end?.kind === 'info' && end.seq < inv.seq))
        .map(({ inv }) => inv.seq),
    ),
};

export const effectBeforeLostReceipt: Situation = {
  meta: {
    id: 'effect-before-lost-receipt',
    title: 'The receipt of a call was taken away although the server did its work',
    description: 'The reply to a create was lost by F5 and the effect of the call was committed. Counted per call.',
  },
  applicable: ({ facts }) => (facts.effects === 'none' ? NO_EFFECTS : null),
  find: ({ history }) =>
    history.calls
      .filter(({ commits }) => commits.length > 0)
      .flatMap((call) => call.creates.map((exchange) => lostReplySeq(exchange, history)).filter((seq) => seq !== null)),
};

export const duplicateDelivered: Situation = {
  meta: {
    id: 'duplicate-delivered',
    title: 'The same request reached the server twice',
    description: 'The same bytes with the same id, as a retrying middlebox sends them. Counted per copy.',
  },
  applicable: () => null,
  find: ({ history }) =>
    history.frames
      .filter(({ dir, action, type }) => dir === 'out' && action === 'dup' && type === 'request')
      .map(({ seq }) => seq),
};

export const duplicateProbeAnswered: Situation = {
  meta: {
    id: 'duplicate-probe-answered',
    title: 'A call that had its receipt was sent again, and answered',
    description: 'The only way to see whether the idempotency key holds. Counted per answer.',
  },
  applicable: () => null,
  find: ({ history }) =>
    history.calls.flatMap(({ acks }) => acks.filter(({ inv }) => inv.probe === true).map(({ end }) => end.seq)),
};

export const gatewayGaveUp: Situation = {
  meta: {
    id: 'gateway-gave-up',
    title: 'The platform in front gave up while the server went on',
    description: 'F31 answered in the server’s place; where effects can be seen, one came later. Counted per answer.',
  },
  applicable: () => null,
  find({ plan, history }) {
    const isBlind = plan.target.facts.effects !== 'ordered';
    return history.exchanges.flatMap(({ inv, end }) => {
      if (end?.kind !== 'info' || end.gateway !== true) return [];
      const call = history.call(inv.call);
      return isBlind || (call && goesOnAfter(call, end.seq)) ? [end.seq] : [];
    });
  },
};

export const expirySeen: Situation = {
  meta: {
    id: 'expiry-seen',
    title: 'A task was read after its retention had passed, and was gone',
    description: 'The ttl of a task is a promise in both directions. Counted per read.',
  },
  applicable: withTasks,
  find: ({ history }) =>
    [...history.tasks.values()].flatMap((task) =>
      task.reads.flatMap(({ end }) =>
        end?.kind === 'fail' && end.reason === 'not-found' && end.t >= task.expiresT ? [end.seq] : [],
      ),
    ),
};

function goesOnAfter(call: CallView, seq: number): boolean {
  return [...call.begins, ...call.commits].some((event) => event.seq > seq);
}

/** seq of the frame in which F5 took the reply away; null: it did not. */
function lostReplySeq({ inv }: Exchange, history: HistoryIndex): number | null {
  const lost = history
    .framesOf(inv)
    .find(
      ({ dir, action, entries }) =>
        dir === 'in' &&
        (action === 'cut' || action === 'drop') &&
        entries?.some((entry) => entry.startsWith('F5#')) === true,
    );
  return lost?.seq ?? null;
}

export const pollRefused: Situation = {
  meta: {
    id: 'poll-refused',
    title: 'A poll was refused because its agent had asked too often',
    description:
      'A limit that is never reached is no limit; one that is must say when to come again. Counted per poll.',
  },
  applicable: withTasks,
  find({ history }) {
    return history.exchanges.flatMap(({ inv, end }) => {
      const isRead = (inv.op === 'get' || inv.op === 'result') && inv.agent !== 'auditor';
      return isRead && end !== null && end.kind !== 'ok' && end.reason === 'rate-limited' ? [end.seq] : [];
    });
  },
};
