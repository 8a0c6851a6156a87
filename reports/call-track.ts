import type { Event, EventOf } from '../harness/model/event.ts';
import type { CallView, HistoryIndex } from '../harness/model/history-index.ts';
import { isTerminal } from '../harness/model/operation.ts';
import type { Verdict } from '../harness/model/verdict.ts';
import { formatInstant, shortened } from './format.ts';

/** What happened to one call, as its row of the timeline shows it. ns from run start; null: never. */
export interface CallTrack {
  readonly call: CallView;
  readonly sentT: number | null;
  readonly ackT: number | null;
  readonly runs: readonly { readonly fromT: number; readonly toT: number | null }[];
  readonly commits: readonly number[];
  readonly seenT: number | null;
  readonly polls: readonly number[];
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
    .map((call) => trackOf(call, events.get(call.planned.call) ?? [], findings.get(call.planned.call) ?? []));
  return tracks.sort((a, b) => badness(b) - badness(a) || a.call.planned.call - b.call.planned.call);
}

function badness(track: CallTrack): number {
  const slowness = track.seenT === null || track.sentT === null ? 1e15 : track.seenT - track.sentT;
  return track.findings.length > 0 ? 1e18 + slowness : slowness;
}

function trackOf(call: CallView, events: readonly Event[], findings: readonly string[]): CallTrack {
  const own = call.reads.filter(({ inv }) => inv.agent !== 'auditor');
  const seen = [...call.creates, ...own, ...call.cancels].flatMap(({ end }) =>
    end?.kind === 'ok' && isTerminal(end.status) ? [end.t] : [],
  );
  const commits = call.commits.map((effect) => effect.at).sort((a, b) => a - b);
  const begins = call.begins.map((effect) => effect.at).sort((a, b) => a - b);
  const runs = begins.map((fromT, index) => {
    const nextBegin = begins[index + 1] ?? Number.POSITIVE_INFINITY;
    return { fromT, toT: commits.find((t) => t >= fromT && t <= nextBegin) ?? null };
  });
  const acks = call.acks.map(({ end }) => end.t);
  return {
    call,
    sentT: call.creates[0]?.inv.t ?? null,
    ackT: acks.length === 0 ? null : Math.min(...acks),
    runs,
    commits,
    seenT: seen.length === 0 ? null : Math.min(...seen),
    polls: own.map(({ inv }) => inv.t),
    resends: call.creates.slice(1).map(({ inv }) => inv.t),
    findings,
    events,
  };
}

/** The call an event belongs to; null: to none. */
export function callOfEvent(history: HistoryIndex, seq: number): number | null {
  const event = history.events[seq];
  if (event === undefined) return null;
  if (event.kind === 'ok' || event.kind === 'fail' || event.kind === 'info') {
    const sent = history.events[event.of];
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
        if (call !== null) byCall.set(call, [...(byCall.get(call) ?? []), sentence]);
      }
    }
  }
  return byCall;
}

/** One event as a line of plain words. Text that came from a server is cut, never dropped. */
export function eventWords(history: HistoryIndex, event: Event): string {
  switch (event.kind) {
    case 'inv':
      return sendWords(event);
    case 'ok':
      return answerWords(event, `answered ${sincePhrase(history, event.of, event.t)}`);
    case 'fail':
    case 'info': {
      const certainty = event.kind === 'fail' ? 'did not happen' : 'nobody knows whether it happened';
      const message = event.message === undefined ? '' : `: ${shortened(event.message, 300)}`;
      const code = event.code === undefined ? '' : ` ${event.code}`;
      const gateway = event.gateway === true ? ' (gateway gave up)' : '';
      return `${event.reason}${code}${gateway}, ${certainty}${message}`;
    }
    case 'push':
      return answerWords(event, 'notified');
    case 'fx':
      return `effect ${event.phase === 'commit' ? 'committed' : 'begun'} in boot ${event.boot}`;
    case 'know':
      return `agent ${event.agent} has the result of task ${event.task}`;
    case 'bind':
      return `agent ${event.agent} takes it as the answer to call ${event.call}`;
    case 'use':
      return `agent ${event.agent} goes on with it`;
    case 'quit':
      return `agent ${event.agent} gives up: ${shortened(event.why, 300)}`;
    case 'act':
    case 'idle':
      return `agent ${event.agent} ${event.kind === 'act' ? 'busy' : 'idle'} until ${formatInstant(event.to)}`;
    default:
      return event.kind;
  }
}

function sendWords(event: EventOf<'inv'>): string {
  const who = event.agent === 'auditor' ? `final read as agent ${event.as ?? '?'}` : `agent ${event.agent}`;
  const again = event.op === 'create' && event.attempt > 1 ? `, attempt ${event.attempt}` : '';
  const key = event.key === undefined ? '' : `, key ${shortened(event.key, 60)}`;
  return `${who} sends ${event.op}${again}${event.probe === true ? ' (probe)' : ''}${key}`;
}

function answerWords(event: EventOf<'ok'> | EventOf<'push'>, verb: string): string {
  const status = event.status ?? 'no status';
  const task = event.task === undefined ? '' : `, task ${shortened(event.task, 60)}`;
  const message = event.statusMessage === undefined ? '' : `, “${shortened(event.statusMessage, 200)}”`;
  const error = event.error === undefined ? '' : `, error ${event.error.code} ${shortened(event.error.message, 200)}`;
  const result = event.result === undefined ? '' : `, result ${shortened(JSON.stringify(event.result), 300)}`;
  return `${verb}: ${status}${event.isError === true ? ' (isError)' : ''}${task}${message}${error}${result}`;
}

function sincePhrase(history: HistoryIndex, of: number, t: number): string {
  const sent = history.events[of];
  return sent === undefined ? '' : `after ${((t - sent.t) / 1e6).toFixed(1)} ms`;
}
