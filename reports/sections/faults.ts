import { eventLink } from '../event-link.ts';
import { downWindows, faultWindows } from '../fault-window.ts';
import { formatCount, formatInstant } from '../format.ts';
import { html } from '../html.ts';
import { axis, lane } from '../lane.ts';
import type { Section } from '../report-run.ts';
import { chip, table } from '../table.ts';
import { createTimeScale } from '../time-scale.ts';

/** What was done to the server, whether it struck, and which situations came of it. */
export const faultsSection: Section = {
  id: 'faults',
  title: 'Faults and situations',
  render(input) {
    const { verdict, history } = input.run;
    const scale = createTimeScale(history.endT);
    const windows = faultWindows(history, verdict);
    const lanes = verdict.faults
      .map((row) => ({ row, own: windows.filter((window) => window.fault === row.id) }))
      .filter(({ own }) => own.length > 0);
    const down = downWindows(history);
    const faultRows = verdict.faults.map((row) => ({
      ...(row.applicable === false && { tone: 'muted' as const }),
      cells: [
        html`<b>${row.id}</b> ${row.name}`,
        formatCount(row.planned),
        formatCount(row.verified),
        row.applicable === false
          ? chip('not-applicable')
          : row.planned === 0
            ? chip('not-applicable', 'not planned')
            : row.verified >= row.planned
              ? chip(true, 'struck')
              : chip('unknown', `${formatCount(row.planned - row.verified)} not proven`),
        row.reason ?? '',
      ],
    }));
    const coverageRows = verdict.coverage.map((row) => ({
      ...(row.applicable === false && { tone: 'muted' as const }),
      cells: [
        row.title,
        formatCount(row.reached),
        row.first === null ? '–' : eventLink(input, row.first, formatInstant(history.events[row.first]?.t ?? 0)),
        row.applicable === false
          ? chip('not-applicable')
          : row.reached > 0
            ? chip(true, 'reached')
            : row.required
              ? chip('unknown', 'required, not reached')
              : chip('not-applicable', 'not reached'),
        row.reason ?? '',
      ],
    }));
    return html`${
      lanes.length > 0 &&
      html`<div class="lanes" role="img" aria-label="When each fault struck; the table below has the numbers">
${
  down.length > 0 &&
  lane(
    'server away',
    down.map((window) => ({
      fromT: window.fromT,
      toT: window.toT,
      label: `boot ${window.boot} ended by ${window.by}`,
    })),
    scale,
    'down',
  )
}
${lanes.map(({ row, own }, index) =>
  lane(
    `${row.id} ${row.name}`,
    own.map((window) => ({ ...window, label: window.entry })),
    scale,
    `tone-${index % 8}`,
  ),
)}
${axis(scale)}</div>`
    }
${verdict.faults.length === 0 ? html`<p class="note">No fault was planned.</p>` : table('Faults: planned, and proven to have struck', [{ title: 'Fault' }, { title: 'Planned', numeric: true }, { title: 'Struck', numeric: true }, { title: 'Result' }, { title: 'Note', wide: true }], faultRows)}
${verdict.coverage.length > 0 && table('Situations the run came into', [{ title: 'Situation', wide: true }, { title: 'Times', numeric: true }, { title: 'First', numeric: true }, { title: 'Result' }, { title: 'Note', wide: true }], coverageRows)}`;
  },
};
