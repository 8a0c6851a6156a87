import { type CallTrack, callTracks } from './call-track.ts';
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
}

export function shownTracks({ history, verdict }: ReportRun): ShownTracks {
  const all = callTracks(history, verdict);
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
  return { all, shown, hiddenCount: all.length - shown.length, cited, shownCalls };
}
