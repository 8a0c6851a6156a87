import { holds, statisticOf } from '../judge/threshold-evaluation.ts';
import { metrics } from '../metrics/index.ts';
import type { GateRow } from '../model/gate-report.ts';
import type { Threshold } from '../plan/threshold.ts';
import type { BaselineRun } from './baseline-file.ts';
import { isSameMachine } from './baseline-gates.ts';
import { BASE_MS_MIN, samplesFor } from './eligibility.ts';

/** A threshold such as `polls-per-task <= baseline * 1.05`, held against a saved run. What cannot be compared is unknown. */
export function baselineThresholdRow(threshold: Threshold, run: BaselineRun, base: BaselineRun): GateRow {
  const plain = { subject: run.key, gate: `threshold ${threshold.expression}` };
  const open = (text: string): GateRow => ({
    ...plain,
    status: 'unknown',
    baseline: null,
    candidate: null,
    unit: '',
    text,
  });
  if (threshold.against === 'paired') return open('it needs pairs: claimcheck gate --paired');
  if (threshold.during !== undefined)
    return open('a saved baseline has no parts of a run; only gate --paired tells them');
  if (run.plan !== base.plan) return open('the baseline was another plan');
  const { subject } = threshold;
  const unit = subject.kind === 'fate' ? 'calls' : (metrics[subject.metric]?.meta.unit ?? '');
  const [before, now] = [numberOf(threshold, base), numberOf(threshold, run)];
  if (before === null || now === null)
    return open(`${before === null ? 'the baseline' : 'this run'} has too few samples, or none`);
  const why = unit === 'ms' && run.time === 'real' ? whyNotTimed(threshold, run, base, before) : null;
  const compared = { ...plain, baseline: before, candidate: now, unit };
  if (why !== null) return { ...compared, status: 'unknown', text: why };
  const isMet = holds(now, { operator: threshold.operator, bound: before * threshold.bound });
  return { ...compared, status: isMet ? 'pass' : 'fail', text: isMet ? 'met' : 'missed' };
}

function whyNotTimed({ subject }: Threshold, run: BaselineRun, base: BaselineRun, before: number): string | null {
  if (!isSameMachine(run, base))
    return 'the baseline was taken on another machine, and times of two machines say nothing of a server';
  if (before < BASE_MS_MIN)
    return `the baseline is under ${BASE_MS_MIN} ms, where the machine is measured and not the server`;
  if (subject.kind !== 'metric') return null;
  const quantile = /^p(\d\d)$/.exec(subject.statistic)?.[1];
  const value = base.metrics[subject.metric];
  if (quantile === undefined || value?.type !== 'trend') return null;
  const needed = samplesFor(Number(quantile) / 100);
  return value.count < needed ? `${value.count} samples, and this percentile needs ${needed}` : null;
}

function numberOf({ subject }: Threshold, run: BaselineRun): number | null {
  if (subject.kind === 'fate') return run.fates[subject.fate] ?? 0;
  const value = run.metrics[subject.metric];
  if (value === undefined) return null;
  return statisticOf(value, subject.kind === 'curve' ? `at:${subject.at}` : subject.statistic);
}
