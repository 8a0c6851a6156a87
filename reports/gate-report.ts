import { type GateReport, type GateRow, type GateStatus, sortedRows } from '../harness/model/gate-report.ts';
import { readBrowserScript } from './browser-script.ts';
import { formatRatio, formatValue, plural } from './format.ts';
import { html, type Markup, markupText } from './html.ts';
import { page } from './page.ts';
import { ratioPlot } from './ratio-plot.ts';
import { chip, table } from './table.ts';

const OUTCOMES = {
  regression: { tone: 'bad', symbol: '✕', word: 'Regression' },
  'no-regression': { tone: 'good', symbol: '✓', word: 'No regression' },
  inconclusive: { tone: 'warn', symbol: '?', word: 'Inconclusive' },
} as const;

const KINDS = {
  baseline: 'saved runs against a baseline',
  paired: 'two servers, run in turns',
  'self-check': 'one server against itself',
} as const;

const STATES: Readonly<Record<GateStatus, boolean | 'unknown' | 'not-applicable'>> = {
  pass: true,
  fail: false,
  stale: false,
  unknown: 'unknown',
  expected: 'not-applicable',
  reported: 'not-applicable',
};

/** One self-contained HTML file for a gate: what was decided, by how much each number changed and how sure that is. */
export function renderGate(
  report: GateReport,
  { directory, script = readBrowserScript() }: { readonly directory: string; readonly script?: string | null },
): string {
  const { tone, symbol, word } = OUTCOMES[report.outcome];
  const rows = sortedRows(report.rows);
  const drawn = rows.flatMap(({ gate, ratio }) =>
    ratio === undefined ? [] : [{ name: gate.replace(/^metric /, ''), ...ratio }],
  );
  const plot = ratioPlot(
    'How much worse the candidate is, with 95 % intervals',
    drawn,
    'ratio of the candidate to the baseline (log scale); right of 1 is worse',
  );
  return markupText(
    page({
      title: `Gate: ${word.toLowerCase()}`,
      tabTitle: word,
      subtitle: `claimcheck ${report.claimcheck} · ${KINDS[report.kind]} · ${directory}`,
      footer: [`exit code ${report.exitCode}`],
      links: [
        { id: 'decision', title: 'Decision' },
        { id: 'gates', title: 'Gates' },
      ],
      body: html`<section id="decision"><h2>Decision</h2><div class="verdict ${tone}"><p class="verdict-word"><span aria-hidden="true">${symbol}</span> ${word}</p>
<p class="verdict-text">${report.summary}</p></div>
${plot}
${plot !== null && html`<p class="note">Each line is a 95 % interval over pairs of runs; in the grey band nothing counts, for so much a server differs from itself.</p>`}</section>
<section id="gates"><h2>Everything that was looked at</h2>${gateTable(rows)}</section>
`,
      charts: [],
      script,
    }),
  );
}

function gateTable(rows: readonly GateRow[]): Markup {
  const number = (title: string) => ({ title, numeric: true });
  const shown = (value: number | null, unit: string) =>
    value === null
      ? '–'
      : `${formatValue(value, unit)}${unit === 'ms' || unit === 'ratio' || unit === '' ? '' : ` ${unit}`}`;
  return table(
    `${plural(rows.length, 'gate')}, the worst first`,
    [
      { title: 'Gate' },
      { title: 'Of' },
      { title: 'Result' },
      number('Baseline'),
      number('Candidate'),
      number('Ratio'),
      number('95 % interval'),
      number('Nothing counts within'),
      { title: 'Why', wide: true },
    ],
    rows.map(({ gate, subject, status, baseline, candidate, unit, ratio, text }) => ({
      ...(STATES[status] === false && { tone: 'bad' as const }),
      cells: [
        gate,
        subject,
        chip(STATES[status], status),
        shown(baseline, unit),
        shown(candidate, unit),
        ratio === undefined ? '–' : `${ratio.value.toFixed(3)} ×`,
        ratio === undefined ? '–' : `${ratio.low.toFixed(3)} – ${ratio.high.toFixed(3)}`,
        ratio === undefined ? '–' : `± ${formatRatio(ratio.floor - 1)}`,
        text,
      ],
    })),
  );
}
