import { NS_PER_SECOND, nsOf } from './clock.ts';
import { derivedOnce } from './derivation.ts';
import type { Exchange, HistoryIndex } from './history-index.ts';
import { createPollReader, isSessionLost, type Poll } from './poll.ts';
import type { PollFigures, PollTrack } from './poll-figures.ts';

/** A poll may come this much early and still count as on time: timers and clocks differ a little. */
const TOLERANCE = 0.95;

/** Every poll of every agent, summed up. Where a run let its reads go, it summed them up before. */
export const pollFigures: (history: HistoryIndex) => PollFigures = derivedOnce(
  ({ folded, calls, frames, framesOf }) => {
    if (folded !== null) return folded.polls;
    const tally = createPollTally();
    for (const call of calls) {
      const read = createPollReader(call.acks);
      for (const exchange of call.reads) {
        const poll = read(exchange);
        if (poll) tally.add(call.planned.call, poll, bytesOf(exchange, framesOf));
      }
    }
    return tally.figures(frames.some(({ dir }) => dir === 'in'));
  },
);

export interface PollTally {
  /** `bytes`: of the request and its replies. */
  add(call: number, poll: Poll, bytes: number): void;
  /** `hasReplies`: frames of the server were recorded, so polls have a size. */
  figures(hasReplies: boolean): PollFigures;
}

type Draft<Of> = { -readonly [Key in keyof Of]: Of[Key] };
type TrackDraft = Draft<PollTrack> & { readonly unanswered: number[] };

export function createPollTally(): PollTally {
  const sums = { count: 0, useful: 0, informative: 0, limited: 0, asked: 0, kept: 0 };
  const bytesSum = { all: 0, wasted: 0 };
  const seconds = new Map<number, number>();
  const tracks = new Map<number, TrackDraft>();
  return {
    add(call, poll, bytes) {
      const { inv, end } = poll.exchange;
      sums.count += 1;
      if (poll.useful) sums.useful += 1;
      if (poll.informative) sums.informative += 1;
      if (end !== null && end.kind !== 'ok' && end.reason === 'rate-limited') sums.limited += 1;
      if (poll.hintMs !== null && poll.previousT !== null) {
        sums.asked += 1;
        if (inv.t - poll.previousT >= TOLERANCE * nsOf(poll.hintMs)) sums.kept += 1;
      }
      bytesSum.all += bytes;
      if (!poll.informative) bytesSum.wasted += bytes;
      const second = Math.floor(inv.t / NS_PER_SECOND);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
      const track = tracks.get(call) ?? { count: 0, sent: 0, unanswered: [], found: null };
      tracks.set(call, track);
      track.count += 1;
      if (poll.isForFirstTask && !isSessionLost(poll.exchange)) follow(track, poll);
    },
    figures: (hasReplies) => ({
      ...sums,
      ...binsOf(seconds),
      bytes: hasReplies ? bytesSum : null,
      byCall: tracks,
    }),
  };
}

function follow(track: TrackDraft, { exchange, useful }: Poll): void {
  const { inv, end } = exchange;
  if (end?.kind !== 'ok') track.unanswered.push(track.sent);
  if (useful && track.found === null) {
    track.found = { index: track.sent, tripNs: end === null ? null : end.t - inv.t };
  }
  track.sent += 1;
}

function binsOf(seconds: ReadonlyMap<number, number>): Pick<PollFigures, 'perSecond' | 'firstSecond'> {
  if (seconds.size === 0) return { perSecond: [], firstSecond: 0 };
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const second of seconds.keys()) {
    first = Math.min(first, second);
    last = Math.max(last, second);
  }
  const perSecond = Array.from({ length: last - first + 1 }, (_, index) => seconds.get(first + index) ?? 0);
  return { perSecond, firstSecond: first };
}

/** Request and reply as recorded; the request falls back to what the sender counted. */
function bytesOf({ inv, end }: Exchange, framesOf: HistoryIndex['framesOf']): number {
  // An rpc id may come back after a reconnect: only frames between the send and its end belong to this exchange.
  const until = end?.seq ?? Number.POSITIVE_INFINITY;
  let out = 0;
  let back = 0;
  for (const { seq, dir, bytes } of framesOf(inv)) {
    if (seq <= inv.seq || seq >= until) continue;
    if (dir === 'out') out += bytes;
    else back += bytes;
  }
  return (out || (inv.bytes ?? 0)) + back;
}
