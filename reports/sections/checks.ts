import type { Finding } from '../../harness/model/verdict.ts';
import { countsInWords } from '../count-words.ts';
import { eventLinks } from '../event-link.ts';
import { formatCount } from '../format.ts';
import { html, type Markup } from '../html.ts';
import type { Section, SectionInput } from '../report-run.ts';
import { chip, table } from '../table.ts';

const ORDER = [false, 'unknown', true, 'not-applicable'] as const;

/** Findings of one check that are listed. */
const FINDINGS_MAX = 300;

/** Every check, worst first, with what it counted and all it found. */
export const checksSection: Section = {
  id: 'checks',
  title: 'Checks',
  label: 'Checks',
  render(input) {
    const checkers = [...input.run.verdict.checkers].sort((a, b) => ORDER.indexOf(a.valid) - ORDER.indexOf(b.valid));
    const rows = checkers.map((checker) => {
      const warnings = checker.warnings ?? [];
      return {
        id: `${input.prefix}check-${checker.id}`,
        ...(checker.valid === false && { tone: 'bad' as const }),
        ...(checker.valid === 'not-applicable' && { tone: 'muted' as const }),
        cells: [
          html`${checker.title} <span class="codes">${checker.invariants.join(', ')}</span>`,
          chip(checker.valid),
          html`${countsInWords(checker.counts)}${checker.reason !== undefined && html`<p>${checker.reason}</p>`}
${findingList(input, checker.findings)}
${warnings.length > 0 && html`<details><summary>${formatCount(warnings.length)} worth knowing, which ${warnings.length === 1 ? 'breaks' : 'break'} no promise</summary>${findingList(input, warnings)}</details>`}`,
        ],
      };
    });
    return table(
      'Every promise that was checked',
      [{ title: 'Check' }, { title: 'Result' }, { title: 'What was looked at', wide: true }],
      rows,
    );
  },
};

/** A server that loses everything has tens of thousands of findings, all alike: the page shows some and says how many there are. */
function findingList(input: SectionInput, findings: readonly Finding[]): Markup | null {
  if (findings.length === 0) return null;
  const more = findings.length - FINDINGS_MAX;
  return html`<ol class="findings">${findings.slice(0, FINDINGS_MAX).map((finding) => html`<li>${finding.message} ${eventLinks(input, finding.events)}</li>`)}</ol>${
    more > 0 && html`<p>${formatCount(more)} more stand in verdict.json.</p>`
  }`;
}
