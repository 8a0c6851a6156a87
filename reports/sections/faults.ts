import type { CoverageRow, FaultRow } from '../../harness/model/verdict.ts';
import { eventLink } from '../event-link.ts';
import { downWindows, faultWindows } from '../fault-window.ts';
import { formatCount, formatInstant } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { axis, lane } from '../lane.ts';
import type { Section, SectionInput } from '../report-run.ts';
import { chip, table } from '../table.ts';
import { createTimeScale } from '../time-scale.ts';

/** What was done to the server, whether it struck, and which situations came of it. */
export const faultsSection: Section = {
  id: 'faults',
  title: 'Faults and situations',
  label: 'Faults',
  render(input) {
    const { faults, coverage } = input.run.verdict;
    const faultRows = faults.map((row) => ({
      ...(row.applicable === false && { tone: 'muted' as const }),
      cells: [
        html`<b>${row.id}</b> ${row.name}`,
        formatCount(row.planned),
        formatCount(row.verified),
        html`${faultChip(row)}${row.reason !== undefined && html`<p>${row.reason}</p>`}`,
      ],
    }));
    const coverageRows = coverage.map((row) => ({
      ...(row.applicable === false && { tone: 'muted' as const }),
      cells: [
        row.title,
        formatCount(row.reached),
        firstLink(input, row),
        html`${coverageChip(row)}${row.reason !== undefined && html`<p>${row.reason}</p>`}`,
      ],
    }));
    const result = { title: 'Result', wide: true };
    const count = (title: string) => ({ title, numeric: true });
    return html`${lanes(input)}
${
  faults.length === 0
    ? html`<p class="note">No fault was planned.</p>`
    : table(
        'Faults: planned, and proven to have struck',
        [{ title: 'Fault' }, count('Planned'), count('Struck'), result],
        faultRows,
      )
}
${
  coverage.length > 0 &&
  table('Situations the run came into', [{ title: 'Situation' }, count('Times'), count('First'), result], coverageRows)
}`;
  },
};

function lanes({ run: { verdict, history } }: SectionInput): Markup | null {
  const scale = createTimeScale(history.endT);
  const windows = faultWindows(history, verdict);
  const struck = verdict.faults
    .map((row) => ({ name: `${row.id} ${row.name}`, marks: windows.filter((window) => window.fault === row.id) }))
    .filter(({ marks }) => marks.length > 0);
  if (struck.length === 0) return null;
  const away = downWindows(history).map(({ boot, fromT, toT, by }) => ({
    fromT,
    toT,
    label: `boot ${boot}, by ${by}`,
  }));
  return html`<div class="lanes" role="img" aria-label="When each fault struck; the table below has the numbers">
${away.length > 0 && lane('server away', away, scale, 'down')}
${struck.map(({ name, marks }, index) =>
  lane(
    name,
    marks.map((mark) => ({ ...mark, label: mark.entry })),
    scale,
    `tone-${index % 8}`,
  ),
)}
${axis(scale)}</div>`;
}

function faultChip(row: FaultRow): Markup {
  if (row.applicable === false) return chip('not-applicable');
  if (row.planned === 0) return chip('not-applicable', 'not planned');
  if (row.verified >= row.planned) return chip(true, 'struck');
  return chip('unknown', `${formatCount(row.planned - row.verified)} not proven`);
}

function coverageChip(row: CoverageRow): Markup {
  if (row.applicable === false) return chip('not-applicable');
  if (row.reached > 0) return chip(true, 'reached');
  return row.required ? chip('unknown', 'required, not reached') : chip('not-applicable', 'not reached');
}

function firstLink(input: SectionInput, { first }: CoverageRow): Markup | string {
  return first === null ? '–' : eventLink(input, first, formatInstant(input.run.history.events[first]?.t ?? 0));
}
