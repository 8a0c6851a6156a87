import { expect, it } from 'vitest';
import { GATE_SCHEMA, type GateReport, type GateRow, sortedRows } from '../model/gate-report.ts';
import { gateAnnotations, gateJunit, gateLines, gateMarkdown, gateText } from './gate-text.ts';

const row = (gate: string, status: GateRow['status'], more: Partial<GateRow> = {}): GateRow => ({
  ...{
    subject: 'candidate against baseline',
    gate,
    status,
    baseline: null,
    candidate: null,
    unit: '',
    text: `why ${gate}`,
  },
  ...more,
});
const report: GateReport = {
  schema: GATE_SCHEMA,
  claimcheck: '0.1.0',
  kind: 'paired',
  outcome: 'regression',
  exitCode: 3,
  summary: 'service.p95; 10 pairs',
  rows: [
    row('metric a', 'reported'),
    row('metric polls', 'pass', {
      ...{ baseline: 3, candidate: 3, unit: 'polls' },
      ratio: { value: 1, low: 1, high: 1, floor: 1.05 },
    }),
    row('validity', 'pass'),
    row('checker b', 'unknown'),
    row('fate lost', 'expected'),
    row('fate void', 'stale'),
    row('metric service.p95', 'fail', {
      ...{ baseline: 60, candidate: 66.18, unit: 'ms', text: 'primary: 100% | fresh' },
      ratio: { value: 1.103, low: 1.094, high: 1.117, floor: 1.05 },
    }),
  ],
};

it('what is worst stands first', () => {
  expect(sortedRows(report.rows).map(({ status }) => status)).toEqual([
    ...['fail', 'stale', 'unknown', 'expected', 'pass', 'pass', 'reported'],
  ]);
});

it('the terminal says what was decided, and the numbers behind it', () => {
  expect(gateText(report).split('\n')).toEqual([
    'gate: REGRESSION; service.p95; 10 pairs',
    '  FAIL      metric service.p95: 60 ms → 66.18 ms (× 1.103 [1.094, 1.117], floor 1.05), primary: 100% | fresh',
    '  STALE     fate void: why fate void',
    '  unknown   checker b: why checker b',
    '  expected  fate lost: why fate lost',
    '  pass      metric polls: 3 polls → 3 polls (× 1.000 [1.000, 1.000], floor 1.05), why metric polls',
    '  reported  metric a: why metric a',
    '  2 of 7 pass',
  ]);
});

it('a pull request is told the same in a table', () => {
  expect(gateMarkdown(report)).toBe(`## Claimcheck gate: REGRESSION

service.p95; 10 pairs

| | gate | baseline | candidate | ratio (95 %) | |
|---|---|---:|---:|---:|---|
| FAIL | metric service.p95 | 60 ms | 66.18 ms | × 1.103 [1.094, 1.117], floor 1.05 | primary: 100% \\| fresh |
| STALE | fate void | none | none |  | why fate void |
| unknown | checker b | none | none |  | why checker b |
| expected | fate lost | none | none |  | why fate lost |
| pass | metric polls | 3 polls | 3 polls | × 1.000 [1.000, 1.000], floor 1.05 | why metric polls |
| reported | metric a | none | none |  | why metric a |
`);
});

it('annotations are errors for what fails and warnings for what is unknown, escaped, ten of each at most', () => {
  expect(gateAnnotations(report)).toEqual([
    '::error title=candidate against baseline%3A fate void::why fate void',
    '::error title=candidate against baseline%3A metric service.p95::60 ms → 66.18 ms (× 1.103 [1.094, 1.117], floor 1.05), primary: 100%25 | fresh',
    '::warning title=candidate against baseline%3A checker b::why checker b',
  ]);
  const many = {
    ...report,
    rows: Array.from({ length: 30 }, (_, index) => row(`x ${index}`, index < 15 ? 'fail' : 'unknown')),
  };
  expect(gateAnnotations(many)).toHaveLength(20);
});

it('JUnit has a case for every row: unknown is an error, expected is skipped', () => {
  const text = gateJunit(report);
  expect(text).toMatch(/<testsuite name="gate candidate against baseline"[^>]* tests="7"/);
  expect(text).toMatch(/<testsuite name="gate[^>]* failures="2"/);
  expect(text).toMatch(/<testsuite name="gate[^>]* errors="1"/);
  expect(text).toMatch(/<testsuite name="gate[^>]* skipped="1"/);
  expect(text).toContain('<system-out>');
});

it('lines are one a row, and the decision last', () => {
  const lines = gateLines(report).map((line): unknown => JSON.parse(line));
  expect(lines).toHaveLength(8);
  expect(lines[0]).toMatchObject({ type: 'gate', gate: 'metric a' });
  expect(lines.at(-1)).toMatchObject({ type: 'decision', outcome: 'regression', exitCode: 3 });
});
