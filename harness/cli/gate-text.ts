import { type GateReport, type GateRow, type GateStatus, sortedRows } from '../model/gate-report.ts';
import { ANNOTATIONS_MAX, command } from './reporters/github.ts';
import { fail, legal, loadBuilder, skip } from './reporters/junit.ts';

const WORDS: Readonly<Record<GateStatus, string>> = {
  pass: 'pass',
  fail: 'FAIL',
  unknown: 'unknown',
  expected: 'expected',
  stale: 'STALE',
  reported: 'reported',
};
const OUTCOMES = { regression: 'REGRESSION', 'no-regression': 'no regression', inconclusive: 'inconclusive' } as const;
// A comment on a pull request is read, not searched; gate.json has every row.
const MARKDOWN_ROWS_MAX = 40;

/** The terminal: what was decided, then every row that is not a plain pass. */
export function gateText(report: GateReport): string {
  const passed = report.rows.filter(({ status }) => status === 'pass').length;
  const lines = sortedRows(report.rows)
    .filter(({ status, ratio }) => status !== 'pass' || ratio !== undefined)
    .map((row) => `  ${WORDS[row.status].padEnd(9)} ${row.gate}: ${numbersOf(row)}${row.text}`);
  return [
    `gate: ${OUTCOMES[report.outcome]}; ${report.summary}`,
    ...lines,
    `  ${passed} of ${report.rows.length} pass`,
  ].join('\n');
}

/** For a pull request, and for the job summary of GitHub. */
export function gateMarkdown(report: GateReport): string {
  const rows = sortedRows(report.rows).filter(({ status, ratio }) => status !== 'pass' || ratio !== undefined);
  const table = rows.slice(0, MARKDOWN_ROWS_MAX).map((row) => {
    const cells = [
      WORDS[row.status],
      row.gate,
      shown(row.baseline, row.unit),
      shown(row.candidate, row.unit),
      ratioText(row),
      row.text,
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  });
  const more = rows.length - table.length;
  const head = ['| | gate | baseline | candidate | ratio (95 %) | |', '|---|---|---:|---:|---:|---|'];
  return [
    `## Claimcheck gate: ${OUTCOMES[report.outcome]}`,
    '',
    `${report.summary}`,
    ...(table.length === 0 ? [] : ['', ...head, ...table]),
    ...(more > 0 ? ['', `and ${more} more in gate.json`] : []),
    '',
  ].join('\n');
}

/** `::error` for what fails and `::warning` for what is unknown, as many as GitHub shows. */
export function gateAnnotations(report: GateReport): readonly string[] {
  const of = (level: 'error' | 'warning', statuses: readonly GateStatus[]) =>
    report.rows
      .filter(({ status }) => statuses.includes(status))
      .slice(0, ANNOTATIONS_MAX)
      .map((row) => command(level, `${row.subject}: ${row.gate}`, `${numbersOf(row)}${row.text}`));
  return [...of('error', ['fail', 'stale']), ...of('warning', ['unknown'])];
}

/** One suite a subject, one case a row. Unknown is an error, never a pass; what only is reported stands in system-out. */
export function gateJunit(report: GateReport): string {
  const builder = loadBuilder().newBuilder();
  for (const subject of new Set(report.rows.map((row) => row.subject))) {
    const suite = builder.testSuite().name(legal(`gate ${subject}`));
    for (const row of report.rows.filter((one) => one.subject === subject)) {
      const test = suite.testCase().className(`gate.${report.kind}`).name(legal(row.gate));
      const text = legal(`${numbersOf(row)}${row.text}`);
      if (row.status === 'fail' || row.status === 'stale') fail(test, row.status, text);
      else if (row.status === 'unknown') test.error(text, 'unknown', text);
      else if (row.status === 'expected') skip(test, text);
      else if (row.status === 'reported') test.standardOutput(text);
    }
  }
  return builder.build();
}

/** One line a row, then the report without them. */
export function gateLines(report: GateReport): readonly string[] {
  const { rows, ...rest } = report;
  return [
    ...rows.map((row) => JSON.stringify({ type: 'gate', ...row })),
    JSON.stringify({ type: 'decision', ...rest }),
  ];
}

function numbersOf(row: GateRow): string {
  if (row.baseline === null && row.candidate === null) return '';
  const ratio = row.ratio === undefined ? '' : ` (${ratioText(row)})`;
  return `${shown(row.baseline, row.unit)} → ${shown(row.candidate, row.unit)}${ratio}, `;
}

/** × 1.103 [1.094, 1.117], floor 1.05: above 1 is worse. */
function ratioText({ ratio }: GateRow): string {
  if (ratio === undefined) return '';
  const { value, low, high, floor } = ratio;
  return `× ${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}], floor ${floor.toFixed(2)}`;
}

function shown(value: number | null, unit: string): string {
  return value === null ? 'none' : `${Math.round(value * 1000) / 1000}${unit === '' ? '' : ` ${unit}`}`;
}
