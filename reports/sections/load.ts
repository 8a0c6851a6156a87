import { percentile } from '../../harness/model/percentile.ts';
import type { ChartData, ChartLane } from '../chart-data.ts';
import { chartFigure, chartLanes, laneWords } from '../chart-figure.ts';
import { formatCount, formatMs, formatValue } from '../format.ts';
import { generatorTable } from '../generator-table.ts';
import { html, type Markup } from '../html.ts';
import { type LoadPart, loadParts, type PartFigures, partFigures } from '../load-parts.ts';
import type { MeasuredLoad, Section, SectionInput } from '../report-run.ts';
import { chip, facts, type TableRow, table } from '../table.ts';
import { binStep } from '../time-bins.ts';

/** Parts of the run that a line goes through. */
const BINS_MAX = 120;
/** Later than this the generator is part of what it measures. */
const LATE_MS = 20;
/** Below this share of what was asked for, the load was another one than the one that was asked for. */
const MADE_MIN = 0.97;

const RATES: readonly (readonly [metric: string, name: string])[] = [
  ['arrivals-per-second', 'Calls begun'],
  ['results-per-second', 'Results'],
  ['requests-per-second', 'Requests answered'],
];

/** What a load was asked to be, and what it was: stages, rates, and how late the generator began its calls. */
export const loadSection: Section = {
  id: 'load',
  title: 'The load',
  label: 'Load',
  render(input) {
    const { run } = input;
    const { measured } = run;
    if (measured === null) return null;
    const parts = loadParts(run, measured);
    const figures = partFigures(run, parts);
    const rates = RATES.flatMap(([id, name]) => {
      const value = run.verdict.metrics[id];
      return value?.type === 'counter' ? [[name, `${formatValue(value.value, '')} ${value.unit}`] as const] : [];
    });
    return html`<p class="note">${loadWords(input)}</p>
${facts(rates)}
${partTable(parts, figures)}
${run.generators !== null && generatorTable(run.generators)}
${rateChart(input, measured, parts)}`;
  },
};

function loadWords({ run: { plan } }: SectionInput): string {
  const { model, warmupMs = 0, inFlightMax } = plan.load;
  const how = {
    open: 'Calls arrived at their own times, whatever became of those before.',
    'partly-open': 'Visitors arrived at their own times; each made its calls one after another.',
    closed: `${formatCount(plan.agents.count)} agents each made one call after another.`,
  }[model];
  const warmup = warmupMs > 0 ? ` The first ${formatMs(warmupMs)} warm it up, and count in no figure.` : '';
  const limit =
    inFlightMax === undefined ? '' : ` An arrival that found ${formatCount(inFlightMax)} calls under way was dropped.`;
  return `${how} Latencies count from the moment a call was meant to start.${warmup}${limit}`;
}

function partTable(parts: readonly LoadPart[], figures: readonly PartFigures[]): Markup {
  const rows = parts.flatMap((part, index): readonly TableRow[] => {
    const own = figures[index];
    if (own === undefined) return [];
    const seconds = (part.toT - part.fromT) / 1e9;
    const rate = (count: number) => `${formatValue(Math.round((count / seconds) * 10) / 10, '')}/s`;
    const tail = (ascending: readonly number[], p: number) => {
      const value = percentile(ascending, p);
      return value === null ? 'too few' : formatMs(value);
    };
    return [
      {
        ...(part.isWarmup && { tone: 'muted' as const }),
        cells: [
          part.name,
          `${formatValue(Math.round(seconds * 10) / 10, '')} s`,
          askedText(part),
          rate(own.begun),
          rate(own.results),
          own.dropped > 0 ? html`<b class="warn">${formatCount(own.dropped)}</b>` : '0',
          tail(own.lateness, 0.99),
          tail(own.receipts, 0.5),
          tail(own.receipts, 0.95),
          tail(own.receipts, 0.99),
          partChip(part, own, seconds),
        ],
      },
    ];
  });
  const titles = ['Length', 'Asked for', 'Begun', 'Results', 'Dropped', 'Begun late, p99', 'Receipt p50', 'p95', 'p99'];
  return table(
    'The load, part by part',
    [{ title: 'Part' }, ...titles.map((title) => ({ title, numeric: true })), { title: 'The generator' }],
    rows,
  );
}

