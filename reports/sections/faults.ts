import type { CoverageRow, FaultRow } from '../../harness/model/verdict.ts';
import { eventLink } from '../event-link.ts';
import { faultLanes } from '../fault-lanes.ts';
import { formatCount, formatInstant, plural } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { axis } from '../lane.ts';
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
    const described = ({ id }: FaultRow) => {
      const words = input.faultWords[id];
      return words !== undefined && html`<p>${words.title}. ${words.description}</p>`;
    };
    const faultRows = faults.map((row) => ({
      ...(row.applicable === false && { tone: 'muted' as const }),
      cells: [
        html`<b>${row.id}</b> ${row.name}${described(row)}`,
        formatCount(row.planned),
        formatCount(row.verified),
        html`${faultChip(row)}${row.reason !== undefined && html`<p>${row.reason}</p>`}`,
      ],
    }));
    const coverageRow = (row: CoverageRow) => ({
      ...(row.applicable === false && { tone: 'muted' as const }),
      cells: [
        row.title,
        formatCount(row.reached),
        firstLink(input, row),
        html`${coverageChip(row)}${row.reason !== undefined && html`<p>${row.reason}</p>`}`,
      ],
    });
    const result = { title: 'Result' };
    const count = (title: string) => ({ title, numeric: true });
    const situations = (caption: string, rows: readonly CoverageRow[]) =>
      rows.length > 0 &&
      table(
        caption,
        [{ title: 'Situation', wide: true }, count('Times'), count('First at'), result],
        [...rows].sort((a, b) => Math.min(a.reached, 1) - Math.min(b.reached, 1)).map(coverageRow),
      );
    const rest = coverage.filter((row) => row.reached === 0 && (!row.required || row.applicable === false));
    return html`${lanes(input)}
${
  faults.length === 0
    ? html`<p class="note">No fault was planned.</p>`
    : table(
        'Faults: planned, and proven to have struck',
        [{ title: 'Fault', wide: true }, count('Planned'), count('Struck'), result],
        faultRows,
      )
}
${situations(
  'Situations the run came into, and those it had to come into',
  coverage.filter((row) => row.reached > 0 || (row.required && row.applicable !== false)),
)}
${rest.length > 0 && html`<details><summary>${plural(rest.length, 'situation')} it did not come into and did not have to</summary>${situations('Situations the run did not come into', rest)}</details>`}`;
  },
};

function lanes(input: SectionInput): Markup | null {
  const scale = createTimeScale(input.run.history.endT);
  const drawn = faultLanes(input, scale);
  if (drawn.length === 0) return null;
  return html`<div class="lanes" role="img" aria-label="When each fault struck; the table below has the numbers">
${drawn}${axis(scale)}</div>
`;
}

function faultChip(row: FaultRow): Markup {
  if (row.applicable === false) return chip('not-applicable');
  if (row.planned === 0) return chip('not-applicable', 'not planned');
  if (row.verified >= row.planned) return chip(true, row.planned === 1 ? 'struck' : 'all struck');
  return chip('unknown', `${formatCount(row.planned - row.verified)} not proven`);
}

function coverageChip(row: CoverageRow): Markup {
  if (row.applicable === false) return chip('not-applicable');
  if (row.reached > 0) return chip(true, 'reached');
  return row.required ? chip('unknown', 'required, not reached') : chip('not-applicable', 'not reached');
}

function firstLink(input: SectionInput, { first }: CoverageRow): Markup | string {
  return first === null ? '–' : eventLink(input, first, formatInstant(input.run.history.events.bySeq(first)?.t ?? 0));
}
