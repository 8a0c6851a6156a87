import { callOfEvent } from './call-track.ts';
import { eventLink } from './event-link.ts';
import { type DownWindow, downWindows } from './fault-window.ts';
import { formatCount } from './format.ts';
import { html, type Markup } from './html.ts';
import type { Lane, MessageRow } from './message-row.ts';
import type { LinkInput } from './report-run.ts';

const ROW_HEIGHT = 24;
const MIDDLE = ROW_HEIGHT / 2;

/** A row, or how many were left out between two. */
export type DrawnRow = MessageRow | { readonly hidden: number };

export interface MessageDrawing {
  /** What the table is, for those who do not see it. */
  readonly label: string;
  readonly caption: string;
  /** Agents that have a lane, in order; the harness and the server have theirs. */
  readonly agents: readonly number[];
  readonly rows: readonly DrawnRow[];
  /** seqs of the events that break the promise: the rows that show them are marked. */
  readonly cited?: ReadonlySet<number>;
}

/** Messages as a table whose middle column is drawn: agents, the harness between, the server with its boots. */
export function messageDrawing(input: LinkInput, { label, caption, agents, rows, cited }: MessageDrawing): Markup {
  const lanes: readonly Lane[] = [
    ...agents.map((agent) => ({ kind: 'agent' as const, agent })),
    { kind: 'harness' },
    { kind: 'server' },
  ];
  const down = downWindows(input.run.history);
  const hiddenText = 'left out here; the timeline of the calls has them all.';
  return html`<div class="table-frame" tabindex="0" role="region" aria-label="${label}"><table class="messages">
<caption>${caption}</caption>
<thead><tr><th scope="col" class="numeric">ms</th><th scope="col"><span class="lane-names">${lanes.map((lane, index) => html`<i style="left:${place(index, lanes.length)}" title="${laneWords(lane)}">${laneName(lane)}</i>`)}</span></th><th scope="col">What happened</th></tr></thead>
<tbody>${rows.map((row) =>
    'hidden' in row
      ? html`<tr><th scope="row" class="numeric">…</th><td></td><td>${formatCount(row.hidden)} ${row.hidden === 1 ? 'line is' : 'lines are'} ${hiddenText}</td></tr>
`
      : tableRow(input, row, { lanes, down, cited: row.shows.filter((seq) => cited?.has(seq) === true) }),
  )}</tbody>
</table></div>`;
}

function tableRow(
  input: LinkInput,
  row: MessageRow,
  look: { readonly lanes: readonly Lane[]; readonly down: readonly DownWindow[]; readonly cited: readonly number[] },
): Markup {
  const { lanes, down, cited } = look;
  const isCited = cited.length > 0;
  const ms = formatCount(Math.round(row.t / 1e6));
  const words = isCited ? html`<b>${row.words}</b> <span class="codes">event ${cited.join(', ')}</span>` : row.words;
  return html`<tr${isCited && html` class="cited"`}><th scope="row" class="numeric">${rowLink(input, row, { text: ms, isCited })}</th><td class="lanes-cell"><svg role="img" aria-label="${shapeWords(row)}">${lifelines(row, lanes, down)}${shapeOf(row, lanes)}</svg></td><td>${words}</td></tr>
`;
}

/** Cited events stand in the timeline line by line; of the others, polls may be folded there, so their call is what is linked. */
function rowLink(
  input: LinkInput,
  row: MessageRow,
  { text, isCited }: { readonly text: string; readonly isCited: boolean },
): Markup {
  const { history } = input.run;
  const seq = row.shows.at(-1) ?? row.seq;
  const cited = row.shows.find((one) => input.tracks.cited.has(one));
  if (isCited && cited !== undefined) return eventLink(input, cited, text);
  const call = callOfEvent(history, seq);
  if (call === null) return eventLink(input, row.seq, text);
  const isShown = input.tracks.shownCalls.has(call);
  return isShown ? html`<a href="#${input.prefix}call-${call}">${text}</a>` : html`<span>${text}</span>`;
}

function lifelines(row: MessageRow, lanes: readonly Lane[], down: readonly DownWindow[]): readonly Markup[] {
  return lanes.map((lane, index) => {
    const x = place(index, lanes.length);
    const isDown = lane.kind === 'server' && down.some(({ fromT, toT }) => row.t > fromT && row.t < toT);
    return html`<line class="${isDown ? 'life down' : 'life'}" x1="${x}" x2="${x}" y1="0" y2="100%"/>`;
  });
}

function shapeOf({ shape }: MessageRow, lanes: readonly Lane[]): Markup {
  const at = (lane: Lane) => {
    const index = lanes.findIndex((one) => laneName(one) === laneName(lane));
    return place(Math.max(0, index), lanes.length);
  };
  if (shape.kind === 'mark') return html`<svg x="${at(shape.at)}" width="1" height="1">${MARKS[shape.mark]}</svg>`;
  const [from, to] = [at(shape.from), at(shape.to)];
  const isRight = Number.parseFloat(to) > Number.parseFloat(from);
  const head = shape.ends === 'lost' ? CROSS : isRight ? HEAD_RIGHT : HEAD_LEFT;
  const type = `message${shape.ends === 'lost' ? ' lost' : ''}${shape.isLate ? ' late' : ''}`;
  return html`<line class="${type}" x1="${from}" x2="${to}" y1="${MIDDLE}" y2="${MIDDLE}"/><svg x="${to}" width="1" height="1">${head}</svg>`;
}

const HEAD_RIGHT = html`<path class="head" d="M-7 ${MIDDLE - 4}L0 ${MIDDLE}L-7 ${MIDDLE + 4}z"/>`;
const HEAD_LEFT = html`<path class="head" d="M7 ${MIDDLE - 4}L0 ${MIDDLE}L7 ${MIDDLE + 4}z"/>`;
const CROSS = html`<path class="lost" d="M-4 ${MIDDLE - 4}l8 8m0 -8l-8 8"/>`;

const MARKS: Readonly<Record<Extract<MessageRow['shape'], { kind: 'mark' }>['mark'], Markup>> = {
  begin: html`<circle class="begin" cx="0" cy="${MIDDLE}" r="4"/>`,
  commit: html`<circle class="commit" cx="0" cy="${MIDDLE}" r="4.5"/>`,
  end: CROSS,
  start: html`<path class="start" d="M-5 ${MIDDLE + 4}h10l-5 -9z"/>`,
  fault: html`<path class="fault" d="M1 ${MIDDLE - 8}l-6 9h4l-1 7l6 -9h-4z"/>`,
  quit: html`<rect class="quit" x="-4" y="${MIDDLE - 4}" width="8" height="8"/>`,
  silence: CROSS,
};

function shapeWords({ shape }: MessageRow): string {
  if (shape.kind === 'mark') return `${shape.mark} at ${laneWords(shape.at)}`;
  const lost = shape.ends === 'lost' ? ', lost' : shape.isLate ? ', late' : '';
  return `from ${laneWords(shape.from)} to ${laneWords(shape.to)}${lost}`;
}

function laneWords(lane: Lane): string {
  return lane.kind === 'agent' ? `agent ${lane.agent}` : `the ${lane.kind}`;
}

/** Short: three and more stand side by side on a phone. */
function laneName(lane: Lane): string {
  return lane.kind === 'agent' ? `a${lane.agent}` : lane.kind;
}

function place(index: number, count: number): string {
  return `${(((index + 0.5) / count) * 100).toFixed(2)}%`;
}
