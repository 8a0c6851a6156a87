import { describe, expect, it } from 'vitest';
import { createDurationMemory } from '../model/backoff.ts';
import { createPrng, type Prng } from '../model/prng.ts';
import { fixed } from './fixed.ts';
import { bestIntervalMs, learned } from './learned.ts';
import { pollInstants } from './schedule.ts';

const POLL_COST_MS = 1000;

function firstInstants(pastMs: readonly number[], count: number): number[] {
  const endless = pollInstants(learned, { draw: createPrng(1), pastMs });
  return Array.from({ length: count }, () => endless.next().value);
}

/** What polling at these instants costs for a task of this length, in ms. */
function costMs(instants: Iterable<number>, lengthMs: number): number {
  let polls = 0;
  for (const instant of instants) {
    polls += 1;
    if (instant >= lengthMs) return polls * POLL_COST_MS + instant - lengthMs;
  }
  return Number.NaN;
}

/** The cheapest fixed interval for these very lengths, found by trying many. */
function bestFixedMs(lengthsMs: readonly number[]): number {
  const meanMs = lengthsMs.reduce((sum, ms) => sum + ms, 0) / lengthsMs.length;
  const tried = Array.from(
    { length: 121 },
    (_, step) => bestIntervalMs(meanMs, POLL_COST_MS) * 2 ** ((step - 60) / 40),
  );
  const costs = tried.map((intervalMs) =>
    lengthsMs.reduce((sum, ms) => {
      const polls = Math.max(1, Math.ceil(ms / intervalMs));
      return sum + polls * POLL_COST_MS + polls * intervalMs - ms;
    }, 0),
  );
  return Math.min(...costs);
}

/** Ten agents, one task after another; each polls by what ended before any of its polls, like a client with one memory. */
function learnedCostMs(lengthsMs: readonly number[]): number {
  const memory = createDurationMemory();
  const agents = Array.from({ length: 10 }, () => ({ startMs: 0, atMs: 0, elapsedMs: 0, lengthMs: -1, polls: 0 }));
  const waiting = [...lengthsMs];
  let totalMs = 0;
  const give = (agent: (typeof agents)[number]) => {
    agent.startMs = agent.atMs;
    agent.elapsedMs = 0;
    agent.polls = 0;
    agent.lengthMs = waiting.shift() ?? -1;
    next(agent);
  };
  const next = (agent: (typeof agents)[number]) => {
    const { elapsedMs } = agent;
    const input = { poll: agent.polls + 1, previousMs: null, elapsedMs, hintMs: null, pastMs: memory.of('work') };
    agent.elapsedMs += learned.delayMs({ ...input, options: learned.meta.options, draw: createPrng(1) });
    agent.atMs = agent.startMs + agent.elapsedMs;
  };
  for (const agent of agents) give(agent);
  for (;;) {
    const busy = agents.filter(({ lengthMs }) => lengthMs >= 0).sort((a, b) => a.atMs - b.atMs);
    const agent = busy[0];
    if (agent === undefined) return totalMs;
    agent.polls += 1;
    if (agent.elapsedMs < agent.lengthMs) next(agent);
    else {
      totalMs += agent.polls * POLL_COST_MS + agent.elapsedMs - agent.lengthMs;
      memory.add('work', agent.lengthMs);
      give(agent);
    }
  }
}

const LAWS: Readonly<Record<string, (draw: Prng) => number>> = {
  '1-2 s': (draw) => 1000 + 1000 * draw.float(),
  '2-30 s': (draw) => 2000 + 28_000 * draw.float(),
  '15-60 s': (draw) => 15_000 + 45_000 * draw.float(),
  minutes: (draw) => 60_000 + 240_000 * draw.float(),
  // Exponentials of the mean of twelve draws: a long tail without a formula for it.
  'heavy tail': (draw) => 8000 * Math.exp(Array.from({ length: 12 }, () => draw.float()).reduce((a, b) => a + b) - 6),
};

describe('the learned backoff', () => {
  it('polls once where all tasks took the same', () => {
    expect(firstInstants([5000, 5000, 5000, 5000], 1)).toEqual([5150]);
  });

  it('knows nothing of a tool it has hardly seen', () => {
    expect(firstInstants([5000, 5000], 3)).toEqual(firstInstants([], 3));
  });

  it('takes both of two usual lengths when they lie far apart', () => {
    const past = [2000, 60_000, 2000, 60_000, 2000, 60_000, 2000, 60_000];
    const instants = () => pollInstants(learned, { draw: createPrng(1), pastMs: past });
    expect(costMs(instants(), 2000)).toBeLessThan(costMs(pollInstants(fixed, { draw: createPrng(1) }), 2000) + 2000);
    expect(costMs(instants(), 60_000)).toBeLessThan(bestFixedMs(past));
  });

  it('goes on at the pace of the time that has passed beyond the longest it knows', () => {
    const [first = 0, second = 0, third = 0] = firstInstants([1000, 1000, 1000], 3);
    expect([first, second]).toEqual([1030, 1030 + Math.round(bestIntervalMs(1030, POLL_COST_MS))]);
    expect(third).toBeGreaterThan(second);
  });

  it.each(Object.entries(LAWS))('costs at most a tenth more than the best fixed interval for work of %s', (_, law) => {
    for (const seed of [1, 2]) {
      const draw = createPrng(seed);
      const lengthsMs = Array.from({ length: 300 }, () => law(draw));
      expect(learnedCostMs(lengthsMs) / bestFixedMs(lengthsMs)).toBeLessThan(1.1);
    }
  });
});
