import type { Checker } from '../model/checker.ts';
import type { FrameBody, Stamped } from '../model/event.ts';
import type { HistoryIndex } from '../model/history-index.ts';
import { type ByRequest, idsOf } from '../model/history-lookup.ts';
import { createFindingList, type FindingList, judged, quoted, when } from './finding-list.ts';

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
  applicable: () => null,
  check({ history }) {
    const findings = createFindingList();
    const warnings = createFindingList();
    const pairs = history.folded?.pairs ?? 0;
    const counts = { requests: pairs, answers: pairs, repeated: 0, unknown: 0, withoutId: 0 };
    const problems: Problem[] = [];
    for (const group of history.frameGroups()) problems.push(...judgeGroup(group, counts));
    for (const frame of history.frames.filter(isWithoutId)) problems.push({ kind: 'without-id', frame });
    // Groups come in no order; a finding stands where its answer does.
    problems.sort((one, other) => one.frame.seq - other.frame.seq);
    const requested = problems.some(({ kind }) => kind === 'unknown') ? requestedIds(history) : new Map();
    for (const problem of problems) report(problem, history, { counts, findings, warnings, requested });
    return judged(findings, counts, warnings);
  },
};

/** The copy of a reply that our own fault made, or the gateway's answer in the server's place. */
function isNotTheServers({ action, entries }: FrameBody): boolean {
  return action === 'dup' || (action === 'pass' && entries?.some((entry) => entry.startsWith('F31#')) === true);
}

function isWithoutId(frame: Stamped<FrameBody>): boolean {
  return frame.dir === 'in' && frame.type === 'response' && frame.rpcId == null && !isNotTheServers(frame);
}

/** An answer that has no id, no request, or came once more than its request was delivered. */
type Problem =
  | { readonly kind: 'without-id'; readonly frame: Stamped<FrameBody> }
  | { readonly kind: 'unknown'; readonly frame: Stamped<FrameBody> }
  | {
      readonly kind: 'repeated';
      readonly frame: Stamped<FrameBody>;
      readonly deliveries: number;
      readonly answers: readonly Stamped<FrameBody>[];
    };

interface Counts {
  requests: number;
  answers: number;
  repeated: number;
  unknown: number;
  withoutId: number;
}

/** The frames of one connection and id, in order. */
function judgeGroup(group: readonly Stamped<FrameBody>[], counts: Counts): readonly Problem[] {
  const problems: Problem[] = [];
  const answers: Stamped<FrameBody>[] = [];
  let deliveries = 0;
  let isKnown = false;
  for (const frame of group) {
    const { dir, type, action } = frame;
    if (dir === 'out' && type === 'request') {
      counts.requests += action === 'dup' ? 0 : 1;
      deliveries += action === 'drop' || action === 'cut' ? 0 : 1;
      isKnown = true;
    }
    if (dir !== 'in' || type !== 'response' || isNotTheServers(frame)) continue;
    counts.answers += 1;
    if (isKnown) answers.push(frame);
    else problems.push({ kind: 'unknown', frame });
    if (answers.length > deliveries) problems.push({ kind: 'repeated', frame, deliveries, answers: [...answers] });
  }
  return problems;
}

interface Lists {
  readonly counts: Counts;
  readonly findings: FindingList;
  readonly warnings: FindingList;
  /** When (seq) an id was first asked under. */
  readonly requested: ByRequest<number>;
}

function report(problem: Problem, history: HistoryIndex, { counts, findings, warnings, requested }: Lists): void {
  const { frame } = problem;
  const at = when(history, frame);
  if (problem.kind === 'without-id') {
    counts.answers += 1;
    counts.withoutId += 1;
    warnings.add('S16', `an answer without an id came on ${frame.conn} at ${at}`, [frame.seq]);
  } else if (problem.kind === 'unknown') {
    counts.unknown += 1;
    findings.add('S16', describeUnknown(frame, history, requested), [frame.seq]);
  } else {
    const { deliveries, answers } = problem;
    counts.repeated += 1;
    findings.add(
      'S16',
      `request ${frame.rpcId} on ${frame.conn} was delivered ${deliveries} ${deliveries === 1 ? 'time' : 'times'} and answered ` +
        `${answers.length} times: first at ${when(history, answers[0] ?? frame)}, again at ${at}`,
      answers.map(({ seq }) => seq),
    );
  }
}

function describeUnknown(frame: Stamped<FrameBody>, history: HistoryIndex, requested: ByRequest<number>): string {
  const { conn, rpcId } = frame;
  const other = typeof rpcId === 'number' ? String(rpcId) : Number(rpcId);
  const isOtherType = (requested.get(conn)?.get(other) ?? Number.POSITIVE_INFINITY) < frame.seq;
  const none = history.folded === null ? 'no request' : 'no unanswered request';
  const why = isOtherType
    ? `; the request had the ${typeof other} ${JSON.stringify(other)}`
    : `, which ${none} on this connection had`;
  return `an answer with the ${typeof rpcId} id ${quoted(JSON.stringify(rpcId))} came on ${conn} at ${when(history, frame)}${why}`;
}

function requestedIds(history: HistoryIndex): ByRequest<number> {
  const requested: ByRequest<number> = new Map();
  for (const group of history.frameGroups()) {
    const request = group.find(({ dir, type }) => dir === 'out' && type === 'request');
    if (request?.rpcId != null) idsOf(requested, request.conn).set(request.rpcId, request.seq);
  }
  return requested;
}
