import { fatesOf } from '../harness/model/fates.ts';
import type { Fate } from '../harness/model/verdict.ts';
import { type CallTrack, callTracks } from './call-track.ts';
import { FATE_WORDS } from './fate-words.ts';
import type { ReportRun } from './report-run.ts';

/** Rows beyond these are left out of the page and said; calls that a finding or situation names are kept up to the second number. */
const ROWS_MAX = 120;
const NAMED_ROWS_MAX = 300;

/** The tracks a page has room for, and what links may point to. */
export interface ShownTracks {
  /** Every call that was sent, worst first. */
  readonly all: readonly CallTrack[];
  readonly shown: readonly CallTrack[];
  readonly hiddenCount: number;
  /** seqs that a finding or situation points to: their lines are never left out of a shown row. */
  readonly cited: ReadonlySet<number>;
  readonly shownCalls: ReadonlySet<number>;
  readonly fates: ReadonlyMap<number, Fate>;
}

export function shownTracks({ plan, history, verdict }: ReportRun): ShownTracks {
  const fates = new Map(fatesOf(plan, history).map(({ call, fate }) => [call, fate]));
  const rank = (track: CallTrack) => rankOf(track, fates.get(track.call.planned.call));
  const all = [...callTracks(history, verdict)].sort((a, b) => rank(a) - rank(b));
  const cited = new Set(
    verdict.checkers.flatMap(({ findings, warnings }) =>
      [...findings, ...(warnings ?? [])].flatMap(({ events }) => events),
    ),
  );
  for (const row of verdict.coverage) if (row.first !== null) cited.add(row.first);
  const isNamed = (track: CallTrack) => track.findings.length > 0 || track.events.some((event) => cited.has(event.seq));
  const named = new Set(all.filter(isNamed).slice(0, NAMED_ROWS_MAX));
  let roomLeft = Math.max(0, ROWS_MAX - named.size);
  const shown = all.filter((track) => {
    if (named.has(track)) return true;
    roomLeft -= 1;
    return roomLeft >= 0;
  });
  const shownCalls = new Set(shown.map((track) => track.call.planned.call));
  return { all, shown, hiddenCount: all.length - shown.length, cited, shownCalls, fates };
}

/** 0: named by a finding, 1: a bad end, 2: a doubtful one, 3: all well. */
function rankOf(track: CallTrack, fate: Fate | undefined): number {
  if (track.findings.length > 0) return 0;
  const tone = fate === undefined ? 'warn' : FATE_WORDS[fate].tone;
  return { bad: 1, warn: 2, muted: 3, good: 3 }[tone];
}
