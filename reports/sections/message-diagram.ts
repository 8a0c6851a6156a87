import { formatCount } from '../format.ts';
import { html } from '../html.ts';
import { type DrawnRow, messageDrawing } from '../message-drawing.ts';
import { type MessageRow, messageRows } from '../message-row.ts';
import type { Section } from '../report-run.ts';

/** Beyond this nobody follows an arrow any more; the timeline of the calls has everything. */
const MESSAGES_MAX = 200;
/** Of so few calls how it began and how it ended is still worth a look: most between is an agent that asks in vain. */
const STORY_CALLS_MAX = 12;
const BEGINNING_ROWS = 140;
const END_ROWS = 60;
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
    return html`<p class="note">${formatCount(messageCount)} messages while there was load; the greetings before and the final reads after are left out. a1 is agent 1. A cross is a message that never arrived; the server's line is broken while it is away.</p>
${messageDrawing(input, {
  label: 'Messages between agents and server',
  caption: 'Times are ms since the start of the run',
  agents,
  rows: withoutTheMiddle(rows),
})}`;
  },
};

function withoutTheMiddle(rows: readonly MessageRow[]): readonly DrawnRow[] {
  const hidden = rows.length - BEGINNING_ROWS - END_ROWS;
  return hidden <= 0 ? rows : [...rows.slice(0, BEGINNING_ROWS), { hidden }, ...rows.slice(-END_ROWS)];
}
