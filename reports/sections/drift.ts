import type { Drift } from '../../harness/model/drift.ts';
import { groupBy } from '../../harness/model/grouping.ts';
import { RESOURCES } from '../../harness/model/load.ts';
import { chartFigure, chartLanes, laneWords } from '../chart-figure.ts';
import { formatCount, formatInstant, formatValue } from '../format.ts';
import { html, type Markup } from '../html.ts';
import type { Section, SectionInput } from '../report-run.ts';
import { chip, table } from '../table.ts';

/** A line of so many points looks as one of all. */
const POINTS_MAX = 300;
const STEADY_NS_MIN = 300e9;

/** What grew while the load went on: memory, handles, latency, each with its slope; and the memory of each process over time. */
export const driftSection: Section = {
  id: 'drift',
  title: 'What grew',
  label: 'Growth',
  render(input) {
    const drifts = isLong(input) ? (input.run.measured?.drifts ?? []) : [];
    const known = drifts.filter(({ slope }) => slope !== null);
    const chart = memoryChart(input);
    if (known.length === 0 && chart === null) return null;
    const words =
      known.length === 0
        ? 'A process takes minutes to come to the memory that it then keeps, so a slope is worked out for loads of five minutes and more at a steady rate (claimcheck load --soak).'
        : 'After the warm-up. “Grows” means upwards beyond chance and by more than a twentieth over the run.';
    return html`<p class="note">${words}</p>
${known.length > 0 && driftTable(drifts)}
${chart}`;
  },
};

/** Long and steady enough for what grows to be a leak: memory fills up at first, and what changes with the load is no drift. */
function isLong({ run: { measured, plan } }: SectionInput): boolean {
  const rates = new Set((plan.load.stages ?? []).flatMap(({ from, to }) => [from, to]));
  return measured !== null && measured.toT - measured.fromT >= STEADY_NS_MIN && rates.size <= 1;
}

function driftTable(drifts: readonly Drift[]): Markup {
  const rows = drifts.map(({ what, unit, readings, slope, verdict }) => {
    const text = (value: number) => `${formatValue(Math.round(value * 10) / 10, '')}${unit === '' ? '' : ` ${unit}`}`;
    const signed = (value: number) => `${value >= 0 ? '+' : ''}${text(value)}`;
    const cells =
      slope === null
        ? ['–', '–', '–', '–']
        : [text(slope.start), text(slope.end), signed(slope.perHour), `${signed(slope.low)} to ${signed(slope.high)}`];
    return { cells: [what, formatCount(readings), ...cells, driftChip(verdict)] };
  });
  const titles = ['Readings', 'At first', 'At last', 'An hour', '95 % interval'];
  return table(
    'Slopes by Theil and Sen, an hour',
    [{ title: 'What' }, ...titles.map((title) => ({ title, numeric: true })), { title: 'Verdict' }],
    rows,
  );
}

function driftChip(verdict: Drift['verdict']): Markup {
  if (verdict === 'grows') return chip(false, 'grows');
  return verdict === 'level' ? chip(true, 'level') : chip('not-applicable', 'too few readings');
}

function memoryChart(input: SectionInput): Markup | null {
  const { history } = input.run;
  const readings = history.notes.flatMap(({ topic, t, data }) => {
    const { process, memoryMiB } = data ?? {};
    if (topic !== RESOURCES || typeof process !== 'string' || typeof memoryMiB !== 'number') return [];
    return [{ process, t, memoryMiB }];
  });
  const processes = [...groupBy(readings, ({ process }) => process)].filter(([, own]) => own.length > 2);
  if (processes.length === 0) return null;
  const id = input.chart({
    ...{ id: 'memory', type: 'scatter', yTitle: 'memory, MiB', logarithmic: false, untilS: history.endT / 1e9 },
    series: processes.map(([process, own], index) => {
      const step = Math.ceil(own.length / POINTS_MAX);
      const kept = own.filter((_, at) => at % step === 0);
      const points = kept.map(({ t, memoryMiB }) => [Math.round(t / 1e6) / 1e3, memoryMiB] as const);
      return { label: process, tone: index % 8, joined: true, points };
    }),
    lanes: chartLanes(input),
  });
  const rows = processes.flatMap(([process, own]) => {
    const [first, last] = [own[0], own.at(-1)];
    if (first === undefined || last === undefined) return [];
    const most = own.reduce((high, one) => (one.memoryMiB > high.memoryMiB ? one : high), first);
    const text = (mib: number) => `${formatValue(Math.round(mib * 10) / 10, '')} MiB`;
    return [
      {
        cells: [
          process,
          text(first.memoryMiB),
          text(last.memoryMiB),
          `${text(most.memoryMiB)} at ${formatInstant(most.t)}`,
        ],
      },
    ];
  });
  return html`<p class="note">${laneWords(input)}</p>
${chartFigure(
  id,
  'Memory of each process over the time of the run',
  table(
    'Resident memory of each process',
    [{ title: 'Process' }, ...['At first', 'At last', 'Most'].map((title) => ({ title, numeric: true }))],
    rows,
  ),
)}`;
}
