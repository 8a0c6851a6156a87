import type { MetricValue } from '../../harness/model/metric-value.ts';
import { FATES } from '../../harness/model/verdict.ts';
import { formatCount, formatValue, headline } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { metricName } from '../metric-row.ts';
import type { MetricWords, ReportRun } from '../report-run.ts';
import { chip, type TableRow, table } from '../table.ts';

/** Several runs side by side: verdicts, fates, then the headline of each metric. */
export function comparison(runs: readonly ReportRun[], words: MetricWords, hrefs: readonly string[]): Markup {
  const names = runNames(runs);
  const columns = [{ title: '' }, ...names.map((name) => ({ title: name, numeric: true }))];
  const verdicts: TableRow = {
    tone: 'total',
    cells: [
      'Verdict',
      ...runs.map(
        (run, index) =>
          html`<a href="${hrefs[index] ?? '#'}">${chip(run.verdict.valid, run.verdict.valid === true ? 'valid' : run.verdict.valid === false ? 'not valid' : 'unknown')}</a>`,
      ),
    ],
  };
  const violated: TableRow = {
    cells: [
      'Violated',
      ...runs.map(
        (run) =>
          run.verdict.checkers
            .filter((checker) => checker.valid === false)
            .flatMap((checker) => checker.invariants)
            .join(', ') || 'none',
      ),
    ],
  };
  const fates = FATES.filter((fate) => runs.some((run) => (run.verdict.fates[fate] ?? 0) > 0)).map(
    (fate): TableRow => ({ cells: [fate, ...runs.map((run) => formatCount(run.verdict.fates[fate] ?? 0))] }),
  );
  const ids = [...new Set(runs.flatMap((run) => Object.keys(run.verdict.metrics)))];
  const metrics = ids.map(
    (id): TableRow => ({
      cells: [
        metricName(id, words),
        ...comparedCells(
          runs.map((run) => run.verdict.metrics[id]),
          words[id]?.better,
        ),
      ],
    }),
  );
  const apart =
    new Set(runs.map((run) => JSON.stringify(run.environment.machine ?? run.environment.cpu ?? null))).size > 1;
  return html`${table('Verdict and fates of each run', columns, [verdicts, violated, ...fates])}
${table('Metrics of each run', columns, metrics)}
<p class="note">The best value of a row is marked ★ where better is defined and the values differ. One run each: small differences in time are noise.${apart && ' These runs come from different machines: do not compare their times.'}</p>`;
}

function comparedCells(
  values: readonly (MetricValue | undefined)[],
  better: 'lower' | 'higher' | 'neither' | undefined,
): readonly (Markup | string)[] {
  const heads = values.map((value) => (value === undefined ? null : headline(value)));
  const numbers = heads.flatMap((head) => (head?.value == null ? [] : [head.value]));
  const best = better === 'lower' ? Math.min(...numbers) : better === 'higher' ? Math.max(...numbers) : Number.NaN;
  const differ = new Set(numbers).size > 1;
  return heads.map((head) => {
    if (head === null || head.value === null) return '–';
    return html`${differ && head.value === best && html`<span class="best" title="best">★</span> `}${formatValue(head.value, head.unit)} <small>${head.what}</small>`;
  });
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
