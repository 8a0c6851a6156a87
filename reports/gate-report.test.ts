import { describe, expect, it } from 'vitest';
import type { GateReport, GateRow } from '../harness/model/gate-report.ts';
import { renderGate } from './gate-report.ts';
import { HOSTILE } from './testing/hostile-text.ts';

const base = { baseline: null, candidate: null, unit: '' };
const rows: readonly GateRow[] = [
  { ...base, subject: 'pairs', gate: 'validity', status: 'pass', text: 'no invariant was violated in 12 runs' },
  {
    ...{ subject: 'pairs', gate: 'metric service.p95', status: 'fail', baseline: 100, candidate: 120, unit: 'ms' },
    ...{ ratio: { value: 1.2, low: 1.15, high: 1.24, floor: 1.05 }, text: 'primary; fresh pairs say the same (12)' },
  },
  {
    ...{ subject: HOSTILE, gate: 'fate lost', status: 'stale', baseline: 1, candidate: 0, unit: 'calls' },
    text: HOSTILE,
  },
];
const report: GateReport = {
  ...{ schema: 'claimcheck/gate@1', claimcheck: '0.1.0', kind: 'paired', outcome: 'regression', exitCode: 3 },
  ...{ summary: 'service.p95 is 1.2 times as long', rows },
};

describe('the report of a gate', () => {
  const text = renderGate(report, { directory: 'gated', script: null });

  it('says what was decided, and draws each ratio with its interval and its floor', () => {
    expect(text).toContain('<title>Regression – Claimcheck report</title>');
    expect(text).toContain('service.p95 is 1.2 times as long');
    expect(text.match(/<circle class="middle"/g)).toHaveLength(1);
    expect(text).toContain('1.150 – 1.240');
    expect(text).toContain('± 5 %');
  });

  it('has every row, the worst first, and nothing in it is markup', () => {
    const order = [...text.matchAll(/<th scope="row" class="">([^<]+)<\/th>/g)].map(([, gate]) => gate);
    expect(order).toEqual(['metric service.p95', 'fate lost', 'validity']);
    expect(text).not.toContain(HOSTILE);
  });

  it('draws nothing where nothing was paired', () => {
    const exact = renderGate({ ...report, kind: 'baseline', rows: rows.slice(0, 1) }, { directory: 'x', script: null });
    expect(exact).not.toContain('class="middle"');
    expect(exact).toContain('saved runs against a baseline');
  });
});
