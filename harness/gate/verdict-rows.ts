import type { GateRow, GateStatus } from '../model/gate-report.ts';
import type { Verdict } from '../model/verdict.ts';

/** What a verdict says by itself, whatever it is compared with: its thresholds, and demanded situations that it did not reach. */
export function verdictRows(subject: string, verdict: Verdict): readonly GateRow[] {
  const row = (gate: string, status: GateStatus, text: string, candidate: number | null = null): GateRow => ({
    ...{ subject, gate, status, baseline: null, candidate, unit: '', text },
  });
  const thresholds = verdict.thresholds
    .filter(({ applicable }) => applicable !== false)
    .map(({ expression, valid, value, reason }) => {
      const gate = `threshold ${expression}`;
      if (valid === 'unknown') return row(gate, 'unknown', reason ?? 'no evidence', value);
      return row(gate, valid ? 'pass' : 'fail', valid ? 'met' : 'missed', value);
    });
  const missed = verdict.coverage.filter(
    ({ required, reached, applicable }) => required && reached === 0 && applicable !== false,
  );
  const situations = missed.map(({ id, title }) => row(`situation ${id}`, 'unknown', `not reached: ${title}`));
  const notRun = verdict.notRun === undefined ? [] : [row('run', 'unknown', `not run: ${verdict.notRun}`)];
  return [...notRun, ...thresholds, ...situations];
}

/** Violated invariants, for a run that has no baseline to be compared with. */
export function violationRows(subject: string, { checkers }: Verdict): readonly GateRow[] {
  return checkers
    .filter(({ valid }) => valid === false)
    .map(({ id }) => ({
      subject,
      gate: `checker ${id}`,
      status: 'fail',
      baseline: null,
      candidate: null,
      unit: '',
      text: 'violated',
    }));
}
