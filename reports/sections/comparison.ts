import type { MetricValue } from '../../harness/model/metric-value.ts';
import { FATES } from '../../harness/model/verdict.ts';
import { FATE_WORDS } from '../fate-words.ts';
import { formatCount, formatRatio, formatValue, headline, plural, STATISTICS } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { metricName } from '../metric-row.ts';
import type { MetricWords, ReportRun } from '../report-run.ts';
import { chip, type TableRow, table } from '../table.ts';

/** Closer than this, times of single runs do not tell anything apart. */
const TIMES_APART = 1.25;

/** A run with a smaller share of the samples of the fullest one is short of them. */
const SAMPLES_ENOUGH = 0.9;

/** Several runs side by side: verdicts, fates, the checks that differ, then the headline of each metric. */
export function comparison(runs: readonly ReportRun[], words: MetricWords, hrefs: readonly string[]): Markup {
  const columns = [{ title: 'Run' }, ...runNames(runs).map((name) => ({ title: name, numeric: true }))];
  const ids = [...new Set(runs.flatMap((run) => Object.keys(run.verdict.metrics)))];
  const metrics = ids.map((id) => {
    const { cells, differ } = comparedCells(
      runs.map(({ verdict }) => ({ value: verdict.metrics[id], isValid: verdict.valid === true })),
      words[id]?.better,
    );
    return { differ, row: { cells: [metricName(id, words), ...cells] } };
  });
  const equal = metrics.filter(({ differ }) => !differ).map(({ row }) => row);
  const different = metrics.filter(({ differ }) => differ).map(({ row }) => row);
  const rows = [verdictRow(runs, hrefs), violatedRow(runs), faultsRow(runs), ...fateRows(runs), ...checkRows(runs)];
  return html`${table('Verdict, fates and checks of each run', columns, rows)}
${different.length > 0 && table('Metrics in which the runs differ', columns, different)}
${equal.length > 0 && html`<details><summary>${plural(equal.length, 'metric')} with the same value in every run that has one</summary>${table('Metrics that are the same in every run', columns, equal)}</details>`}
<p class="note">★ marks the best value of a row among valid runs, where one is better than another. Times get one only where no run is short of samples and the best is at least ${formatRatio(TIMES_APART - 1)} apart from the next: one run each says little about small differences. “Never” counts what gave no sample, such as a task that never finished.${isApart(runs) && ' These runs come from different machines: do not compare their times.'}</p>`;
}

function verdictRow(runs: readonly ReportRun[], hrefs: readonly string[]): TableRow {
  const cells = runs.map(({ verdict }, index) => {
    const word = verdict.valid === true ? 'valid' : verdict.valid === false ? 'not valid' : 'unknown';
    return html`<a href="${hrefs[index] ?? '#'}">${chip(verdict.valid, word)}</a>`;
  });
  return { tone: 'total', cells: ['Verdict', ...cells] };
}

function violatedRow(runs: readonly ReportRun[]): TableRow {
  const codes = runs.map((run) =>
    run.verdict.checkers.filter((checker) => checker.valid === false).flatMap((checker) => checker.invariants),
  );
  return { cells: ['Promises broken', ...codes.map((list) => list.join(', ') || 'none')] };
}

function faultsRow(runs: readonly ReportRun[]): TableRow {
  const struck = runs.map(({ verdict }) => verdict.faults.reduce((sum, row) => sum + row.verified, 0));
  return { cells: ['Faults that struck', ...struck.map(formatCount)] };
}

function fateRows(runs: readonly ReportRun[]): readonly TableRow[] {
  return FATES.filter((fate) => runs.some((run) => (run.verdict.fates[fate] ?? 0) > 0)).map((fate) => ({
    cells: [
      html`<span class="swatch ${FATE_WORDS[fate].tone}"></span>Calls ${fate}<br><small>${FATE_WORDS[fate].meaning}</small>`,
      ...runs.map((run) => formatCount(run.verdict.fates[fate] ?? 0)),
    ],
  }));
}

