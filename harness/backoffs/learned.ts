import { mean } from 'simple-statistics';
import type { Backoff } from '../model/backoff.ts';
import { least } from '../model/extreme.ts';

/** With fewer past tasks than this, nothing is known yet. */
const PAST_MIN = 3;

/** A task may take a little longer than any before it: a poll a moment after where one ended finds both. */
const MARGIN = 1.03;

/** No wait is longer than so many best fixed intervals: rare long tasks leave gaps between those that were seen. */
const GAP_MAX = 1.5;

/**
 * Polls where tasks of this tool have ended before, at the instants that cost least. A task of length L found by poll n at
 * instant t costs n × pollCostMs + (t − L): `pollCostMs` says how many ms of waiting one poll is worth. The best fixed interval
 * for a mean length E is √(2 × pollCostMs × E); the instants are chosen among those at which past tasks ended, which is never
 * worse and much better where lengths vary little. Only tasks longer than the one that is waited for tell what comes. As long
 * as nothing is known, and beyond the longest task, the time that has passed stands for the length. Whole ms; never under
 * floorMs.
 */
export const learned: Backoff = {
  meta: {
    id: 'learned',
    title: 'Learned',
    description: 'Polls when it costs least, judging by how long tasks of the same tool took before.',
    options: { pollCostMs: 1000, floorMs: 100 },
  },
  delayMs({ elapsedMs, pastMs, options }) {
    const { pollCostMs = 1, floorMs = 1 } = options;
    const known = pastMs.length < PAST_MIN ? [] : pastMs.map((ms) => ms * MARGIN);
    const ahead = known.filter((ms) => ms > elapsedMs);
    const dueMs = firstInstant(ahead, pollCostMs);
    if (dueMs === null) return waitOf(Math.max(pollCostMs, bestIntervalMs(elapsedMs, pollCostMs)), floorMs);
    // Before the shortest of them there is nothing to find.
    const fromMs = Math.max(elapsedMs, least(known));
    const gapMs = GAP_MAX * bestIntervalMs(mean(ahead) - elapsedMs, pollCostMs);
    return waitOf(Math.min(dueMs, fromMs + Math.max(pollCostMs, gapMs)) - elapsedMs, floorMs);
  },
};

function waitOf(ms: number, floorMs: number): number {
  return Math.max(floorMs, Math.round(ms));
}

/** The fixed interval that costs least for tasks of this mean length: more often costs polls, less often waiting. */
export function bestIntervalMs(meanMs: number, pollCostMs: number): number {
  return Math.sqrt(2 * pollCostMs * Math.max(0, meanMs));
}

/**
 * The first of the instants that cost least in all for tasks of these lengths: each poll falls where one of them ends. null:
 * there are none. cost(i) is what the tasks from the i-th shortest on cost when the poll before has found all shorter ones; each
 * poll costs once for every task that is still there.
 */
function firstInstant(lengthsMs: readonly number[], pollCostMs: number): number | null {
  const sorted = [...lengthsMs].sort((a, b) => a - b);
  const costs = new Array<number>(sorted.length + 1).fill(0);
  let instantMs: number | null = null;
  for (let from = sorted.length - 1; from >= 0; from -= 1) {
    const polledMs = (sorted.length - from) * pollCostMs;
    let waitedMs = 0;
    let best = Number.POSITIVE_INFINITY;
    for (let at = from; at < sorted.length; at += 1) {
      const stepMs = at === from ? 0 : (sorted[at] ?? 0) - (sorted[at - 1] ?? 0);
      waitedMs += stepMs * (at - from);
      const cost = polledMs + waitedMs + (costs[at + 1] ?? 0);
      if (cost < best) {
        best = cost;
        instantMs = sorted[at] ?? null;
      }
    }
    costs[from] = best;
  }
  return instantMs;
}
