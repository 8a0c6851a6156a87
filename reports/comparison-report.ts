import { type Comparison, cellGroups } from '../harness/model/comparison.ts';
import { readBrowserScript } from './browser-script.ts';
import { plural } from './format.ts';
import { html, markupText } from './html.ts';
import { page } from './page.ts';
import { comparedGroup, comparisonFindings, measureGlossary, type RunLink } from './sections/compared-cells.ts';

/** One self-contained HTML file: cells side by side, each number with its interval. `linkTo`: where a run's own report lies. */
export function renderComparison(
  comparison: Comparison,
  { linkTo, script = readBrowserScript() }: { readonly linkTo: RunLink; readonly script?: string | null },
): string {
  const { cells, claimcheck, startedAt, title, time, axes, seeds } = comparison;
  const groups = cellGroups(comparison).map((group, index) => ({ ...group, id: `group-${index + 1}` }));
  const runCount = cells.reduce((sum, { runs }) => sum + runs.length, 0);
  return markupText(
    page({
      title,
      tabTitle: `${cells.length} cells compared`,
      subtitle: `claimcheck ${claimcheck} · ${plural(cells.length, 'cell')}, ${plural(runCount, 'run')} in ${time} time · by ${axes.join(', ')} · ${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')} · ${startedAt}`,
      footer: [],
      links: [
        { id: 'findings', title: 'What the numbers say' },
        ...groups.map(({ id, name }) => ({ id, title: name || 'All cells' })),
        { id: 'measures', title: 'Measures' },
      ],
      body: html`<section id="findings"><h2>What the numbers say</h2>${comparisonFindings(comparison)}</section>
${groups.map(
  (group) => html`<section id="${group.id}"><h2>${group.name || 'All cells'}</h2>
${comparedGroup(group, comparison, linkTo)}</section>
`,
)}
<section id="measures"><h2>What was measured</h2>${measureGlossary(comparison)}</section>`,
      charts: [],
      script,
    }),
  );
}
