import type { CapacityDocument, ProbeOutcome, ProbeRow } from '../harness/model/capacity.ts';
import { readBrowserScript } from './browser-script.ts';
import { capacityPlot } from './capacity-plot.ts';
import { formatCount, formatMs, formatRatio, plural } from './format.ts';
import { html, type Markup, markupText } from './html.ts';
import { page } from './page.ts';
import { chip, facts, table } from './table.ts';

const STATES: Readonly<Record<ProbeOutcome, { readonly valid: boolean | 'unknown' | 'not-applicable'; word: string }>> =
  {
    holds: { valid: true, word: 'holds' },
    fails: { valid: false, word: 'fails' },
    generator: { valid: 'not-applicable', word: 'not made by the harness' },
    unknown: { valid: 'unknown', word: 'unknown' },
  };

/** One self-contained HTML file for a search: the rate that holds, what was tried, and why it goes no higher. */
export function renderCapacity(
  document: CapacityDocument,
  {
    directory,
    linkTo,
    script = readBrowserScript(),
  }: { readonly directory: string; readonly linkTo: (directory: string) => string; readonly script?: string | null },
): string {
  const { scenario, rate, probes } = document;
  const found = rate === null ? 'No capacity was found' : `${formatRate(rate)} hold`;
  return markupText(
    page({
      title: `How much ${scenario} the server takes`,
      tabTitle: found,
      subtitle: `scenario ${scenario} · ${plural(probes.length, 'run')} · ${directory}`,
      footer: [`claimcheck report ${directory}`],
      links: [
        { id: 'capacity', title: 'Capacity' },
        { id: 'runs', title: 'Runs' },
      ],
      body: html`<section id="capacity"><h2>Capacity</h2>${verdictOf(document, found)}</section>
<section id="runs"><h2>What was tried</h2>${capacityPlot(probes)}${probeTable(probes, linkTo)}</section>
`,
      charts: [],
      script,
    }),
  );
}

function verdictOf(document: CapacityDocument, found: string): Markup {
  const { rate, failsAt, generatorAt, why, confirmed, sureShare, thresholds } = document;
  const above =
    failsAt !== null
      ? `${formatRate(failsAt)} did not hold`
      : generatorAt !== null
        ? `${formatRate(generatorAt)} could not be made by the harness, so the server may take more`
        : 'no higher rate was tried';
  return html`<div class="verdict ${rate === null ? 'warn' : 'good'}"><p class="verdict-word"><span aria-hidden="true">${rate === null ? '?' : '✓'}</span> ${found}</p>
<p class="verdict-text">${
    rate === null
      ? (why ?? 'The search found no rate that holds.')
      : `It held in ${formatCount(confirmed)} of ${formatCount(confirmed)} confirming runs, so with 95 % confidence it holds in ${formatRatio(sureShare)} of runs or more.`
  }</p></div>
${facts([
  [rate === null ? 'What did not hold' : 'Above it', above],
  ['What “holds” means', `every invariant, no work piling up, ${thresholds.join(', ')}`],
  ...(rate !== null && why !== null ? [['Why it may be higher', why] as const] : []),
])}`;
}

function probeTable(probes: readonly ProbeRow[], linkTo: (directory: string) => string): Markup {
  const text = (value: number | null, words: (value: number) => string) => (value === null ? '–' : words(value));
  const rows = probes.map(({ rate, outcome, directory, arrivals, results, ackP95, latenessP99, why }, index) => ({
    cells: [
      html`<a href="${linkTo(directory)}">${index + 1}</a>`,
      formatRate(rate),
      text(arrivals, formatRate),
      text(results, formatRate),
      text(ackP95, formatMs),
      text(latenessP99, formatMs),
      html`${chip(STATES[outcome].valid, STATES[outcome].word)}${why !== null && html`<p>${why}</p>`}`,
    ],
  }));
  const number = (title: string) => ({ title, numeric: true });
  return table(
    'Every run of the search, in order',
    [
      { title: 'Run' },
      number('Asked for'),
      number('Begun'),
      number('Results'),
      number('Receipt p95'),
      number('Generator late, p99'),
      { title: 'Result', wide: true },
    ],
    rows,
  );
}

function formatRate(rate: number): string {
  return `${Number(rate.toPrecision(4))}/s`;
}
