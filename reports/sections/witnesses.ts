import { plural } from '../format.ts';
import { html } from '../html.ts';
import type { Section } from '../report-run.ts';

/** For each promise that was broken, the messages that show it. */
export const witnessesSection: Section = {
  id: 'witnesses',
  title: 'How it broke',
  label: 'How it broke',
  render({ witnesses }) {
    if (witnesses.length === 0) return null;
    return html`<p class="note">The least that shows ${witnesses.length === 1 ? 'the violation' : `each of ${plural(witnesses.length, 'violation')}`}: the events it cites, in bold, with the sending of their calls, what struck between, and what lies nearest. A cross is a message that never arrived; the server’s line is broken while it is away. Everything else that was found stands under “Checks”.</p>
${witnesses.map(
  (
    { id, checker, finding, drawing },
    index,
  ) => html`<details class="witness" id="${id}"${index === 0 && html` open`}><summary><b>${finding.invariant}</b> ${checker.title}: ${finding.message}</summary>
${drawing}</details>
`,
)}`;
  },
};
