import type { Calibration, CalibrationComparison, CalibrationRow } from '../../harness/model/calibration.ts';
import { formatCount, formatMs, formatValue, plural } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { type Column, chip, facts, type TableRow, table } from '../table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'Number' },
  { title: 'Real: median', numeric: true },
  { title: 'Range of the real runs', numeric: true },
  { title: 'Virtual', numeric: true },
  { title: 'Difference', numeric: true },
  { title: 'Verdict' },
  { title: 'Why', wide: true },
];

const WORDS: Readonly<Record<CalibrationRow['verdict'], { readonly valid: boolean | 'unknown' | 'not-applicable' }>> = {
  equal: { valid: true },
  within: { valid: true },
  tie: { valid: true },
  explained: { valid: true },
  differs: { valid: false },
  unexplained: { valid: false },
  shown: { valid: 'not-applicable' },
  unknown: { valid: 'unknown' },
};

/** What all comparisons come to, and by which rules they were judged. */
export function calibrationSummary({ comparisons, machine }: Calibration, ids: readonly string[]): Markup {
  const rows = comparisons.map((comparison, index): TableRow => {
    const { scenario, target, isFaultless, rows: numbers, ties, directories } = comparison;
    const counts = numbers.filter(({ kind }) => kind === 'count');
    const equal = counts.filter(({ verdict }) => verdict === 'equal').length;
    const apart = numbers.filter(({ verdict }) => verdict === 'differs' || verdict === 'unexplained').length;
    return {
      cells: [
        html`<a href="#${ids[index] ?? ''}">${scenario}</a>`,
        `${target.dialect}, ${target.transport}${target.store === null ? '' : `, ${target.store}`}`,
        formatCount(directories.real.length),
        isFaultless ? `${equal} of ${counts.length}` : 'not judged',
        formatCount(ties.length),
        formatCount(apart),
        chip(
          comparison.agrees,
          comparison.agrees === true ? 'agrees' : comparison.agrees === false ? 'differs' : 'unknown',
        ),
      ],
    };
  });
  return html`<p>The same plans ran on real processes and in virtual time: the same calls, the same durations, the same faults. Only the time differs, and what stands in for the machine.</p>
${facts([
  ['One message, one way', rangeText(machine.linkMs)],
  ['One way to the store', rangeText(machine.storeMs)],
  ['Start of a process', rangeText(machine.bootMs)],
])}
${table('Plans', [{ title: 'Scenario' }, { title: 'Server' }, { title: 'Real runs', numeric: true }, { title: 'Counts equal', numeric: true }, { title: 'Ties', numeric: true }, { title: 'Not explained', numeric: true }, { title: 'Verdict' }], rows)}
<p class="note">Without faults every count must be exactly equal. A time must lie in the range of the real runs, widened by what timers are late; where it does not, the reason is named and its size was measured in the same runs. “Explained” is not “the same”: virtual time charges no CPU, so its receipts come sooner than those of a busy machine. With faults, fates and checks must agree, and numbers are shown beside each other without a verdict.</p>`;
}

/** One plan: how its times were held against each other, number by number. */
export function calibrationTable(comparison: CalibrationComparison): Markup {
  const { rows, checks, ties, noise, pollMarginMs, directories, isFaultless } = comparison;
  const silent = rows.filter(isSilent);
  const apart = checks.filter(({ agrees }) => !agrees);
  return html`${facts([
    ['An exchange through the harness, at rest', noise.floorMs === null ? 'not measured' : formatMs(noise.floorMs)],
    ['Requests under way at once, at most', formatCount(noise.exchangesAtOnce)],
    ['Polls late by (p95)', noise.latenessMs === null ? 'not known' : formatMs(noise.latenessMs)],
    ['Work ends from a poll at least', pollMarginMs === null ? 'as planned' : formatMs(pollMarginMs)],
  ])}
${table(isFaultless ? 'Real against virtual' : 'Real beside virtual, under faults', COLUMNS, rows.filter((row) => !isSilent(row)).map(rowOf))}
<p class="note">${plural(silent.length, 'count')} of samples or of nothing at all ${silent.length === 1 ? 'is' : 'are'} equal in every run and left out. ${
    apart.length === 0
      ? `All ${formatCount(checks.length)} checks come out the same.`
      : `Checks that come out differently: ${apart.map(({ title }) => title).join(', ')}.`
  }</p>
${ties.length > 0 && html`<ul>${ties.map((tie) => html`<li>Call ${tie.call}: ${plural(tie.pollsReal, 'poll')} in real run ${tie.run + 1}, ${plural(tie.pollsVirtual, 'poll')} in virtual time. Its work ended within ${formatMs(tie.apartMs)} of poll ${tie.poll}, so either is right.</li>`)}</ul>`}
<p class="note">Runs: ${[...directories.real, directories.virtual ?? ''].filter((path) => path !== '').map((path) => html`<code>${path}</code> `)}</p>`;
}

/** Nothing to see: the same everywhere, and nothing happened. */
function isSilent({ low, high, virtual, statistic }: CalibrationRow): boolean {
  return low === virtual && high === virtual && (virtual === 0 || statistic === 'samples');
}

function rowOf(row: CalibrationRow): TableRow {
  const { title, metric, statistic, unit, median, low, high, virtual, difference, verdict, cause } = row;
  const shown = (value: number | null) => formatValue(value, unit);
  const name = statistic === 'value' ? '' : `, ${statistic}`;
  const { valid } = WORDS[verdict];
  return {
    ...(valid === false ? { tone: 'bad' as const } : {}),
    cells: [
      html`${title}${name} <code class="id">${metric}</code>`,
      shown(median),
      low === high ? '' : `${shown(low)} – ${shown(high)}`,
      shown(virtual),
      difference !== null && difference > 0 ? `+${shown(difference)}` : shown(difference),
      chip(valid, verdict),
      cause ?? '',
    ],
  };
}

function rangeText([from, to]: readonly [number, number]): string {
  return `${from} to ${to} ms`;
}
