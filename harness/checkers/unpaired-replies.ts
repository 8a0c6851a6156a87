import type { Checker } from '../model/checker.ts';
import type { FrameBody, Stamped } from '../model/event.ts';
import type { HistoryIndex } from '../model/history-index.ts';
import { type ByRequest, idsOf } from '../model/history-lookup.ts';
import { createFindingList, type FindingList, judged, quoted, when } from './finding-list.ts';
import { NO_FRAMES } from './situations/situation.ts';

interface Pairing {
  /** Requests that reached the server under this id. */
  deliveries: number;
  readonly answers: Stamped<FrameBody>[];
}

/**
 * Each request is answered at most once per delivery on its connection, and each answer has the id of a request, of the same
 * type (7 is not "7"). An answer of our own gateway is not the server's. An error with id null (an unreadable request) is a
 * warning. Counts: requests, answers, repeated, unknown, withoutId.
 */
export const unpairedReplies: Checker = {
  meta: {
    id: 'unpaired-replies',
    title: 'Every answer belongs to one request',
    description: 'A second answer, or one to a question nobody asked, is taken for the answer to something else.',
    invariants: ['S16'],
    requires: ['frames'],
    judges: 'server',
  },
  applicable: (plan) => (plan.record === 'counts' ? NO_FRAMES : null),
  check({ history }) {
    const findings = createFindingList();
    const warnings = createFindingList();
    const counts = { requests: 0, answers: 0, repeated: 0, unknown: 0, withoutId: 0 };
    const pairings: ByRequest<Pairing> = new Map();
    for (const frame of history.frames) {
      if (frame.dir === 'out' && frame.type === 'request' && frame.rpcId != null) {
        counts.requests += frame.action === 'dup' ? 0 : 1;
        deliver(pairings, frame, frame.rpcId);
      }
      if (frame.dir !== 'in' || frame.type !== 'response' || isNotTheServers(frame)) continue;
      counts.answers += 1;
      if (frame.rpcId == null) {
        counts.withoutId += 1;
        warnings.add('S16', `an answer without an id came on ${frame.conn} at ${when(history, frame)}`, [frame.seq]);
        continue;
      }
      const pairing = pairings.get(frame.conn)?.get(frame.rpcId);
      if (!pairing) {
        counts.unknown += 1;
        findings.add('S16', describeUnknown(frame, pairings, history), [frame.seq]);
        continue;
      }
      pairing.answers.push(frame);
      if (pairing.answers.length > pairing.deliveries) {
        counts.repeated += 1;
        reportRepeat(pairing, frame, history, findings);
      }
    }
    return judged(findings, counts, warnings);
  },
};

/** The copy of a reply that our own fault made, or the gateway's answer in the server's place. */
function isNotTheServers({ action, entries }: FrameBody): boolean {
  return action === 'dup' || (action === 'pass' && entries?.some((entry) => entry.startsWith('F31#')) === true);
}

function deliver(pairings: ByRequest<Pairing>, { conn, action }: FrameBody, rpcId: number | string): void {
  const own = idsOf(pairings, conn);
  const pairing = own.get(rpcId) ?? { deliveries: 0, answers: [] };
  own.set(rpcId, pairing);
  if (action !== 'drop' && action !== 'cut') pairing.deliveries += 1;
}

function describeUnknown(frame: Stamped<FrameBody>, pairings: ByRequest<Pairing>, history: HistoryIndex): string {
  const { conn, rpcId } = frame;
  const other = typeof rpcId === 'number' ? String(rpcId) : Number(rpcId);
  const isOtherType = pairings.get(conn)?.has(other) === true;
  const why = isOtherType
    ? `; the request had the ${typeof other} ${JSON.stringify(other)}`
    : ', which no request on this connection had';
  return `an answer with the ${typeof rpcId} id ${quoted(JSON.stringify(rpcId))} came on ${conn} at ${when(history, frame)}${why}`;
}

function reportRepeat(pairing: Pairing, frame: Stamped<FrameBody>, history: HistoryIndex, findings: FindingList): void {
  const { answers, deliveries } = pairing;
  const times = `${deliveries} ${deliveries === 1 ? 'time' : 'times'}`;
  const [first] = answers;
  findings.add(
    'S16',
    `request ${frame.rpcId} on ${frame.conn} was delivered ${times} and answered ${answers.length} times: first at ` +
      `${when(history, first ?? frame)}, again at ${when(history, frame)}`,
    answers.map(({ seq }) => seq),
  );
}
