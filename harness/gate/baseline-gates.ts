import { statisticOf } from '../judge/threshold-evaluation.ts';
import { metrics } from '../metrics/index.ts';
import type { GateRow } from '../model/gate-report.ts';
import type { MetricValue } from '../model/metric-value.ts';
import type { BaselineRun, ExpectedFailure } from './baseline-file.ts';

/** What a metric's one number is called where runs are compared: the statistic that moves with all of it. */
const STATISTIC: Readonly<Record<MetricValue['type'], string>> = {
  trend: 'mean',
  counter: 'value',
  rate: 'rate',
  curve: '',
};

/**
 * A run held against the same run of a baseline, exactly where exactness means something: invariants, fates, phantom effects, what
 * was zero, and, in virtual time, every number. Other numbers of real time are reported: one run against one run decides nothing
 * about them; a threshold with a factor, or a gate with pairs, does.
 */
export function baselineRows(run: BaselineRun, base: BaselineRun): readonly GateRow[] {
  if (run.plan !== base.plan) {
    const text = 'the baseline was another plan (other calls, faults, agents or load); nothing can be compared';
    return [row(run.key, 'plan', 'unknown', text)];
  }
  return [...checkerRows(run, base), ...fateRows(run, base), ...metricRows(run, base)];
}

/** Failures that are known become 'expected'; entries that nothing fails are stale, and fail. Only entries of runs that took place. */
export function withExpected(
  rows: readonly GateRow[],
  expected: readonly ExpectedFailure[],
  runs: ReadonlySet<string>,
): readonly GateRow[] {
  const used = new Set<ExpectedFailure>();
  const excused = rows.map((one): GateRow => {
    if (one.status !== 'fail') return one;
    const entry = expected.find(({ run, gate }) => run === one.subject && gate === one.gate);
    if (entry === undefined) return one;
    used.add(entry);
    return { ...one, status: 'expected', text: `${one.text}; expected: ${entry.reason}` };
  });
  const stale = expected
    .filter((entry) => !used.has(entry) && runs.has(entry.run))
    .map(({ run, gate, reason }) =>
      row(run, gate, 'stale', `it does not fail any more; take it out of the expected failures (it said: ${reason})`),
    );
  return [...excused, ...stale];
}

/** An invariant that is violated fails whatever the baseline was; one that lost its evidence is unknown. */
function checkerRows(run: BaselineRun, base: BaselineRun): readonly GateRow[] {
  const ids = new Set([...Object.keys(run.checkers), ...Object.keys(base.checkers)]);
  return [...ids].sort().map((id) => {
    const gate = `checker ${id}`;
    const [now, before] = [run.checkers[id], base.checkers[id]];
    if (now === undefined) return row(run.key, gate, 'unknown', 'this checker is not there any more');
    if (now === false) {
      return row(
        run.key,
        gate,
        'fail',
        before === false ? 'violated, as in the baseline' : 'violated, and was not in the baseline',
      );
    }
    const hadEvidence = before === true || before === false;
    if (now === 'unknown' || (now === 'not-applicable' && hadEvidence)) {
      return row(run.key, gate, 'unknown', `${now}; the baseline said ${before ?? 'nothing'}`);
    }
    return row(run.key, gate, 'pass', now === true ? 'holds' : 'not applicable, as in the baseline');
  });
}

function fateRows(run: BaselineRun, base: BaselineRun): readonly GateRow[] {
  const fates = [...new Set([...Object.keys(run.fates), ...Object.keys(base.fates)])].sort();
  return [
    ...fates.map((fate) =>
      exactRow(run.key, {
        gate: `fate ${fate}`,
        unit: 'calls',
        now: run.fates[fate] ?? 0,
        before: base.fates[fate] ?? 0,
        better: fate === 'settled-ok' ? 'higher' : 'lower',
      }),
    ),
    exactRow(run.key, { gate: 'phantom', unit: 'effects', now: run.phantom, before: base.phantom, better: 'lower' }),
  ];
}

function metricRows(run: BaselineRun, base: BaselineRun): readonly GateRow[] {
  const isVirtual = run.time === 'virtual' && base.time === 'virtual';
  return Object.entries(base.metrics).flatMap(([id, before]): readonly GateRow[] => {
    const meta = metrics[id]?.meta;
    const now = run.metrics[id];
    if (meta === undefined) return [];
    if (now === undefined)
      return [row(run.key, `metric ${id}`, 'unknown', 'the baseline has this number, and this run has none')];
    return statisticsOf(before, isVirtual).map((statistic): GateRow => {
      const gate = `metric ${id}${statistic.startsWith('at:') ? `.at(${statistic.slice(3)})` : `.${statistic}`}`;
      const [was, is] = [statisticOf(before, statistic), statisticOf(now, statistic)];
      if (was === null) return row(run.key, gate, 'reported', 'the baseline holds too few samples');
      if (is === null)
        return row(run.key, gate, 'unknown', 'the baseline has this number, and this run too few samples');
      const compared = { gate, unit: meta.unit, now: is, before: was };
      if (meta.better === 'neither') return reported(run.key, compared, 'it has no better side');
      if (isVirtual || (meta.unit !== 'ms' && was === 0))
        return exactRow(run.key, { ...compared, better: meta.better });
      if (meta.unit === 'ms' && !isSameMachine(run, base))
        return reported(run.key, compared, 'another machine: not comparable');
      return reported(run.key, compared, 'one run against one run decides nothing about it');
    });
  });
}

/** Times may be compared: both were taken on machines of one kind, or on none. */
export function isSameMachine(run: BaselineRun, base: BaselineRun): boolean {
  if (run.time !== base.time) return false;
  return run.time === 'virtual' || (run.fingerprint !== null && run.fingerprint === base.fingerprint);
}

/** In virtual time every number of a metric is the same again; in real time one says it. */
function statisticsOf(value: MetricValue, isVirtual: boolean): readonly string[] {
  if (value.type === 'curve') return isVirtual ? Object.keys(value.at).map((point) => `at:${point}`) : [];
  if (value.type === 'trend' && isVirtual) return ['mean', 'p50', 'p95', 'max', 'censored'];
  return [STATISTIC[value.type]];
}

interface Compared {
  readonly gate: string;
  readonly unit: string;
  readonly now: number;
  readonly before: number;
}

function exactRow(subject: string, compared: Compared & { readonly better: 'lower' | 'higher' }): GateRow {
  const { gate, unit, now, before, better } = compared;
  const isWorse = better === 'lower' ? now > before : now < before;
  const text = now === before ? 'the same' : isWorse ? 'worse than the baseline' : 'better than the baseline';
  return { subject, gate, status: isWorse ? 'fail' : 'pass', baseline: before, candidate: now, unit, text };
}

function reported(subject: string, { gate, unit, now, before }: Compared, text: string): GateRow {
  return { subject, gate, status: 'reported', baseline: before, candidate: now, unit, text };
}

function row(subject: string, gate: string, status: GateRow['status'], text: string): GateRow {
  return { subject, gate, status, baseline: null, candidate: null, unit: '', text };
}
