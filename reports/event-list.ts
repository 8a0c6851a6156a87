import type { Event } from '../harness/model/event.ts';
import type { CallTrack } from './call-track.ts';
import { eventWords } from './event-words.ts';
import { formatCount, formatInstant, plural } from './format.ts';
import { html, type Markup } from './html.ts';
import type { LinkInput } from './report-run.ts';

/** Lines listed under one row, beside those that a finding points to. */
const LINES_MAX = 40;

/** Lines of one row. Polls that told nothing new fold into one line each time, unless something points to one of them. */
export function eventList(input: LinkInput, track: CallTrack): Markup {
  const { cited } = input.tracks;
  const groups = grouped(withBoots(input, track.events), cited);
  const shown = groups.filter((group, index) => index < LINES_MAX || group.some((event) => cited.has(event.seq)));
  const hidden = groups.length - shown.length;
  return html`<ol class="events">${shown.map((group) => eventLine(input, group))}</ol>${
    hidden > 0 && html`<p class="note">${formatCount(hidden)} more lines stand in history.jsonl.</p>`
  }`;
}

/** Between the events of a call, the ends and returns of the server that fell into them. */
function withBoots({ run: { history } }: LinkInput, events: readonly Event[]): readonly Event[] {
  const first = events[0];
  const last = events.at(-1);
  if (first === undefined || last === undefined) return events;
  const boots = history.boots
    .flatMap(({ ready, exit }) => [ready, exit])
    .filter((event) => event !== null)
    .filter(({ seq }) => seq > first.seq && seq < last.seq);
  return [...events, ...boots].sort((a, b) => a.seq - b.seq);
}

function eventLine(input: LinkInput, group: readonly Event[]): Markup | null {
  const [first] = group;
  const last = group.at(-1);
  if (first === undefined || last === undefined) return null;
  const words =
    first === last
      ? eventWords(input.run.history, first)
      : `${plural(group.filter((event) => event.kind === 'inv').length, 'poll')}, the last answered at ${formatInstant(last.t)}: still working`;
  // An event of the server stands in many rows, so it carries no id here.
  const own = first.kind === 'proc' ? html` class="server"` : html` id="${input.prefix}event-${first.seq}"`;
  // The number is a link to its own line, to be copied into a comment.
  const seq =
    first.kind === 'proc'
      ? html`<span class="seq">${first.seq}</span>`
      : html`<a class="seq" href="#${input.prefix}event-${first.seq}">${first.seq}</a>`;
  return html`<li${own}>${seq}<span class="t">${formatInstant(first.t)}</span><span>${words}</span></li>
`;
}

function grouped(events: readonly Event[], cited: ReadonlySet<number>): readonly (readonly Event[])[] {
  const quiet = quietSeqs(events);
  const groups: Event[][] = [];
  let fold: Event[] | null = null;
  for (const event of events) {
    const isQuiet = quiet.has(event.seq) && !cited.has(event.seq);
    if (isQuiet && fold !== null) fold.push(event);
    else {
      const group = [event];
      groups.push(group);
      fold = isQuiet ? group : null;
    }
  }
  return groups;
}

/** Polls whose answer was that the task is still being worked on, and those answers. */
function quietSeqs(events: readonly Event[]): ReadonlySet<number> {
  const gets = new Set(events.flatMap((event) => (event.kind === 'inv' && event.op === 'get' ? [event.seq] : [])));
  const answers = events.flatMap((event) =>
    event.kind === 'ok' && event.status === 'working' && gets.has(event.of) ? [event] : [],
  );
  return new Set(answers.flatMap(({ of, seq }) => [of, seq]));
}
