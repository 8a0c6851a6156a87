import { callOfEvent } from './call-track.ts';
import { html, type Markup } from './html.ts';
import type { LinkInput } from './report-run.ts';

/** Links one finding may carry; a finding over a hundred events is not read link by link. */
const CALLS_MAX = 4;
const EVENTS_MAX = 6;

/** Links from a finding to the rows of the calls it names, and to each of its events. */
export function eventLinks(input: LinkInput, events: readonly number[]): Markup | null {
  if (events.length === 0) return null;
  const { history } = input.run;
  const calls = [...new Set(events.map((seq) => callOfEvent(history, seq)))].filter((call) => call !== null);
  const callLinks = calls
    .filter((call) => input.tracks.shownCalls.has(call))
    .slice(0, CALLS_MAX)
    .map((call) => html`<a href="#${input.prefix}call-${call}">call ${call}</a> `);
  return html`<span class="links">${callLinks}${events.slice(0, EVENTS_MAX).map((seq) => eventLink(input, seq, `event ${seq}`))}</span>`;
}

/** A link to where an event stands in this page; plain text where it stands in history.jsonl only. */
export function eventLink(input: LinkInput, seq: number, text: string): Markup {
  const target = targetOf(input, seq);
  return target === null ? html`<span>${text}</span> ` : html`<a href="#${input.prefix}${target}">${text}</a> `;
}

function targetOf({ run: { history }, tracks }: LinkInput, seq: number): string | null {
  const event = history.events.bySeq(seq);
  if (event === undefined || event.kind === 'gen') return null;
  if (event.kind === 'frame') {
    const sent = history.exchanges.find(({ inv }) => inv.conn === event.conn && inv.rpcId === event.rpcId)?.inv;
    return sent !== undefined && tracks.shownCalls.has(sent.call) ? `call-${sent.call}` : null;
  }
  if (event.kind === 'proc') return `boot-${event.boot}`;
  if (event.kind === 'fault') return 'faults';
  const call = callOfEvent(history, seq);
  return call !== null && tracks.shownCalls.has(call) ? `event-${seq}` : null;
}
