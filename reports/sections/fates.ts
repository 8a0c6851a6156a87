import { FATES, type Fate } from '../../harness/model/verdict.ts';
import { FATE_WORDS } from '../fate-words.ts';
import { formatCount, formatRatio } from '../format.ts';
import { html, type Markup } from '../html.ts';
import type { Section, SectionInput } from '../report-run.ts';
import { table } from '../table.ts';

/** Calls that are named one by one. */
const LINKS_MAX = 60;

/** What became of each call: a table whose rows add up to the number of calls. */
export const fatesSection: Section = {
  id: 'fates',
  title: 'What became of each call',
  label: 'Fates',
  render(input) {
    const { run } = input;
    const { fates, phantom } = run.verdict;
    const total = FATES.reduce((sum, fate) => sum + (fates[fate] ?? 0), 0);
    if (total === 0) return null;
    const planned = run.history.calls.length;
    const present = FATES.filter((fate) => (fates[fate] ?? 0) > 0);
    const rows = present.map((fate) => ({
      cells: [
        html`<span class="fate"><span class="swatch ${FATE_WORDS[fate].tone}"></span>${fate}</span>`,
        formatCount(fates[fate] ?? 0),
        formatRatio((fates[fate] ?? 0) / total),
        html`${FATE_WORDS[fate].meaning}${callsOf(input, fate)}`,
      ],
    }));
    const sum = {
      tone: 'total' as const,
      cells: [
        'all calls',
        formatCount(total),
        formatRatio(1),
        total === planned
          ? 'the rows add up to the calls that were planned'
          : `${formatCount(planned)} were planned: the rows do not add up, which is a fault of the harness`,
      ],
    };
    const absent = FATES.filter((fate) => !present.includes(fate));
    return html`<div class="stack" role="img" aria-label="Shares of the fates, as in the table below">${present.map((fate) => html`<span class="${FATE_WORDS[fate].tone}" style="flex-grow:${fates[fate] ?? 0}" title="${fate}: ${fates[fate] ?? 0}"></span>`)}</div>
${table('Each call has exactly one fate', [{ title: 'Fate' }, { title: 'Calls', numeric: true }, { title: 'Share', numeric: true }, { title: 'Meaning', wide: true }], [...rows, sum])}
<p class="note">None were ${absent.join(', ')}. ${phantom > 0 ? `${formatCount(phantom)} effects belong to no call at all.` : 'No effect was seen that belongs to no call.'}</p>`;
  },
};

/** The calls of one fate, each a link to its row; those that ended well are too many to be looked for here. */
function callsOf({ tracks, prefix }: SectionInput, fate: Fate): Markup | null {
  if (fate === 'settled-ok') return null;
  const calls = tracks.all.map(({ call }) => call.planned.call).filter((call) => tracks.fates.get(call) === fate);
  if (calls.length === 0) return null;
  const more = calls.length - LINKS_MAX;
  const linked = calls
    .slice(0, LINKS_MAX)
    .map((call) =>
      tracks.shownCalls.has(call) ? html`<a href="#${prefix}call-${call}">${call}</a> ` : html`<span>${call}</span> `,
    );
  return html`<details><summary>which ${calls.length === 1 ? 'call' : 'calls'}</summary><p>${linked}${more > 0 && `and ${formatCount(more)} more`}</p></details>`;
}
