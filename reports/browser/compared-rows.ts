import type { MetricValue } from '../../harness/model/metric-value.ts';
import { formatCount, formatValue, nameOfId } from '../format.ts';
import type { PageVerdict } from '../page-run.ts';

/** One thing that both runs have, as text. */
export interface ComparedRow {
  readonly name: string;
  readonly values: readonly [own: string, other: string];
  /** '' where there is none. */
  readonly ratio: string;
  readonly differs: boolean;
}

/** Verdict, fates and checks of two runs, then their metrics, number by number. */
export function comparedRows(own: PageVerdict, other: PageVerdict): readonly ComparedRow[] {
  const words = ({ valid }: PageVerdict) => (valid === true ? 'valid' : valid === false ? 'not valid' : 'unknown');
  const about = ({ target, scenario, seed }: PageVerdict) =>
    [scenario, `seed ${seed}`, target.dialect, target.transport, target.store]
      .filter((part) => part !== null)
      .join(', ');
  const fates = namesOf(own.fates, other.fates).map((fate) =>
    counts(`Calls ${fate}`, own.fates[fate], other.fates[fate]),
  );
  const checks = own.checkers.flatMap(({ id, title, valid }) => {
    const theirs = other.checkers.find((checker) => checker.id === id)?.valid;
    return theirs === valid ? [] : [row(title, stateText(valid), stateText(theirs))];
  });
  const metrics = namesOf(own.metrics, other.metrics).flatMap((id) =>
    metricRows(id, own.metrics[id], other.metrics[id]),
  );
  return [
    row('Run', about(own), about(other)),
    row('Verdict', words(own), words(other)),
    ...fates,
    ...checks,
    ...metrics,
  ];
}

function metricRows(id: string, own: MetricValue | undefined, other: MetricValue | undefined): readonly ComparedRow[] {
  const name = nameOfId(id);
  if (own?.type === 'trend' || other?.type === 'trend') {
    const [a, b] = [own?.type === 'trend' ? own : null, other?.type === 'trend' ? other : null];
    const unit = (a ?? b)?.unit ?? '';
    return [
      counts(`${name}, samples`, a?.count, b?.count),
      numbers(`${name}, p50`, [a?.p50, b?.p50], unit),
      numbers(`${name}, p95`, [a?.p95, b?.p95], unit),
      numbers(`${name}, p99`, [a?.p99, b?.p99], unit),
    ];
  }
  const numberIn = (value: MetricValue | undefined) =>
    value?.type === 'counter' || value?.type === 'rate' ? value.value : undefined;
  const unit = own?.type === 'rate' || other?.type === 'rate' ? 'ratio' : '';
  return own?.type === 'curve' || other?.type === 'curve'
    ? []
    : [numbers(name, [numberIn(own), numberIn(other)], unit)];
}

function numbers(
  name: string,
  [own, other]: readonly [own: number | null | undefined, other: number | null | undefined],
  unit: string,
): ComparedRow {
  const text = (value: number | null | undefined) => (value == null ? 'none, or too few' : formatValue(value, unit));
  const ratio = own == null || other == null || own === 0 ? '' : `${(other / own).toFixed(3)} ×`;
  return { ...row(name, text(own), text(other)), ratio };
}

function counts(name: string, own: number | undefined, other: number | undefined): ComparedRow {
  return row(name, formatCount(own ?? 0), formatCount(other ?? 0));
}

function row(name: string, own: string, other: string): ComparedRow {
  return { name, values: [own, other], ratio: '', differs: own !== other };
}

function stateText(valid: PageVerdict['checkers'][number]['valid'] | undefined): string {
  if (valid === undefined) return 'not checked';
  return valid === true ? 'holds' : valid === false ? 'violated' : valid.replace('-', ' ');
}

function namesOf(own: object, other: object): readonly string[] {
  return [...new Set([...Object.keys(own), ...Object.keys(other)])];
}
