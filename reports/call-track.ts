import type { Event } from '../harness/model/event.ts';
import type { CallView, HistoryIndex } from '../harness/model/history-index.ts';
import { isTerminal } from '../harness/model/operation.ts';
import type { Verdict } from '../harness/model/verdict.ts';
import { pollReads } from './poll-reads.ts';

/** Findings told in the row of one call; the checks list the others. */
const SENTENCES_MAX = 20;

/** What happened to one call, as its row of the timeline shows it. ns from run start; null: never. */
export interface CallTrack {
  readonly call: CallView;
  readonly sentT: number | null;
  readonly ackT: number | null;
  /** `toT` null: it never committed; `nextBegin`: when the work was begun again, Infinity: never. */
  readonly runs: readonly { readonly fromT: number; readonly toT: number | null; readonly nextBegin: number }[];
  readonly commits: readonly number[];
  readonly seenT: number | null;
  /** When the server first told its agent that it knows no such task. */
  readonly deniedT: number | null;
  /** Until when anybody waited for it: seen, else denied, else given up, else the end of the run. */
  readonly waitedUntilT: number;
  /** Ends of sends of the create that brought no receipt. */
  readonly failedSends: readonly number[];
  /** When it was polled, as far as the polls were recorded; and how often in all. */
  readonly polls: readonly number[];
  readonly pollCount: number;
  /** Sends of the create after the first. */
  readonly resends: readonly number[];
  /** Sentences of the findings that name this call. */
  readonly findings: readonly string[];
  readonly events: readonly Event[];
}

/** One track a call that was sent, worst first: named by a finding, then never seen finished, then slowest. */
export function callTracks(history: HistoryIndex, verdict: Verdict): readonly CallTrack[] {
  const events = eventsByCall(history);
  const findings = findingsByCall(history, verdict);
  const tracks = history.calls
    .filter((call) => call.creates.length > 0)
    .map((call) => {
      const number = call.planned.call;
      return trackOf(call, history, events.get(number) ?? [], findings.get(number) ?? []);
    });
  return tracks.sort((a, b) => badness(b) - badness(a) || a.call.planned.call - b.call.planned.call);
}

function badness(track: CallTrack): number {
  const slowness = track.seenT === null || track.sentT === null ? 1e15 : track.seenT - track.sentT;
  return track.findings.length > 0 ? 1e18 + slowness : slowness;
}

function trackOf(
  call: CallView,
  { endT, folded }: Pick<HistoryIndex, 'endT' | 'folded'>,
  events: readonly Event[],
  findings: readonly string[],
): CallTrack {
  const own = call.reads.filter(({ inv }) => inv.agent !== 'auditor');
  const seen = [...call.creates, ...own, ...call.cancels].flatMap(({ end }) =>
    end?.kind === 'ok' && isTerminal(end.status) ? [end.t] : [],
  );
  const commits = call.commits.map((effect) => effect.at).sort((a, b) => a - b);
  const begins = call.begins.map((effect) => effect.at).sort((a, b) => a - b);
  const seenT = seen.length === 0 ? null : Math.min(...seen);
  const runs = begins.map((fromT, index) => {
    const nextBegin = begins[index + 1] ?? Number.POSITIVE_INFINITY;
    return { fromT, toT: commits.find((t) => t >= fromT && t <= nextBegin) ?? null, nextBegin };
  });
  const denials = own.flatMap(({ end }) => (end?.kind === 'fail' && end.reason === 'not-found' ? [end.t] : []));
  const deniedT = denials.length === 0 ? null : Math.min(...denials);
  const failedSends = call.creates.flatMap(({ end }) => (end !== null && end.kind !== 'ok' ? [end.t] : []));
  const acks = call.acks.map(({ end }) => end.t);
  const polls = pollReads(call).map(({ inv }) => inv.t);
  return {
    call,
    sentT: call.creates[0]?.inv.t ?? null,
    ackT: acks.length === 0 ? null : Math.min(...acks),
    runs,
    commits,
    seenT,
    deniedT,
    waitedUntilT: seenT ?? deniedT ?? call.quits[0]?.t ?? endT,
    failedSends,
    polls,
    pollCount: folded?.polls.byCall.get(call.planned.call)?.count ?? polls.length,
    resends: call.creates.slice(1).map(({ inv }) => inv.t),
    findings,
    events,
  };
}

/** The call an event belongs to; null: to none. */
export function callOfEvent(history: HistoryIndex, seq: number): number | null {
  const event = history.events.bySeq(seq);
  if (event === undefined) return null;
  if (event.kind === 'ok' || event.kind === 'fail' || event.kind === 'info') {
    const sent = history.events.bySeq(event.of);
    return sent?.kind === 'inv' ? sent.call : null;
  }
  if (event.kind === 'push') return history.tasks.get(event.task ?? '')?.calls[0] ?? null;
  return 'call' in event ? (event.call ?? null) : null;
}

function eventsByCall(history: HistoryIndex): ReadonlyMap<number, readonly Event[]> {
  const byCall = new Map<number, Event[]>();
  for (const event of history.events) {
    if (event.kind === 'frame' || event.kind === 'gen') continue;
    const call = callOfEvent(history, event.seq);
    if (call === null) continue;
    const list = byCall.get(call);
    if (list) list.push(event);
    else byCall.set(call, [event]);
  }
  return byCall;
}

function findingsByCall(history: HistoryIndex, verdict: Verdict): ReadonlyMap<number, readonly string[]> {
  const byCall = new Map<number, string[]>();
  for (const checker of verdict.checkers) {
    for (const finding of checker.findings) {
      const sentence = `${finding.invariant}: ${finding.message}`;
      for (const call of new Set(finding.events.map((seq) => callOfEvent(history, seq)))) {
        if (call === null) continue;
        const known = byCall.get(call);
        if (known === undefined) byCall.set(call, [sentence]);
        else if (known.length < SENTENCES_MAX) known.push(sentence);
      }
    }
  }
  return byCall;
}