/** Only the checks that did not come out the same everywhere. */
function checkRows(runs: readonly ReportRun[]): readonly TableRow[] {
  const titles = new Map(runs.flatMap(({ verdict }) => verdict.checkers.map(({ id, title }) => [id, title] as const)));
  return [...titles].flatMap(([id, title]) => {
    const results = runs.map(({ verdict }) => verdict.checkers.find((checker) => checker.id === id)?.valid);
    if (new Set(results).size === 1) return [];
    return [{ cells: [title, ...results.map((valid) => (valid === undefined ? '–' : chip(valid)))] }];
  });
}

function isApart(runs: readonly ReportRun[]): boolean {
  return new Set(runs.map(({ environment }) => JSON.stringify(environment.fingerprint ?? null))).size > 1;
}

/** All cells of a row show the same statistic, the sharpest for which every run has samples enough. */
function comparedCells(
  measured: readonly { readonly value: MetricValue | undefined; readonly isValid: boolean }[],
  better: 'lower' | 'higher' | 'neither' | undefined,
): { readonly cells: readonly (Markup | string)[]; readonly differ: boolean } {
  const values = measured.map(({ value }) => value);
  const trends = values.flatMap((value) => (value?.type === 'trend' && value.count > 0 ? [value] : []));
  const statistic = STATISTICS.find((name) => trends.every((value) => value[name] !== null));
  const heads = values.map((value) => (value === undefined ? null : headline(value, statistic)));
  const texts = heads.map((head) => (head === null || head.value === null ? '–' : formatValue(head.value, head.unit)));
  // A server that loses its work is quick and asked little: only valid runs compete.
  const competing = heads.filter((_, index) => measured[index]?.isValid === true);
  const best = isShort(values) ? null : bestOf(competing, better);
  const cells = heads.map((head, index) => {
    if (head === null) return '–';
    const isBest = best !== null && head.value === best && measured[index]?.isValid === true;
    const star = isBest && html`<span class="best" title="best">★</span> `;
    return html`${star}${texts[index] ?? ''} <small>${head.what}</small>`;
  });
  return { cells, differ: new Set(texts.filter((text) => text !== '–')).size > 1 };
}

/** Work that never gave a sample would have been the slowest: then no value of this row is the best. */
function isShort(values: readonly (MetricValue | undefined)[]): boolean {
  const trends = values.flatMap((value) => (value?.type === 'trend' ? [value] : []));
  const countMax = Math.max(...trends.map(({ count }) => count));
  return trends.some(({ count, censored }) => censored > 0 || count < countMax * SAMPLES_ENOUGH);
}

function bestOf(
  heads: readonly ({ readonly value: number | null; readonly unit: string } | null)[],
  better: 'lower' | 'higher' | 'neither' | undefined,
): number | null {
  if (better !== 'lower' && better !== 'higher') return null;
  const numbers = heads.flatMap((head) => (head?.value == null ? [] : [head.value]));
  const [best, next] = [...new Set(numbers)].sort((a, b) => (better === 'lower' ? a - b : b - a));
  if (best === undefined || next === undefined) return null;
  const isTime = heads.some((head) => head?.unit === 'ms');
  const [small, large] = best < next ? [best, next] : [next, best];
  // Below a millisecond the clocks and the scheduler are what is measured.
  return isTime && (large < small * TIMES_APART || large - small < 1) ? null : best;
}

/** What tells the runs apart: only the parts in which they differ. */
export function runNames(runs: readonly ReportRun[]): readonly string[] {
  const parts = runs.map(({ verdict: { scenario, target, seed } }) => [
    scenario,
    target.dialect,
    target.transport,
    target.store ?? '',
    target.queue ?? '',
    target.backoff,
    target.load,
    `${target.agents} agents`,
    `seed ${seed}`,
  ]);
  const telling = (parts[0] ?? []).map((_, index) => new Set(parts.map((list) => list[index])).size > 1);
  return parts.map(
    (list, run) => list.filter((part, index) => part !== '' && telling[index] === true).join(' · ') || `run ${run + 1}`,
  );
}
