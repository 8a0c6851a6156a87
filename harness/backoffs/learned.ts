import { mean, standardDeviation } from 'simple-statistics';
import type { Backoff } from '../model/backoff.ts';
import { least } from '../model/extreme.ts';

/** With fewer past tasks than this, nothing is known yet. */
const PAST_MIN = 3;

/** A task may take a little longer than any before it: a poll a moment after where one ended finds both. */
const MARGIN = 1.03;

/** No wait is longer than so many best fixed intervals: rare long tasks leave gaps between those that were seen. */
const GAP_MAX = 1.5;

/** Each past task stands for a few, spread around it in these standard widths: few tasks are no law, and their gaps mean nothing. */
const SPREAD = [-1.4, -0.6, 0, 0.6, 1.4];

/** More lengths than this to choose from cost time and change no instant by more than a percent. */
const LENGTHS_MAX = 128;

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
    const known = pastMs.length < PAST_MIN ? [] : smoothed(pastMs);
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
 * The lengths that past ones suggest, ascending: each spread by a share that shrinks as more of them are known. Lengths differ by
 * factors rather than by ms, so the width is taken on a logarithmic scale.
 * Source of the width: B. W. Silverman, "Density estimation for statistics and data analysis" (1986), 0.9 σ n^(−1/5).
 */
function smoothed(pastMs: readonly number[]): readonly number[] {
  const logs = pastMs.map((ms) => Math.log(Math.max(1, ms)));
  const width = 0.9 * standardDeviation(logs) * pastMs.length ** -0.2;
  const lengths = logs.flatMap((log) => SPREAD.map((place) => Math.exp(log + place * width) * MARGIN));
  lengths.sort((a, b) => a - b);
  if (lengths.length <= LENGTHS_MAX) return lengths;
  const step = lengths.length / LENGTHS_MAX;
  return Array.from({ length: LENGTHS_MAX }, (_, index) => lengths[Math.floor((index + 0.5) * step)] ?? 0);
}

/**
 * The first of the instants that cost least in all for tasks of these lengths (ascending): each poll falls where one of them
 * ends. null: there are none. costs[i] is what the tasks from the i-th shortest on cost when the poll before has found all shorter
 * ones; each poll costs once for every task that is still there.
 */
function firstInstant(lengthsMs: readonly number[], pollCostMs: number): number | null {
  const costs = new Array<number>(lengthsMs.length + 1).fill(0);
  let instantMs: number | null = null;
  for (let from = lengthsMs.length - 1; from >= 0; from -= 1) {
    const polledMs = (lengthsMs.length - from) * pollCostMs;
    let waitedMs = 0;
    let best = Number.POSITIVE_INFINITY;
    for (let at = from; at < lengthsMs.length; at += 1) {
      const stepMs = at === from ? 0 : (lengthsMs[at] ?? 0) - (lengthsMs[at - 1] ?? 0);
      waitedMs += stepMs * (at - from);
      const cost = polledMs + waitedMs + (costs[at + 1] ?? 0);
      if (cost < best) {
        best = cost;
        instantMs = lengthsMs[at] ?? null;
      }
    }
    costs[from] = best;
  }
  return instantMs;
}
