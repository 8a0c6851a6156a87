import Table from 'cli-table3';
import type { Calibration, CalibrationComparison, CalibrationRow } from '../model/calibration.ts';

/** One table a plan, a line a number; counts that are 0 and equal everywhere are summed up below it. */
export function comparisonText(comparison: CalibrationComparison): string {
  const { rows, ties, checks, noise } = comparison;
  const table = new Table({
    head: ['number', '', 'real: median', 'range', 'virtual', 'difference', ''],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.filter((row) => !isShort(row)).map(cellsOf));
  const silent = rows.filter(isShort);
  const apart = checks.filter(({ agrees }) => !agrees);
  return [
    headOf(comparison),
    table.toString(),
    ...(silent.length > 0
      ? [`equal in every run and not shown: ${silent.length} counts of samples, or of nothing at all`]
      : []),
    ...checksText(checks.length, apart),
    ...ties.map(
      ({ call, poll, run, pollsReal, pollsVirtual, apartMs }) =>
        `tie: call ${call}: ${pollsReal} polls in real run ${run + 1}, ${pollsVirtual} in virtual time; its work ended within ${apartMs} ms of poll ${poll}`,
    ),
    ...causesOf(rows),
    modelText(rows),
    `measured here: timers ±${noise.timerMs} ms, an exchange through the harness at rest: ${ms(noise.floorMs)}, up to ${noise.exchangesAtOnce} requests at once, polls late by ${ms(noise.latenessMs)}`,
  ].join('\n');
}

/** What the model of the machine could be fitted to. */
function modelText(rows: readonly CalibrationRow[]): string {
  const parts = [
    ['a receipt', 'ack-latency'],
    ['a read', 'read-latency'],
    ['a boot', 'boot-time'],
  ].flatMap(([name, metric]) => {
    const row = rows.find((one) => one.metric === metric && one.statistic !== 'samples' && one.statistic !== 'never');
    return row === undefined ? [] : [`${name} ${ms(row.median)} (virtual ${ms(row.virtual)})`];
  });
  return `beside the model: ${parts.join(', ')}; change it with --link, --store-latency and --boot`;
}

/** Nothing to see: the same everywhere, and nothing happened. */
function isShort({ low, high, virtual, statistic }: CalibrationRow): boolean {
  return low === virtual && high === virtual && (virtual === 0 || statistic === 'samples');
}

/** The last lines: what all tables come to. */
export function calibrationConclusion({ comparisons, machine }: Calibration): string {
  const of = (agrees: CalibrationComparison['agrees']) => comparisons.filter((one) => one.agrees === agrees).length;
  const model = `link ${range(machine.linkMs)}, store ${range(machine.storeMs)}, boot ${range(machine.bootMs)}`;
  const counts = comparisons.flatMap(({ isFaultless, rows }) =>
    isFaultless ? rows.filter(({ kind }) => kind === 'count') : [],
  );
  const equal = counts.filter(({ verdict }) => verdict === 'equal').length;
  return [
    `the model of the machine: ${model}`,
    `calibration: ${of(true)} of ${comparisons.length} plans agree, ${of(false)} do not, ${of('unknown')} could not be compared; ` +
      `without faults ${equal} of ${counts.length} counts are exactly equal`,
  ].join('\n');
}

function headOf({ scenario, seed, target, isFaultless, pollMarginMs, directories }: CalibrationComparison): string {
  const where = [target.dialect, target.transport, target.store].filter((part) => part !== null).join(', ');
  const runs = `${directories.real.length} real, ${directories.virtual === null ? 'no' : '1'} virtual`;
  const margin = pollMarginMs === null ? '' : `; work ends at least ${pollMarginMs} ms from a poll`;
  const judged = isFaultless ? `no faults${margin}` : 'with faults: fates and checks are judged, numbers are shown';
  return `${scenario} (seed ${seed}; ${where}; ${target.calls} calls by ${target.agents} agents; ${runs}; ${judged})`;
}

function cellsOf({
  metric,
  statistic,
  unit,
  median,
  low,
  high,
  virtual,
  difference,
  verdict,
}: CalibrationRow): string[] {
  const what = statistic === 'value' ? '' : statistic;
  const spread = low === high ? '' : `${number(low)} - ${number(high)}`;
  const sign = difference !== null && difference > 0 ? '+' : '';
  return [
    metric,
    [what, unit].filter((part) => part !== '').join(', '),
    number(median),
    spread,
    number(virtual),
    difference === 0 ? '0' : `${sign}${number(difference)}`,
    verdict,
  ];
}

function checksText(checkCount: number, apart: CalibrationComparison['checks']): string[] {
  if (checkCount === 0) return [];
  if (apart.length === 0) return [`checks: all ${checkCount} come out the same in every run`];
  return apart.map(
    ({ id, real, virtual }) => `check ${id} DIFFERS: real ${real.join(', ')}; virtual ${virtual ?? 'missing'}`,
  );
}

/** Every cause once, with the numbers it stands for. */
function causesOf(rows: readonly CalibrationRow[]): string[] {
  const byCause = new Map<string, string[]>();
  for (const { metric, statistic, verdict, cause } of rows) {
    if (cause === undefined || verdict === 'shown') continue;
    const line = `${verdict}: ${cause}`;
    byCause.set(line, [...(byCause.get(line) ?? []), statistic === 'value' ? metric : `${metric}.${statistic}`]);
  }
  return [...byCause].map(([line, metrics]) => `${line} (${metrics.join(', ')})`);
}

function number(value: number | null): string {
  if (value === null) return '–';
  return String(Number(value.toFixed(Math.abs(value) < 1 ? 3 : 1)));
}

function ms(value: number | null): string {
  return value === null ? 'not measured' : `${number(value)} ms`;
}

function range([from, to]: readonly [number, number]): string {
  return `${from}-${to} ms`;
}
