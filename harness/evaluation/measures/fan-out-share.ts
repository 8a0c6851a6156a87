import type { Measure } from '../../model/evaluation/measure.ts';
import { inputClosure, type Work } from '../scheduling/work.ts';
import { viewOf } from './episode-view.ts';
import type { Interval } from './intervals.ts';
import { share } from './sample.ts';
import { scheduleFigures } from './schedule-figures.ts';

export const fanOutShare: Measure = {
  meta: {
    id: 'fan-out-share',
    title: 'Fan-out',
    description:
      'Pairs of independent calls that were pending together, of as many as are in a good schedule. null: that has none.',
    unit: 'ratio',
    better: 'higher',
    group: 'time',
    origin: 'literature',
    source: 'The share of parallel work of MCP-Bench (arXiv 2508.20453), counted instead of judged.',
    perfect: 1,
  },
  of(episode) {
    const { possible } = scheduleFigures(episode);
    if (possible === null) return null;
    const { work, reference } = possible;
    const good = work.steps.map((_, index) => ({
      from: (reference.actMs[index] ?? 0) + work.agentMs,
      until: reference.endMs[index] ?? 0,
    }));
    const own = viewOf(episode).steps.map(({ calls, results }) => ({
      from: calls[0]?.call.t ?? 0,
      until: results[0]?.t ?? 0,
    }));
    const independent = independentPairs(work);
    const goodCount = overlaps(good, independent);
    return share(Math.min(overlaps(own, independent), goodCount), goodCount);
  },
};

type Pair = readonly [number, number];

function independentPairs(work: Work): readonly Pair[] {
  const needs = inputClosure(work);
  const pairs: Pair[] = [];
  for (const later of work.steps.keys()) {
    for (let earlier = 0; earlier < later; earlier += 1) {
      if (!needs[later]?.has(earlier)) pairs.push([earlier, later]);
    }
  }
  return pairs;
}

function overlaps(intervals: readonly Interval[], pairs: readonly Pair[]): number {
  return pairs.filter(([one, other]) => {
    const a = intervals[one];
    const b = intervals[other];
    return a !== undefined && b !== undefined && Math.max(a.from, b.from) < Math.min(a.until, b.until);
  }).length;
}
