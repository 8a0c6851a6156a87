import type { HistoryIndex } from '../harness/model/history-index.ts';
import type { Finding } from '../harness/model/verdict.ts';
import { callOfEvent } from './call-track.ts';
import type { Markup } from './html.ts';
import { type DrawnRow, messageDrawing } from './message-drawing.ts';
import { type MessageRow, messageRows } from './message-row.ts';
import type { LinkInput, Witness } from './report-run.ts';

/** Findings of one check that are drawn; they are mostly alike. */
const DRAWN_MAX = 3;
/** Drawn in all: a server that breaks more promises than these is understood by them. */
const WITNESSES_MAX = 12;
/** A finding over many calls is understood by the first of them. */
const CALLS_MAX = 3;
/** What one screen holds. */
const ROWS_MAX = 26;

/**
 * What shows that each promise was broken, and no more: the events that a finding cites, the sending of their calls, what struck
 * between, and of the rest what lies nearest. Findings that cite nothing have none.
 */
export function witnessesOf(input: LinkInput): readonly Witness[] {
  const violated = input.run.verdict.checkers.filter((checker) => checker.valid === false);
  const wanted = violated.flatMap((checker) =>
    checker.findings.slice(0, DRAWN_MAX).map((finding, index) => ({ checker, finding, index })),
  );
  return wanted.slice(0, WITNESSES_MAX).flatMap(({ checker, finding, index }): readonly Witness[] => {
    const drawing = drawingOf(input, finding);
    return drawing === null
      ? []
      : [{ id: `${input.prefix}witness-${checker.id}-${index + 1}`, checker, finding, drawing }];
  });
}

function drawingOf(input: LinkInput, finding: Finding): Markup | null {
  const rows = witnessRows(input.run.history, finding);
  const agents = new Set(rows.flatMap((row) => ('hidden' in row ? [] : agentsOf(row))));
  if (agents.size === 0) return null;
  return messageDrawing(input, {
    label: `Messages around this finding: ${finding.message}`,
    caption: 'What the finding cites stands in bold; times are ms since the start of the run',
    agents: [...agents].sort((a, b) => a - b),
    rows,
    cited: new Set(finding.events),
  });
}

/** The rows of a witness in their order, with the number of those that were left out between. */
export function witnessRows(history: HistoryIndex, { events }: Pick<Finding, 'events'>): readonly DrawnRow[] {
  const calls = new Set(events.map((seq) => callOfEvent(history, seq)).filter((call) => call !== null));
  const cited = new Set(events);
  const all = messageRows(history, new Set([...calls].slice(0, CALLS_MAX)));
  const own = all.map((row, index) => (row.shows.some((seq) => cited.has(seq)) ? index : -1)).filter((at) => at >= 0);
  const firstOf = all.findIndex(({ isPromise }) => isPromise);
  const from = Math.min(Math.max(firstOf, 0), own[0] ?? 0);
  const until = own.at(-1) ?? all.length - 1;
  const ranked = all
    .map((row, index) => ({ index, rank: rankOf(row, index, { own, from, until }) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .slice(0, ROWS_MAX)
    .filter(({ rank }) => rank < Number.POSITIVE_INFINITY);
  const shown = ranked.map(({ index }) => index).sort((a, b) => a - b);
  return withGaps(all, shown);
}

/** The smaller, the more it says. What comes before the first send or well after the last cited event says nothing. */
function rankOf(
  row: MessageRow,
  index: number,
  { own, from, until }: { readonly own: readonly number[]; readonly from: number; readonly until: number },
): number {
  if (own.includes(index)) return 0;
  if (index < from || index > until + 2) return Number.POSITIVE_INFINITY;
  if (row.isPromise) return 1;
  const isLost = row.shape.kind === 'arrow' && row.shape.ends === 'lost';
  if (row.shape.kind === 'mark' || isLost) return 2;
  return 3 + Math.min(...own.map((at) => Math.abs(at - index)));
}

function withGaps(all: readonly MessageRow[], shown: readonly number[]): readonly DrawnRow[] {
  return shown.flatMap((index, place): readonly DrawnRow[] => {
    const row = all[index];
    const before = shown[place - 1];
    const hidden = before === undefined ? 0 : index - before - 1;
    return row === undefined ? [] : [...(hidden > 0 ? [{ hidden }] : []), row];
  });
}

function agentsOf({ shape }: MessageRow): readonly number[] {
  const lanes = shape.kind === 'mark' ? [shape.at] : [shape.from, shape.to];
  return lanes.flatMap((lane) => (lane.kind === 'agent' ? [lane.agent] : []));
}
