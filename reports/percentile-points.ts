import { ascendingSamples, type CallSamples } from '../harness/model/call-samples.ts';
import { percentile } from '../harness/model/percentile.ts';
import type { PlotAxis } from './line-plot.ts';

/** Twenty points for each factor of ten: a curve, and no more text than a curve needs. */
const STEP = 0.05;

type Point = readonly [x: number, y: number];

/**
 * Percentiles of samples, ms, over log10(1/(1-p)): each step of one is ten times rarer. The curve ends where fewer than 1/(1-p)
 * samples are left, and with the largest of them.
 */
export function percentilePoints(samples: CallSamples): readonly Point[] {
  const { ms } = ascendingSamples(samples);
  const [least] = ms;
  const most = ms.at(-1);
  if (least === undefined || most === undefined) return [];
  const end = Math.log10(ms.length);
  const points: Point[] = [[0, least]];
  for (let place = STEP; place < end; place += STEP) {
    const value = percentile(ms, 1 - 10 ** -place);
    if (value !== null) points.push([rounded(place), rounded(value)]);
  }
  return [...points, [rounded(end), rounded(most)]];
}

/** The axis under them: 0, 50, 90, 99 … as far as the largest number of samples goes. */
export function percentileAxis(sampleCountMax: number): PlotAxis {
  const to = Math.max(1, Math.log10(Math.max(sampleCountMax, 1)));
  const places = [0, 1 - 0.5, ...Array.from({ length: Math.floor(to) }, (_, nines) => 1 - 10 ** -(nines + 1))];
  const ticks = places.map((p) => ({
    at: p === 0 ? 0 : -Math.log10(1 - p),
    label: `p${Number((p * 100).toPrecision(8))}`,
  }));
  return { title: 'percentile; each step of nines is ten times rarer', from: 0, to, isLogarithmic: false, ticks };
}

/** The share of all calls whose duration came and was at most so long: work that never came keeps the curve below the top. */
export function sharePoints(samples: CallSamples, pointsMax = 200): readonly Point[] {
  const { ms, never } = ascendingSamples(samples);
  const all = ms.length + never;
  if (ms.length === 0) return [];
  const step = Math.max(1, ms.length / pointsMax);
  const points: Point[] = [[rounded(ms[0] ?? 0), 0]];
  for (let count = step; count < ms.length; count += step) {
    const index = Math.floor(count) - 1;
    points.push([rounded(ms[index] ?? 0), rounded((index + 1) / all)]);
  }
  return [...points, [rounded(ms.at(-1) ?? 0), rounded(ms.length / all)]];
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