function askedText({ asked }: LoadPart): string {
  if (asked === null) return 'as they end';
  return asked.from === asked.to ? `${asked.from}/s` : `${asked.from} to ${asked.to}/s`;
}

/** Whether the harness made the load it was asked for. */
function partChip({ asked }: LoadPart, { begun, lateness }: PartFigures, seconds: number): Markup {
  const late = percentile(lateness, 0.99) ?? lateness.at(-1) ?? 0;
  if (late > LATE_MS) return chip('unknown', 'late');
  if (asked !== null && begun / seconds < MADE_MIN * ((asked.from + asked.to) / 2))
    return chip('unknown', 'fell short');
  return chip(true, 'kept up');
}

function rateChart(input: SectionInput, measured: MeasuredLoad, parts: readonly LoadPart[]): Markup {
  const { history } = input.run;
  const untilS = history.endT / 1e9;
  const stepS = binStep(untilS, BINS_MAX);
  const bins = Math.max(1, Math.ceil(untilS / stepS));
  const counted = (instants: Iterable<number>) => {
    const counts = new Array<number>(bins).fill(0);
    for (const t of instants) {
      const bin = Math.min(bins - 1, Math.max(0, Math.floor(t / 1e9 / stepS)));
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    return counts.map((count) => Math.round((count / stepS) * 100) / 100);
  };
  const begun = counted(
    history.gens.flatMap(({ t, lateness }) => (lateness === undefined ? [] : [Math.max(0, t - lateness)])),
  );
  const results = counted(history.calls.flatMap(({ knows }) => (knows[0] === undefined ? [] : [knows[0].t])));
  const middle = (bin: number) => (bin + 0.5) * stepS;
  const second = (t: number) => Math.round(t / 1e6) / 1e3;
  const asked = parts.flatMap(({ fromT, toT, asked: rate }) =>
    rate === null ? [] : [[second(fromT), rate.from] as const, [second(toT), rate.to] as const],
  );
  const line = (label: string, tone: number, counts: readonly number[]) => ({
    ...{ label, tone, joined: true as const },
    points: counts.map((count, bin) => [middle(bin), count] as const),
  });
  const series: ChartData['series'] = [
    ...(asked.length === 0
      ? []
      : [{ label: 'asked for', tone: 3, joined: true as const, dashed: true as const, points: asked }]),
    line('begun', 0, begun),
    line('results', 2, results),
  ];
  const id = input.chart({
    ...{ id: 'load', type: 'scatter', yTitle: 'calls a second', logarithmic: false, untilS },
    series,
    lanes: [...warmupLane(measured), ...chartLanes(input)],
  });
  const rows = begun.map((count, bin) => ({
    cells: [`${bin * stepS} s`, formatValue(count, ''), formatValue(results[bin] ?? 0, '')],
  }));
  return html`<p class="note">${laneWords(input)}</p>
${chartFigure(
  id,
  'Calls begun and results a second over the time of the run',
  table(
    `Calls and results a second, in each ${stepS} s`,
    ['From', 'Begun', 'Results'].map((title) => ({ title, numeric: true })),
    rows,
  ),
)}`;
}

function warmupLane({ originT, fromT }: MeasuredLoad): readonly ChartLane[] {
  const window = [Math.round(originT / 1e6) / 1e3, Math.round(fromT / 1e6) / 1e3] as const;
  return fromT > originT
    ? [{ name: 'warm-up', colour: '--muted-fill', hatch: 0, isShaded: true, windows: [window] }]
    : [];
}
