import { countsInWords } from '../count-words.ts';
import { eventLinks } from '../event-link.ts';
import { formatCount } from '../format.ts';
import { html } from '../html.ts';
import type { Section } from '../report-run.ts';
import { chip, table } from '../table.ts';

const ORDER = [false, 'unknown', true, 'not-applicable'] as const;

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
${checker.findings.length > 0 && html`<ol class="findings">${checker.findings.map((finding) => html`<li>${finding.message} ${eventLinks(input, finding.events)}</li>`)}</ol>`}
${warnings.length > 0 && html`<details><summary>${formatCount(warnings.length)} worth knowing, which ${warnings.length === 1 ? 'breaks' : 'break'} no promise</summary><ol class="findings">${warnings.map((warning) => html`<li>${warning.message} ${eventLinks(input, warning.events)}</li>`)}</ol></details>`}`,
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
