import type { Calibration, CalibrationComparison } from '../harness/model/calibration.ts';
import { readBrowserScript } from './browser-script.ts';
import { plural } from './format.ts';
import { html, markupText } from './html.ts';
import { page } from './page.ts';
import { calibrationSummary, calibrationTable } from './sections/calibration.ts';

/** One self-contained HTML file: real and virtual time side by side. `script`: the browser code to inline; null: none. */
export function renderCalibration(
  calibration: Calibration,
  { script = readBrowserScript() }: { readonly script?: string | null } = {},
): string {
  const { comparisons, claimcheck, startedAt } = calibration;
  const ids = comparisons.map((_, index) => `plan-${index + 1}`);
  const apart = comparisons.filter(({ agrees }) => agrees !== true).length;
  return markupText(
    page({
      title: 'Calibration: is virtual time telling the truth?',
      tabTitle: apart === 0 ? 'calibrated' : `${apart} of ${comparisons.length} differ`,
      subtitle: `claimcheck ${claimcheck} · ${plural(comparisons.length, 'plan')} · ${startedAt}`,
      footer: [],
      links: [
        { id: 'calibration', title: 'Calibration' },
        ...comparisons.map((comparison, index) => ({ id: ids[index] ?? '', title: nameOf(comparison) })),
      ],
      body: html`<section id="calibration"><h2>All plans</h2>${calibrationSummary(calibration, ids)}</section>
${comparisons.map(
  (comparison, index) => html`<section id="${ids[index] ?? ''}"><h2>${nameOf(comparison)}</h2>
${calibrationTable(comparison)}</section>
`,
)}`,
      charts: [],
      script,
    }),
  );
}

function nameOf({ scenario, target }: CalibrationComparison): string {
  return `${scenario} · ${target.dialect}`;
}
