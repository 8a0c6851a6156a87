import { FATES } from '../harness/model/verdict.ts';
import type { CallListData, CallListRow } from './call-list-data.ts';
import type { CallTrack } from './call-track.ts';
import { FATE_WORDS } from './fate-words.ts';
import { downWindows } from './fault-window.ts';
import { formatCount } from './format.ts';
import { html, jsonData, type Markup } from './html.ts';
import type { SectionInput } from './report-run.ts';

/** Some 50 bytes each: what is beyond them, the least remarkable, stands in the history alone. */
const CALLS_MAX = 20_000;

/** Every call, for the browser to list in a window of rows. Without scripts it is not there; null: all calls are drawn already. */
export function allCalls({ run: { history }, tracks, prefix }: SectionInput): Markup | null {
  if (tracks.hiddenCount === 0) return null;
  const listed = tracks.all.slice(0, CALLS_MAX);
  const tools = [...new Set(listed.map(({ call }) => call.planned.tool))];
  const places = new Map(tools.map((tool, index) => [tool, index]));
  const data: CallListData = {
    untilMs: wholeMs(history.endT),
    tools,
    fates: FATES.map((name) => ({ name, tone: FATE_WORDS[name].tone })),
    rows: listed.map((track) =>
      rowOf(track, places.get(track.call.planned.tool) ?? 0, tracks.fates.get(track.call.planned.call) ?? 'open'),
    ),
    away: downWindows(history).map(({ fromT, toT }) => [wholeMs(fromT), wholeMs(toT)] as const),
  };
  const more = tracks.all.length - listed.length;
  return html`<div class="all-calls no-print" id="${prefix}all-calls" data-prefix="${prefix}" hidden>
<p class="note">${formatCount(listed.length)} calls in one list, as bars without their events.${more > 0 && ` The other ${formatCount(more)}, all of which ended well or like these, stand in history.jsonl.`}</p>
<script type="application/json">${jsonData(data)}</script></div>`;
}

function rowOf(track: CallTrack, toolIndex: number, fate: (typeof FATES)[number]): CallListRow {
  const { call, agent } = track.call.planned;
  const at = (t: number | null | undefined) => (t == null ? -1 : wholeMs(t));
  return [
    call,
    agent,
    toolIndex,
    FATES.indexOf(fate),
    at(track.sentT),
    at(track.ackT),
    at(track.runs[0]?.fromT),
    at(track.commits[0]),
    at(track.seenT),
    at(track.waitedUntilT),
    track.pollCount,
  ];
}

function wholeMs(t: number): number {
  return Math.round(t / 1e6);
}
