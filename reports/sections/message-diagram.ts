import { eventLink } from '../event-link.ts';
import { type DownWindow, downWindows } from '../fault-window.ts';
import { formatCount } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { type Lane, type MessageRow, messageRows } from '../message-row.ts';
import type { Section, SectionInput } from '../report-run.ts';

/** Beyond this nobody follows an arrow any more; the timeline of the calls has everything. */
const MESSAGES_MAX = 200;
/** Of so few calls how it began and how it ended is still worth a look: most between is an agent that asks in vain. */
const STORY_CALLS_MAX = 12;
const BEGINNING_ROWS = 140;
const END_ROWS = 60;
const ROW_HEIGHT = 24;
const MIDDLE = ROW_HEIGHT / 2;
/** Lanes side by side on a phone. */
const AGENTS_MAX = 6;

/** Who said what to whom, message by message: agents, the harness between, the server with its boots. Small runs only. */
export const messageDiagramSection: Section = {
  id: 'messages',
  title: 'Messages, one by one',
  label: 'Messages',
  render(input) {
    const { history, plan } = input.run;
    const agents = [...new Set(plan.calls.map(({ agent }) => agent))].sort((a, b) => a - b);
    const isStory = plan.calls.length <= STORY_CALLS_MAX;
    if (agents.length > AGENTS_MAX || (history.exchanges.length > MESSAGES_MAX && !isStory)) return null;
    const rows = messageRows(history);
    const messageCount = rows.filter(({ shape }) => shape.kind === 'arrow').length;
    if (messageCount === 0 || (messageCount > MESSAGES_MAX && !isStory)) return null;
    const hiddenCount = rows.length > BEGINNING_ROWS + END_ROWS ? rows.length - BEGINNING_ROWS - END_ROWS : 0;
    const drawn = (some: readonly MessageRow[]) => some.map((row) => tableRow(input, row, lanes, down));
    const lanes: readonly Lane[] = [
      ...agents.map((agent) => ({ kind: 'agent' as const, agent })),
      { kind: 'harness' },
      { kind: 'server' },
    ];
    const down = downWindows(history);
    return html`<p class="note">${formatCount(messageCount)} messages while there was load; the greetings before and the final reads after are left out. a1 is agent 1. A cross is a message that never arrived; the server's line is broken while it is away.</p>
<div class="table-frame" tabindex="0" role="region" aria-label="Messages between agents and server"><table class="messages">
<caption>Times are ms since the start of the run</caption>
<thead><tr><th scope="col" class="numeric">ms</th><th scope="col"><span class="lane-names">${lanes.map((lane, index) => html`<i style="left:${place(index, lanes.length)}" title="${laneWords(lane)}">${laneName(lane)}</i>`)}</span></th><th scope="col">What happened</th></tr></thead>
<tbody>${
      hiddenCount === 0
        ? drawn(rows)
        : [drawn(rows.slice(0, BEGINNING_ROWS)), hiddenRow(hiddenCount), drawn(rows.slice(-END_ROWS))]
    }</tbody>
</table></div>`;
  },
};

function hiddenRow(count: number): Markup {
  return html`<tr><th scope="row" class="numeric">…</th><td></td><td>${formatCount(count)} lines are left out here; the timeline of the calls has them all.</td></tr>
`;
}

function tableRow(input: SectionInput, row: MessageRow, lanes: readonly Lane[], down: readonly DownWindow[]): Markup {
  const ms = formatCount(Math.round(row.t / 1e6));
  return html`<tr><th scope="row" class="numeric">${eventLink(input, row.seq, ms)}</th><td class="lanes-cell"><svg role="img" aria-label="${shapeWords(row)}">${lifelines(row, lanes, down)}${shapeOf(row, lanes)}</svg></td><td>${row.words}</td></tr>
`;
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
